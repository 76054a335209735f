// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/runarguments.h"

#include "input/csvrecord.h"
#include "input/integerrange.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace poolscope {

namespace {

constexpr std::string_view noLimit = "none";

struct SpecOption {
    const char *shortName; ///< with a comma behind it, or empty
    const char *name;
    std::string TypedSpec::*value;
    const char *help;
    const char *type;
    const char *group;
};

constexpr SpecOption specOptions[] = {
    {"", "--builtin", &TypedSpec::builtin, "a built-in task: see 'poolscope tasks'", "NAME[:ARGS]",
        "Task"},
    {"", "--python", &TypedSpec::python, "a Python function, called with each input",
        "FILE.py:FUNCTION|MODULE:FUNCTION", "Task"},
    {"", "--python-interpreter", &TypedSpec::interpreter, "the Python to run it in (python3)",
        "PATH", "Task"},
    {"", "--python-init", &TypedSpec::initialiser,
        "a function of the same file or module that each worker calls once, before its first input",
        "FUNCTION", "Task"},
    {"", "--command", &TypedSpec::command,
        "a process for each input, whose output is the value; {} is the input, {NAME} a CSV "
        "column; "
        "without them the input is the last argument",
        "'ARGV {}'", "Task"},
    {"", "--shell", &TypedSpec::shell, "the same through sh -c, with the input as \"$1\"",
        "'SCRIPT'", "Task"},
    {"", "--filter", &TypedSpec::filter,
        "a long-lived process for each worker: a line in, a line out", "'ARGV'", "Task"},
    {"", "--library", &TypedSpec::library, "a function of a shared library", "FILE.so:SYMBOL",
        "Task"},
    {"", "--range", &TypedSpec::range, "the integers of Python's range", "START:STOP[:STEP]",
        "Input"},
    {"", "--lines", &TypedSpec::lines, "the lines of a text file, or of standard input", "FILE|-",
        "Input"},
    {"", "--csv", &TypedSpec::csv, "the rows of a CSV file", "FILE", "Input"},
    {"", "--delimiter", &TypedSpec::delimiter, "between the fields of a CSV file (a comma)",
        "CHARACTER|tab", "Input"},
    {"", "--header", &TypedSpec::header,
        "whether a CSV file's first row names its columns (first), or they are called 1, 2, ...",
        "first|none", "Input"},
    {"", "--columns", &TypedSpec::columns, "the columns of a CSV file that the task is given (all)",
        "NAME,...", "Input"},
    {"", "--files", &TypedSpec::files, "the paths that match a pattern; ** stands for folders",
        "PATTERN", "Input"},
    {"-j,", "--workers", &TypedSpec::workers, "worker processes (auto: usable cores)", "N|auto",
        "Pool"},
    {"", "--chunk", &TypedSpec::chunk, "inputs handed to a worker at once", "N|auto", "Pool"},
    {"", "--window", &TypedSpec::window, "chunks a worker may hold at a time; 1 is lock-step",
        "N|auto", "Pool"},
    {"", "--retries", &TypedSpec::retries,
        "tries again for an input that failed or killed its worker (0)", "N", "Pool"},
    {"", "--timeout", &TypedSpec::timeout, "that an iteration may take (none)", "SECONDS", "Pool"},
    {"", "--memory-limit", &TypedSpec::memoryLimit, "that a worker may take, as 500M or 2G (none)",
        "SIZE", "Pool"},
    {"", "--output-limit", &TypedSpec::outputLimit,
        "that a program may print for one input (64M, at most 1023M); one that prints more is "
        "killed, but runs on where values are discarded and no run file is kept",
        "SIZE", "Pool"},
    {"", "--recycle", &TypedSpec::recycle, "replace a worker after so many iterations (none)", "N",
        "Pool"},
    {"", "--halt", &TypedSpec::halt, "end the run after so many failures (none)", "COUNT", "Pool"},
    {"", "--start", &TypedSpec::start,
        "how the workers of a Python function start: as new interpreters that each load it, or as "
        "copies of a process that has loaded it once (spawn)",
        "spawn|fork", "Pool"},
};

/// A count, or nothing for "auto".
Result<std::optional<std::uint64_t>> parseAutoCount(
    const char *option, const std::string &text, std::uint64_t most)
{
    if (text == "auto")
        return std::optional<std::uint64_t>();
    return parseCount(option, text, 1, most)
        .map([](std::uint64_t value) { return std::optional(value); })
        .map_error([](Error error) { return Error{error.message + "; or 'auto'"}; });
}

/// The one of the options that was given; it takes exactly one.
Result<std::string> theOneOf(
    const char *what, const std::vector<std::pair<std::string, std::string>> &options)
{
    std::string names;
    std::string given;
    int count = 0;
    for (const auto &[name, value] : options) {
        names += names.empty() ? name : name == options.back().first ? " or " + name : ", " + name;
        if (!value.empty()) {
            given = name;
            ++count;
        }
    }
    if (count == 0)
        return failure(std::string("there is no ") + what + ": give one with " + names);
    if (count > 1)
        return failure(std::string("there is more than one ") + what + ": give either " + names);
    return given;
}

Result<LibraryTask> parseLibrary(const std::string &text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
        return failure("--library takes FILE.so:SYMBOL, not '" + text + "'");
    return LibraryTask{text.substr(0, colon), text.substr(colon + 1)};
}

Result<TaskSpec> parseTask(const TypedSpec &typed)
{
    const auto given = theOneOf("task",
        {{"--builtin", typed.builtin}, {"--python", typed.python}, {"--command", typed.command},
            {"--shell", typed.shell}, {"--filter", typed.filter}, {"--library", typed.library}});
    if (!given)
        return tl::unexpected(given.error());
    if (*given == "--python")
        return PythonTask{typed.python, typed.interpreter, typed.initialiser};
    if (*given == "--command")
        return CommandTask{typed.command};
    if (*given == "--shell")
        return ShellTask{typed.shell};
    if (*given == "--filter")
        return FilterTask{typed.filter};
    if (*given == "--library")
        return parseLibrary(typed.library).map([](LibraryTask task) { return TaskSpec(task); });
    const auto colon = typed.builtin.find(':');
    BuiltinTask task{typed.builtin.substr(0, colon), {}};
    if (colon != std::string::npos)
        task.arguments = typed.builtin.substr(colon + 1);
    return task;
}

constexpr std::string_view tabDelimiter = "tab";
constexpr std::string_view allColumns = "all";

/// The names as one CSV record, which is not the word for all of them.
std::string columnsText(const std::vector<std::string> &columns)
{
    std::string text = csvRecord(columns);
    if (text == allColumns) {
        text.clear();
        appendQuotedCsvField(text, allColumns);
    }
    return text;
}

Result<CsvInput> parseCsv(const TypedSpec &typed)
{
    CsvInput csv;
    csv.path = typed.csv;
    if (typed.delimiter != tabDelimiter && typed.delimiter.size() != 1)
        return failure("--delimiter takes one character, or 'tab', not '" + typed.delimiter + "'");
    csv.delimiter = typed.delimiter == tabDelimiter ? '\t' : typed.delimiter.front();
    if (std::string_view("\"\r\n").find(csv.delimiter) != std::string_view::npos)
        return failure("--delimiter cannot be a quote or a line break");
    if (typed.header != "first" && typed.header != "none")
        return failure("--header takes 'first' or 'none', not '" + typed.header + "'");
    csv.header = typed.header == "first" ? CsvInput::Header::FirstRow : CsvInput::Header::None;
    if (typed.columns == allColumns)
        return csv;
    auto columns = parseCsvRecord(typed.columns);
    if (!columns)
        return failure("--columns takes names as a CSV file's header has them, not '"
            + typed.columns + "': " + columns.error().message);
    csv.columns = std::move(*columns);
    return csv;
}

Result<InputSpec> parseInput(const TypedSpec &typed)
{
    const auto given = theOneOf("input",
        {{"--range", typed.range}, {"--lines", typed.lines}, {"--csv", typed.csv},
            {"--files", typed.files}});
    if (!given)
        return tl::unexpected(given.error());
    if (*given == "--lines")
        return LinesInput{typed.lines};
    if (*given == "--csv")
        return parseCsv(typed).map([](CsvInput csv) { return InputSpec(std::move(csv)); });
    if (*given == "--files")
        return FilesInput{typed.files};
    return parseRange(typed.range).map([](RangeInput range) { return InputSpec(range); });
}

/// A count from 1 on, or nothing for "none".
Result<std::optional<std::uint64_t>> parseOptionalCount(const char *option, const std::string &text)
{
    if (text == noLimit)
        return std::optional<std::uint64_t>();
    return parseCount(option, text, 1, UINT64_MAX).map([](std::uint64_t value) {
        return std::optional(value);
    });
}

Result<std::optional<double>> parseTimeout(const std::string &text)
{
    if (text == noLimit)
        return std::optional<double>();
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || !(seconds >= 0.001) || seconds > maxTimeout)
        return failure("--timeout takes seconds from 0.001 to 10000000, not '" + text + "'");
    return std::optional(seconds);
}

