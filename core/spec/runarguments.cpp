// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/runarguments.h"

#include "spec/csvrecord.h"
#include "spec/integerrange.h"
#include "spec/optionnumbers.h"
#include "spec/writtentext.h"

#include <algorithm>
#include <string_view>

namespace poolscope {

namespace {

/// Returns the options of a group of which exactly one is required.
std::vector<std::string> alternativesIn(OptionGroup group, const OptionValues &values)
{
    std::vector<std::string> names;
    for (const Option &option : values.options()) {
        if (option.group == group && option.applies == Applies::Always)
            names.emplace_back(option.name);
    }
    return names;
}

std::string joinedByOr(const std::vector<std::string> &names)
{
    std::string text;
    for (const std::string &name : names)
        text += text.empty() ? name : name == names.back() ? " or " + name : ", " + name;
    return text;
}

/// Returns the name of the only task or input among the values. `what` is its kind in messages.
Result<std::string> theOneOf(const char *what, OptionGroup group, const OptionValues &values)
{
    const std::vector<std::string> names = alternativesIn(group, values);
    const auto isGiven = [&values](const std::string &name) {
        return values.has(name);
    };
    const auto count = std::count_if(names.begin(), names.end(), isGiven);
    if (count == 0)
        return failure(std::string("there is no ") + what + ": choose one by " + joinedByOr(names));
    if (count > 1)
        return failure(
            std::string("there is more than one ") + what + ": choose either " + joinedByOr(names));
    return *std::find_if(names.begin(), names.end(), isGiven);
}

/// Fails if an option of a task or an input has no effect. Options of the pool may have none, so
/// that they can remain when the user changes the task.
Result<void> checkRequirements(const OptionValues &values)
{
    for (const Option &option : values.options()) {
        const std::string_view required = requirementOf(option.applies);
        if (!isOfPool(option) && !required.empty() && values.has(option.name)
            && !values.has(required))
            return failure(std::string(option.name) + " requires " + std::string(required));
    }
    return {};
}

Result<LibraryTask> parseLibrary(const std::string &text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
        return failure("--library takes FILE.so:SYMBOL, not '" + text + "'");
    return LibraryTask{text.substr(0, colon), text.substr(colon + 1)};
}

BuiltinTask builtinFrom(const std::string &text)
{
    const auto colon = text.find(':');
    BuiltinTask task{text.substr(0, colon), {}};
    if (colon != std::string::npos)
        task.arguments = text.substr(colon + 1);
    return task;
}

Result<TaskSpec> taskFrom(const OptionValues &values)
{
    const auto given = theOneOf("task", OptionGroup::Task, values);
    if (!given)
        return tl::unexpected(given.error());
    const std::string text = values.text(*given);
    if (*given == "--python")
        return PythonTask{text, values.text("--python-interpreter"), values.text("--python-init")};
    if (*given == "--command")
        return CommandTask{text};
    if (*given == "--shell")
        return ShellTask{text};
    if (*given == "--filter")
        return FilterTask{text};
    if (*given == "--library")
        return parseLibrary(text).map([](LibraryTask task) { return TaskSpec(task); });
    return builtinFrom(text);
}

constexpr std::string_view tabDelimiter = "tab";
constexpr std::string_view allColumns = "all";

/// Returns the names as one CSV record, which is not the word for all columns.
std::string columnsText(const std::vector<std::string> &columns)
{
    std::string text = csvRecord(columns);
    if (text == allColumns) {
        text.clear();
        appendQuotedCsvField(text, allColumns);
    }
    return text;
}

Result<char> delimiterFrom(const std::string &text)
{
    if (text == tabDelimiter)
        return '\t';
    if (text.size() != 1)
        return failure("--delimiter takes one character, or 'tab', not '" + text + "'");
    if (std::string_view("\"\r\n").find(text.front()) != std::string_view::npos)
        return failure("--delimiter cannot be a quote or a line break");
    return text.front();
}

Result<CsvInput::Header> headerFrom(const std::string &text)
{
    if (text != "first" && text != "none")
        return failure("--header takes 'first' or 'none', not '" + text + "'");
    return text == "first" ? CsvInput::Header::FirstRow : CsvInput::Header::None;
}

Result<std::vector<std::string>> columnsFrom(const std::string &text)
{
    if (text == allColumns)
        return std::vector<std::string>();
    return parseCsvRecord(text).map_error([&text](const Error &error) {
        return Error{"--columns takes names as a CSV file's header has them, not '" + text
            + "': " + error.message};
    });
}

Result<InputSpec> csvFrom(const OptionValues &values)
{
    const auto delimiter = delimiterFrom(values.text("--delimiter"));
    if (!delimiter)
        return tl::unexpected(delimiter.error());
    const auto header = headerFrom(values.text("--header"));
    if (!header)
        return tl::unexpected(header.error());
    const auto columns = columnsFrom(values.text("--columns"));
    if (!columns)
        return tl::unexpected(columns.error());
    return CsvInput{values.text("--csv"), *delimiter, *header, *columns};
}

Result<InputSpec> inputFrom(const OptionValues &values)
{
    const auto given = theOneOf("input", OptionGroup::Input, values);
    if (!given)
        return tl::unexpected(given.error());
    const std::string text = values.text(*given);
    if (*given == "--lines")
        return LinesInput{text};
    if (*given == "--csv")
        return csvFrom(values);
    if (*given == "--files")
        return FilesInput{text};
    return parseRange(text).map([](RangeInput range) { return InputSpec(range); });
}

Result<PoolSpec> poolFrom(const OptionValues &values)
{
    PoolSpec pool;
    for (const Option &option : values.options()) {
        if (!isOfPool(option))
            continue;
        if (const auto read = readPoolOption(option, values.text(option.name), pool); !read)
            return tl::unexpected(read.error());
    }
    return pool;
}

using Texts = std::map<std::string_view, std::string>;

struct TaskTexts {
    Texts &texts;

