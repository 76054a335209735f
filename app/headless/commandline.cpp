// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/commandline.h"

#include "headless/headless.h"
#include "input/integerrange.h"
#include "task/builtin.h"

#include <CLI/CLI.hpp>
#include <charconv>

namespace poolscope {

namespace {

constexpr std::uint64_t largestChunk = 1ULL << 30;
constexpr std::uint64_t largestWindow = 1ULL << 20;
constexpr std::uint64_t mostRetries = 1'000'000;

/// The options of `run` as they were typed.
struct RunArguments {
    std::string builtin;
    std::string python;
    std::string interpreter = "python3";
    std::string range;
    std::string lines;
    std::string workers = "auto";
    std::string chunk = "auto";
    std::string window = "auto";
    std::string retries = "0";
    std::string output;
    std::string summary;
    bool discard = false;
    bool unordered = false;
    bool quiet = false;
};

void describeRun(CLI::App &run, RunArguments &arguments)
{
    run.add_option("--builtin", arguments.builtin, "a built-in task: see 'poolscope tasks'")
        ->type_name("NAME[:ARGS]")
        ->group("Task");
    run.add_option("--python", arguments.python, "a Python function, called with each input")
        ->type_name("FILE.py:FUNCTION|MODULE:FUNCTION")
        ->group("Task");
    run.add_option(
           "--python-interpreter", arguments.interpreter, "the Python to run it in (python3)")
        ->type_name("PATH")
        ->group("Task");
    run.add_option("--range", arguments.range, "the integers of Python's range")
        ->type_name("START:STOP[:STEP]")
        ->group("Input");
    run.add_option("--lines", arguments.lines, "the lines of a text file")
        ->type_name("FILE")
        ->group("Input");
    run.add_option("-j,--workers", arguments.workers, "worker processes (auto: usable cores)")
        ->type_name("N|auto")
        ->group("Pool");
    run.add_option("--chunk", arguments.chunk, "inputs handed to a worker at once")
        ->type_name("N|auto")
        ->group("Pool");
    run.add_option(
           "--window", arguments.window, "chunks a worker may hold at a time; 1 is lock-step")
        ->type_name("N|auto")
        ->group("Pool");
    run.add_option("--retries", arguments.retries, "tries again for an input whose task failed (0)")
        ->type_name("N")
        ->group("Pool");
    run.add_option("-o", arguments.output, "write values there instead of to standard output")
        ->type_name("FILE.csv|.jsonl|.txt|.npy")
        ->group("Output");
    run.add_flag("--unordered", arguments.unordered, "write values as they come")->group("Output");
    run.add_flag("--discard", arguments.discard, "write no values: to measure")->group("Output");
    run.add_option("--summary", arguments.summary, "write what the run came to, as JSON")
        ->type_name("FILE.json|-")
        ->group("Output");
    run.add_flag("-q", arguments.quiet, "no progress line")->group("Output");
}

/// An empty value is the empty variable of a script.
std::string refuseEmpty(const std::string &value)
{
    return value.empty() ? "it is empty" : "";
}

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

Result<TaskSpec> parseTask(const RunArguments &arguments)
{
    if (arguments.builtin.empty() == arguments.python.empty())
        return failure(arguments.builtin.empty()
                ? "there is no task: give one with --builtin or --python"
                : "there are two tasks: give either --builtin or --python");
    if (!arguments.python.empty())
        return PythonTask{arguments.python, arguments.interpreter};
    const auto colon = arguments.builtin.find(':');
    BuiltinTask task{arguments.builtin.substr(0, colon), {}};
    if (colon != std::string::npos)
        task.arguments = arguments.builtin.substr(colon + 1);
    return task;
}

Result<InputSpec> parseInput(const RunArguments &arguments)
{
    if (arguments.range.empty() == arguments.lines.empty())
        return failure(arguments.range.empty()
                ? "there is no input: give one with --range or --lines"
                : "there are two inputs: give either --range or --lines");
    if (!arguments.lines.empty())
        return LinesInput{arguments.lines};
    return parseRange(arguments.range).map([](RangeInput range) { return InputSpec(range); });
}

Result<PoolSpec> parsePool(const RunArguments &arguments)
{
    const auto workers = parseAutoCount("--workers", arguments.workers, maxWorkers);
    if (!workers)
        return tl::unexpected(workers.error());
    const auto chunk = parseAutoCount("--chunk", arguments.chunk, largestChunk);
    if (!chunk)
        return tl::unexpected(chunk.error());
    const auto window = parseAutoCount("--window", arguments.window, largestWindow);
    if (!window)
        return tl::unexpected(window.error());
    const auto retries = parseCount("--retries", arguments.retries, 0, mostRetries);
    if (!retries)
        return tl::unexpected(retries.error());
    PoolSpec pool;
    if (*workers)
        pool.workers = static_cast<std::uint32_t>(**workers);
    pool.chunk = *chunk;
    pool.window = *window;
    pool.retries = static_cast<std::uint32_t>(*retries);
    return pool;
}

Result<RunOptions> toOptions(const RunArguments &arguments)
{
    RunOptions options;
    const auto task = parseTask(arguments);
    if (!task)
        return tl::unexpected(task.error());
    const auto input = parseInput(arguments);
    if (!input)
        return tl::unexpected(input.error());
    const auto pool = parsePool(arguments);
    if (!pool)
        return tl::unexpected(pool.error());
    if (arguments.discard && !arguments.output.empty())
        return failure("-o and --discard contradict each other: give one of them");
    if (!arguments.output.empty() && arguments.output == arguments.summary)
        return failure("-o and --summary name the same file, " + arguments.output);
    options.spec = {*task, *input, *pool};
    if (!arguments.output.empty())
        options.output = arguments.output;
    if (!arguments.summary.empty())
        options.summary = arguments.summary;
    options.discard = arguments.discard;
    options.unordered = arguments.unordered;
    options.quiet = arguments.quiet;
    return options;
}

MessageCommand wrongUse(const std::string &what)
{
    return {"poolscope: " + what + "\n", exitWrongUse};
}

} // namespace

CommandLine parseCommandLine(int argc, char **argv)
{
    CLI::App app(
        "Maps a task over inputs by a pool of worker processes, and shows where the time goes.",
        "poolscope");
    app.set_version_flag("--version", "poolscope " POOLSCOPE_VERSION);
    app.require_subcommand(0, 1);
    RunArguments arguments;
    CLI::App *run = app.add_subcommand("run", "map a task over inputs");
    describeRun(*run, arguments);
    for (CLI::Option *option : run->get_options()) {
        if (option->get_items_expected_max() > 0)
            option->check(CLI::Validator(refuseEmpty, ""));
    }
    CLI::App *tasks = app.add_subcommand("tasks", "list the built-in tasks");

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp &) {
        return MessageCommand{app.help(), exitAllSucceeded};
    } catch (const CLI::CallForVersion &version) {
        return MessageCommand{std::string(version.what()) + "\n", exitAllSucceeded};
    } catch (const CLI::ParseError &error) {
        return wrongUse(std::string(error.what()) + "; see 'poolscope --help'");
    }
    if (tasks->parsed())
        return TasksCommand{};
    if (!run->parsed())
        return wrongUse("there is no command: 'poolscope run' maps a task over inputs, "
                        "'poolscope tasks' lists the built-in ones; see 'poolscope --help'");
    const auto options = toOptions(arguments);
    if (!options)
        return wrongUse(options.error().message);
    return *options;
}

} // namespace poolscope