std::string shortestText(double value)
{
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

Result<PoolSpec> parsePool(const TypedSpec &typed)
{
    const auto workers = parseAutoCount("--workers", typed.workers, maxWorkers);
    if (!workers)
        return tl::unexpected(workers.error());
    const auto chunk = parseAutoCount("--chunk", typed.chunk, maxChunk);
    if (!chunk)
        return tl::unexpected(chunk.error());
    const auto window = parseAutoCount("--window", typed.window, maxWindow);
    if (!window)
        return tl::unexpected(window.error());
    const auto retries = parseCount("--retries", typed.retries, 0, maxRetries);
    if (!retries)
        return tl::unexpected(retries.error());
    const auto timeout = parseTimeout(typed.timeout);
    if (!timeout)
        return tl::unexpected(timeout.error());
    const auto memoryLimit = parseMemoryLimit(typed.memoryLimit);
    if (!memoryLimit)
        return tl::unexpected(memoryLimit.error());
    const auto outputLimit = parseOutputLimit(typed.outputLimit);
    if (!outputLimit)
        return tl::unexpected(outputLimit.error());
    const auto recycle = parseOptionalCount("--recycle", typed.recycle);
    if (!recycle)
        return tl::unexpected(recycle.error());
    const auto halt = parseOptionalCount("--halt", typed.halt);
    if (!halt)
        return tl::unexpected(halt.error());
    const auto start = workerStartFrom(typed.start);
    if (!start)
        return failure("--start takes 'spawn' or 'fork', not '" + typed.start + "'");
    PoolSpec pool;
    if (*workers)
        pool.workers = static_cast<std::uint32_t>(**workers);
    pool.chunk = *chunk;
    pool.window = *window;
    pool.retries = static_cast<std::uint32_t>(*retries);
    pool.timeout = *timeout;
    pool.memoryLimit = *memoryLimit;
    pool.outputLimit = *outputLimit;
    pool.recycle = *recycle;
    pool.halt = *halt;
    pool.start = *start;
    return pool;
}

/// Writes a task into the options that give it.
struct TypeTask {
    TypedSpec &typed;

    void operator()(const BuiltinTask &task) const
    {
        typed.builtin = task.name + (task.arguments.empty() ? "" : ":" + task.arguments);
    }
    void operator()(const PythonTask &task) const
    {
        typed.python = task.target;
        typed.interpreter = task.interpreter;
        typed.initialiser = task.initialiser;
    }
    void operator()(const CommandTask &task) const { typed.command = task.command; }
    void operator()(const ShellTask &task) const { typed.shell = task.script; }
    void operator()(const FilterTask &task) const { typed.filter = task.command; }
    void operator()(const LibraryTask &task) const
    {
        typed.library = task.path + ":" + task.symbol;
    }
};

struct TypeInput {
    TypedSpec &typed;

    void operator()(const RangeInput &input) const { typed.range = toString(input); }
    void operator()(const LinesInput &input) const { typed.lines = input.path; }
    void operator()(const CsvInput &input) const
    {
        typed.csv = input.path;
        typed.delimiter =
            input.delimiter == '\t' ? std::string(tabDelimiter) : std::string(1, input.delimiter);
        typed.header = input.header == CsvInput::Header::FirstRow ? "first" : "none";
        if (!input.columns.empty())
            typed.columns = columnsText(input.columns);
    }
    void operator()(const FilesInput &input) const { typed.files = input.pattern; }
};

/// The inverse of toSpec().
TypedSpec toTyped(const RunSpec &spec)
{
    TypedSpec typed;
    std::visit(TypeTask{typed}, spec.task);
    std::visit(TypeInput{typed}, spec.input);
    const PoolSpec &pool = spec.pool;
    if (pool.workers)
        typed.workers = std::to_string(*pool.workers);
    if (pool.chunk)
        typed.chunk = std::to_string(*pool.chunk);
    if (pool.window)
        typed.window = std::to_string(*pool.window);
    typed.retries = std::to_string(pool.retries);
    if (pool.timeout)
        typed.timeout = shortestText(*pool.timeout);
    if (pool.memoryLimit)
        typed.memoryLimit = sizeText(*pool.memoryLimit);
    typed.outputLimit = sizeText(pool.outputLimit);
    if (pool.recycle)
        typed.recycle = std::to_string(*pool.recycle);
    if (pool.halt)
        typed.halt = std::to_string(*pool.halt);
    typed.start = workerStartWord(pool.start);
    return typed;
}

bool isPlainInShell(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || std::string_view("-_./:,=+@%").find(c) != std::string_view::npos;
}

std::string quoteForShell(const std::string &argument)
{
    // zsh, though no POSIX shell, is common, and looks for a program where a word begins with '='.
    if (!argument.empty() && argument.front() != '='
        && std::all_of(argument.begin(), argument.end(), isPlainInShell))
        return argument;
    std::string quoted = "'";
    for (const char c : argument)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

} // namespace

Result<std::uint64_t> parseCount(
    const char *option, const std::string &text, std::uint64_t least, std::uint64_t most)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || value < least || value > most)
        return failure(std::string(option) + " takes a number from " + std::to_string(least)
            + " to " + std::to_string(most) + ", not '" + text + "'");
    return value;
}