    void operator()(const BuiltinTask &task) const
    {
        texts["--builtin"] = task.name + (task.arguments.empty() ? "" : ":" + task.arguments);
    }
    void operator()(const PythonTask &task) const
    {
        texts["--python"] = task.target;
        texts["--python-interpreter"] = task.interpreter;
        texts["--python-init"] = task.initialiser;
    }
    void operator()(const CommandTask &task) const { texts["--command"] = task.command; }
    void operator()(const ShellTask &task) const { texts["--shell"] = task.script; }
    void operator()(const FilterTask &task) const { texts["--filter"] = task.command; }
    void operator()(const LibraryTask &task) const
    {
        texts["--library"] = task.path + ":" + task.symbol;
    }
};

struct InputTexts {
    Texts &texts;

    void operator()(const RangeInput &input) const { texts["--range"] = toString(input); }
    void operator()(const LinesInput &input) const { texts["--lines"] = input.path; }
    void operator()(const CsvInput &input) const
    {
        texts["--csv"] = input.path;
        texts["--delimiter"] =
            input.delimiter == '\t' ? std::string(tabDelimiter) : std::string(1, input.delimiter);
        texts["--header"] = input.header == CsvInput::Header::FirstRow ? "first" : "none";
        texts["--columns"] =
            input.columns.empty() ? std::string(allColumns) : columnsText(input.columns);
    }
    void operator()(const FilesInput &input) const { texts["--files"] = input.pattern; }
};

/// Returns the values of the options of a spec, including default values.
Texts textsOf(const RunSpec &spec, OptionTable table)
{
    Texts texts;
    std::visit(TaskTexts{texts}, spec.task);
    std::visit(InputTexts{texts}, spec.input);
    for (const Option &option : optionsOf(runCommand, table)) {
        if (isOfPool(option))
            texts[option.name] = poolOptionText(option, spec.pool);
    }
    return texts;
}

bool isOfSpec(const Option &option)
{
    return option.group == OptionGroup::Task || option.group == OptionGroup::Input
        || isOfPool(option);
}

/// Reads arguments one after the other. Each option must have exactly one value.
class ArgumentReader {
public:
    ArgumentReader(const std::vector<std::string> &arguments, OptionTable table)
        : m_arguments(arguments)
        , m_table(table)
        , m_values(runCommand, table)
    {
    }

