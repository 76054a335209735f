// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/runarguments.h"

#include "input/integerrange.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <string_view>

namespace poolscope {

namespace {

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
    {"", "--range", &TypedSpec::range, "the integers of Python's range", "START:STOP[:STEP]",
        "Input"},
    {"", "--lines", &TypedSpec::lines, "the lines of a text file", "FILE", "Input"},
    {"-j,", "--workers", &TypedSpec::workers, "worker processes (auto: usable cores)", "N|auto",
        "Pool"},
    {"", "--chunk", &TypedSpec::chunk, "inputs handed to a worker at once", "N|auto", "Pool"},
    {"", "--window", &TypedSpec::window, "chunks a worker may hold at a time; 1 is lock-step",
        "N|auto", "Pool"},
    {"", "--retries", &TypedSpec::retries, "tries again for an input whose task failed (0)", "N",
        "Pool"},
};

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

Result<TaskSpec> parseTask(const TypedSpec &typed)
{
    if (typed.builtin.empty() == typed.python.empty())
        return failure(typed.builtin.empty()
                ? "there is no task: give one with --builtin or --python"
                : "there are two tasks: give either --builtin or --python");
    if (!typed.python.empty())
        return PythonTask{typed.python, typed.interpreter};
    const auto colon = typed.builtin.find(':');
    BuiltinTask task{typed.builtin.substr(0, colon), {}};
    if (colon != std::string::npos)
        task.arguments = typed.builtin.substr(colon + 1);
    return task;
}

Result<InputSpec> parseInput(const TypedSpec &typed)
{
    if (typed.range.empty() == typed.lines.empty())
        return failure(typed.range.empty()
                ? "there is no input: give one with --range or --lines"
                : "there are two inputs: give either --range or --lines");
    if (!typed.lines.empty())
        return LinesInput{typed.lines};
    return parseRange(typed.range).map([](RangeInput range) { return InputSpec(range); });
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
    PoolSpec pool;
    if (*workers)
        pool.workers = static_cast<std::uint32_t>(**workers);
    pool.chunk = *chunk;
    pool.window = *window;
    pool.retries = static_cast<std::uint32_t>(*retries);
    return pool;
}

TypedSpec typedTask(const TaskSpec &spec)
{
    TypedSpec typed;
    if (const auto *python = std::get_if<PythonTask>(&spec)) {
        typed.python = python->target;
        typed.interpreter = python->interpreter;
        return typed;
    }
    const auto &builtin = std::get<BuiltinTask>(spec);
    typed.builtin = builtin.name;
    if (!builtin.arguments.empty())
        typed.builtin += ":" + builtin.arguments;
    return typed;
}

/// The inverse of toSpec().
TypedSpec toTyped(const RunSpec &spec)
{
    TypedSpec typed = typedTask(spec.task);
    if (const auto *lines = std::get_if<LinesInput>(&spec.input))
        typed.lines = lines->path;
    else
        typed.range = toString(std::get<RangeInput>(spec.input));
    if (spec.pool.workers)
        typed.workers = std::to_string(*spec.pool.workers);
    if (spec.pool.chunk)
        typed.chunk = std::to_string(*spec.pool.chunk);
    if (spec.pool.window)
        typed.window = std::to_string(*spec.pool.window);
    typed.retries = std::to_string(spec.pool.retries);
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

void describeSpec(CLI::App &run, TypedSpec &typed)
{
    for (const SpecOption &option : specOptions) {
        run.add_option(
               std::string(option.shortName) + option.name, typed.*option.value, option.help)
            ->type_name(option.type)
            ->group(option.group);
    }
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