Result<std::vector<std::optional<std::uint64_t>>> parseCounts(
    const char *option, const std::string &text, std::uint64_t most)
{
    std::vector<std::optional<std::uint64_t>> counts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const auto count = parseAutoCount(option, text.substr(begin, end - begin), most);
        if (!count)
            return tl::unexpected(count.error());
        if (std::find(counts.begin(), counts.end(), *count) == counts.end())
            counts.push_back(*count);
        begin = end + 1;
    }
    return counts;
}

Result<std::optional<std::uint64_t>> parseMemoryLimit(const std::string &text)
{
    constexpr std::uint64_t least = 1 << 20; // a forgotten unit, rather
    if (text == noLimit)
        return std::optional<std::uint64_t>();
    const auto size = parseSize(text);
    if (!size || *size < least)
        return failure(
            "--memory-limit takes a size such as 500M or 2G, at least 1M, not '" + text + "'");
    return size;
}

Result<std::uint64_t> parseOutputLimit(const std::string &text)
{
    const auto size = parseSize(text);
    if (!size || *size == 0 || *size > maxOutputLimit)
        return failure("--output-limit takes a size such as 500M, at most "
            + sizeText(maxOutputLimit) + ", not '" + text + "'");
    return *size;
}

void describeSpec(CLI::App &run, TypedSpec &typed)
{
    for (const SpecOption &option : specOptions) {
        run.add_option(
               std::string(option.shortName) + option.name, typed.*option.value, option.help)
            ->type_name(option.type)
            ->group(option.group);
    }
    // What would be of no effect is a mistake.
    for (const char *name : {"--python-interpreter", "--python-init"})
        run.get_option(name)->needs("--python");
    for (const char *name : {"--delimiter", "--header", "--columns"})
        run.get_option(name)->needs("--csv");
}