    Result<OptionValues> read()
    {
        while (m_next < m_arguments.size()) {
            if (const auto taken = takeOption(m_arguments[m_next++]); !taken)
                return tl::unexpected(taken.error());
        }
        return m_values;
    }

private:
    Result<void> takeOption(const std::string &argument)
    {
        const auto equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
        const std::string name = argument.substr(0, equals);
        const Option *option = findOption(name, runCommand, m_table);
        if (!option || !isOfSpec(*option))
            return failure("'" + name + "' is not a setting of a run");
        if (m_values.has(option->name))
            return failure(name + " is given twice");
        if (equals == std::string::npos && m_next == m_arguments.size())
            return failure(name + " has no value");
        std::string value =
            equals == std::string::npos ? m_arguments[m_next++] : argument.substr(equals + 1);
        if (value.empty())
            return failure(name + " is empty");
        m_values.add(*option, std::move(value));
        return {};
    }

    const std::vector<std::string> &m_arguments;
    OptionTable m_table;
    OptionValues m_values;
    std::size_t m_next = 0;
};

bool isPlainInShell(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || std::string_view("-_./:,=+@%").find(c) != std::string_view::npos;
}

std::string quoteForShell(const std::string &argument)
{
    // zsh replaces a word that begins with '=' by the path of a program.
    if (!argument.empty() && argument.front() != '='
        && std::all_of(argument.begin(), argument.end(), isPlainInShell))
        return argument;
    std::string quoted = "'";
    for (const char c : argument)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

} // namespace

Result<RunSpec> specFrom(const OptionValues &values)
{
    if (const auto checked = checkRequirements(values); !checked)
        return tl::unexpected(checked.error());
    const auto task = taskFrom(values);
    if (!task)
        return tl::unexpected(task.error());
    const auto input = inputFrom(values);
    if (!input)
        return tl::unexpected(input.error());
    const auto pool = poolFrom(values);
    if (!pool)
        return tl::unexpected(pool.error());
    return RunSpec{*task, *input, *pool};
}

std::vector<std::string> runArguments(const RunSpec &spec, OptionTable table)
{
    const Texts texts = textsOf(spec, table);
    std::vector<std::string> arguments;
    for (const Option &option : optionsOf(runCommand, table)) {
        const auto text = texts.find(option.name);
        if (text == texts.end() || text->second == option.fallback)
            continue;
        if (text->second.starts_with('-')) {
            arguments.push_back(std::string(option.name) + "=" + text->second);
        } else {
            arguments.emplace_back(option.name);
            arguments.push_back(text->second);
        }
    }
    return arguments;
}

Result<RunSpec> parseRunArguments(const std::vector<std::string> &arguments, OptionTable table)
{
    return ArgumentReader(arguments, table).read().and_then(specFrom);
}

std::vector<std::string> writtenArguments(const RunSpec &spec)
{
    std::vector<std::string> arguments = runArguments(spec);
    std::transform(arguments.begin(), arguments.end(), arguments.begin(), writtenText);
    return arguments;
}

Result<RunSpec> parseWrittenArguments(const std::vector<std::string> &arguments)
{
    std::vector<std::string> bytes;
    std::transform(arguments.begin(), arguments.end(), std::back_inserter(bytes), bytesOfWritten);
    return parseRunArguments(bytes);
}

std::string shellText(const std::vector<std::string> &words)
{
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : " ") + quoteForShell(word);
    return text;
}

std::string shellCommand(const RunSpec &spec)
{
    return "poolscope run " + shellText(runArguments(spec));
}

} // namespace poolscope