void refuseEmptyValues(CLI::App &run)
{
    // An empty value is the empty variable of a script.
    const auto refuse = [](const std::string &value) {
        return std::string(value.empty() ? "it is empty" : "");
    };
    for (CLI::Option *option : run.get_options()) {
        if (option->get_items_expected_max() > 0)
            option->check(CLI::Validator(refuse, ""));
    }
}

Result<RunSpec> toSpec(const TypedSpec &typed)
{
    const auto task = parseTask(typed);
    if (!task)
        return tl::unexpected(task.error());
    const auto input = parseInput(typed);
    if (!input)
        return tl::unexpected(input.error());
    const auto pool = parsePool(typed);
    if (!pool)
        return tl::unexpected(pool.error());
    return RunSpec{*task, *input, *pool};
}

std::vector<std::string> runArguments(const RunSpec &spec)
{
    const TypedSpec typed = toTyped(spec);
    const TypedSpec defaults;
    std::vector<std::string> arguments;
    for (const SpecOption &option : specOptions) {
        const std::string &value = typed.*option.value;
        if (value == defaults.*option.value)
            continue;
        if (value.starts_with('-')) {
            arguments.push_back(std::string(option.name) + "=" + value);
        } else {
            arguments.emplace_back(option.name);
            arguments.push_back(value);
        }
    }
    return arguments;
}

Result<RunSpec> parseRunArguments(const std::vector<std::string> &arguments)
{
    CLI::App run;
    run.set_help_flag();
    TypedSpec typed;
    describeSpec(run, typed);
    refuseEmptyValues(run);
    try {
        run.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError &error) {
        return failure(error.what() + std::string(seeHelp));
    }
    return toSpec(typed);
}

std::string shellCommand(const RunSpec &spec)
{
    std::string command = "poolscope run";
    for (const std::string &argument : runArguments(spec))
        command += " " + quoteForShell(argument);
    return command;
}

} // namespace poolscope
