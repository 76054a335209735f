// SPDX-License-Identifier: GPL-3.0-or-later
// The table of all options, which is long because there are many.
#include "spec/options.h"

#include "spec/sizetext.h"
#include "spec/tasktraits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace poolscope {

namespace {

constexpr unsigned ofSpec = runCommand | sweepCommand;
constexpr unsigned ofOutput = runCommand | resumeCommand | exportCommand | watchCommand;
constexpr unsigned ofValues = runCommand | resumeCommand;
constexpr double leastMemory = 1 << 20; // a smaller number lacks a unit
constexpr double unlimited = std::numeric_limits<double>::infinity();

constexpr Choice headerChoices[] = {{"first", "Names in row 1"}, {"none", "No names"}};
constexpr Choice startChoices[] = {
    {"spawn", "new interpreters"}, {"fork", "copies of one that has loaded the task"}};

constexpr Option table[] = {
    // ---- General
    {.name = "FILE",
        .argument = "FILE",
        .type = OptionType::File,
        .commands = noCommand,
        .help = "a run file, Chrome trace or job log of GNU parallel to open in the window"},
    {.name = "FILE",
        .argument = "FILE.poolscope",
        .type = OptionType::File,
        .commands = resumeCommand,
        .help = "the run file",
        .isRequired = true},
    {.name = "FILE",
        .argument = "FILE",
        .type = OptionType::File,
        .commands = exportCommand,
        .help = "a run file, Chrome trace or job log of GNU parallel",
        .isRequired = true},
    {.name = "FILE",
        .argument = "FILE",
        .type = OptionType::File,
        .commands = infoCommand,
        .help = "run files, Chrome traces or job logs of GNU parallel; several are compared",
        .isRepeatable = true,
        .isRequired = true},
    {.name = "COMMAND",
        .argument = "COMMAND",
        .type = OptionType::Command,
        .commands = watchCommand,
        .help = "the command and its arguments, as they are without poolscope",
        .isRepeatable = true,
        .isRequired = true},
    {.name = "--set",
        .argument = "NAME=VALUE[@FILE:LINE]",
        .commands = watchCommand,
        .help = "change chunksize or processes of the call at that line, or of every call; may be "
                "repeated",
        .isRepeatable = true},
    {.name = "--reprs",
        .type = OptionType::Switch,
        .commands = watchCommand,
        .help = "record what repr() returns for the inputs that fail and for the slowest, cut to "
                "160 characters",
        .label = "Record the inputs that fail and the slowest"},
    {.name = "--gui",
        .type = OptionType::Switch,
        .commands = watchCommand,
        .help = "watch in the window"},
    {.name = "--json", .type = OptionType::Switch, .commands = infoCommand, .help = "write JSON"},
    {.name = "--retry-failed",
        .type = OptionType::Switch,
        .commands = resumeCommand,
        .help = "run failed inputs again"},
    {.name = "--changed-task",
        .type = OptionType::Switch,
        .commands = resumeCommand,
        .help = "resume although files of the task have changed"},
    {.name = "--help",
        .shortName = "-h",
        .type = OptionType::Help,
        .commands = everyCommand,
        .help = "show this help"},
    {.name = "--version",
        .type = OptionType::Version,
        .commands = noCommand,
        .help = "show the version of the program"},
    // ---- Task
    {.name = "--builtin",
        .argument = "NAME[:ARGS]",
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "run a built-in task; 'poolscope tasks' lists them",
        .label = "Task"},
    {.name = "--python",
        .argument = "FILE.py:FUNCTION|MODULE:FUNCTION",
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "call a Python function with each input",
        .label = "Function"},
    {.name = "--python-interpreter",
        .argument = "PROGRAM",
        .type = OptionType::File,
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "run the Python function in this interpreter: a program on PATH, or a path such as "
                "that of a virtual environment's bin/python",
        .fallback = "python3",
        .label = "Interpreter",
        .applies = Applies::ToPython},
    {.name = "--python-init",
        .argument = "FUNCTION",
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "call this function of the same file or module once in each worker, with no "
                "argument, before its first input; for example to load a model",
        .label = "Initialiser",
        .applies = Applies::ToPython},
    {.name = "--command",
        .argument = "'ARGV {}'",
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "start a program for each input, without a shell; its output is the value; {} is "
                "the input and {NAME} a column of a CSV file; without either, the input is the "
                "last argument",
        .label = "Command"},
    {.name = "--shell",
        .argument = "'SCRIPT'",
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "run a script by sh for each input, which is \"$1\"; its output is the value",
        .label = "Script"},
    {.name = "--filter",
        .argument = "'ARGV'",
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "start a program in each worker, which answers each line with one line, at once",
        .label = "Filter"},
    {.name = "--library",
        .argument = "FILE.so:SYMBOL",
        .group = OptionGroup::Task,
        .commands = ofSpec,
        .help = "call a function of a shared library with each input; poolscope_task.h declares "
                "such functions",
        .label = "Library"},
    // ---- Input
    {.name = "--range",
        .argument = "START:STOP[:STEP]",
        .group = OptionGroup::Input,
        .commands = ofSpec,
        .help = "the integers from START up to but not including STOP, as in Python's range",
        .label = "Start, stop, step"},
    {.name = "--lines",
        .argument = "FILE|-",
        .type = OptionType::File,
        .group = OptionGroup::Input,
        .commands = ofSpec,
        .help =
            "the lines of a text file, which can be larger than memory, or of standard input (-)",
        .label = "File"},
    {.name = "--csv",
        .argument = "FILE",
        .type = OptionType::File,
        .group = OptionGroup::Input,
        .commands = ofSpec,
        .help = "the rows of a CSV file, which can be larger than memory",
        .label = "File"},
    {.name = "--delimiter",
        .argument = "CHARACTER|tab",
        .group = OptionGroup::Input,
        .commands = ofSpec,
        .help = "the character between the fields of a CSV file; a first line such as sep=; "
                "replaces a comma",
        .fallback = ",",
        .label = "Delimiter",
        .applies = Applies::ToCsv},
    {.name = "--header",
        .argument = "first|none",
        .type = OptionType::Choice,
        .group = OptionGroup::Input,
        .commands = ofSpec,
        .help = "whether the first row of a CSV file names the columns; if none, the columns are "
                "called 1, 2, ...",
        .fallback = "first",
        .choices = headerChoices,
        .label = "Names in row 1",
        .applies = Applies::ToCsv},
    {.name = "--columns",
        .argument = "NAME,...",
        .group = OptionGroup::Input,
        .commands = ofSpec,
        .help = "the columns of a CSV file that are passed to the task",
        .fallback = "all",
        .label = "Columns and their first fields",
        .applies = Applies::ToCsv},
    {.name = "--files",
        .argument = "PATTERN",
        .type = OptionType::File,
        .group = OptionGroup::Input,
        .commands = ofSpec,
        .help = "the paths of the files that match a pattern: * and ? match characters, ** matches "
                "folders",
        .label = "Pattern"},
    // ---- Pool
    {.name = "--workers",
        .shortName = "-j",
        .argument = "N|auto",
        .type = OptionType::Count,
        .group = OptionGroup::Pool,
        .help = "number of worker processes; auto is the number of usable cores",
        .fallback = "auto",
        .alternative = "auto",
        .range = {1, maxWorkers},
        .label = "Workers",
        .member = &PoolSpec::workers},
    {.name = "--chunk",
        .argument = "N|auto",
        .type = OptionType::Count,
        .group = OptionGroup::Pool,
        .help = "number of inputs that are sent to a worker at once; auto keeps the cost of "
                "dispatch below 1% and the time of a chunk near 20 ms",
        .fallback = "auto",
        .alternative = "auto",
        .range = {1, maxChunk},
        .unit = "inputs",
        .label = "Chunk",
        .member = &PoolSpec::chunk},
    {.name = "--window",
        .argument = "N|auto",
        .type = OptionType::Count,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "number of chunks that a worker may hold at a time; 1 is lock-step: the worker "
                "waits for each chunk",
        .fallback = "auto",
        .alternative = "auto",
        .range = {1, maxWindow},
        .unit = "chunks",
        .label = "Window",
        .member = &PoolSpec::window},
    {.name = "--retries",
        .argument = "N",
        .type = OptionType::Count,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "retry a failed input up to N times",
        .fallback = "0",
        .range = {0, maxRetries},
        .label = "Retries",
        .member = &PoolSpec::retries},
    {.name = "--timeout",
        .argument = "SECONDS|none",
        .type = OptionType::Seconds,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "fail an input that takes longer than this many seconds",
        .fallback = "none",
        .alternative = "none",
        .range = {0.001, maxTimeout},
        .unit = "s",
        .label = "Timeout",
        .member = &PoolSpec::timeout},
    {.name = "--memory-limit",
        .argument = "SIZE|none",
        .type = OptionType::Size,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "fail an input whose worker, together with the processes that it started, takes "
                "more memory than this, such as 500M or 2G",
        .fallback = "none",
        .alternative = "none",
        .range = {leastMemory, unlimited},
        .label = "Worker memory",
        .member = &PoolSpec::memoryLimit},
    {.name = "--output-limit",
        .argument = "SIZE",
        .type = OptionType::Size,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "kill a program that prints more than this for one input, such as 500M, and fail "
                "the input; a program whose value is discarded and not kept in a run file may "
                "print more",
        .fallback = "64M",
        .range = {1, maxOutputLimit},
        .label = "Program output",
        .applies = Applies::ToPrograms,
        .member = &PoolSpec::outputLimit},
    {.name = "--recycle",
        .argument = "N|none",
        .type = OptionType::Count,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "replace a worker after N iterations, for example because the task leaks memory",
        .fallback = "none",
        .alternative = "none",
        .range = {1, unlimited},
        .unit = "iterations",
        .label = "Recycle after",
        .member = &PoolSpec::recycle},
    {.name = "--halt",
        .argument = "N|none",
        .type = OptionType::Count,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "end the run after N inputs have failed",
        .fallback = "none",
        .alternative = "none",
        .range = {1, unlimited},
        .unit = "failures",
        .label = "Halt after",
        .member = &PoolSpec::halt},
    {.name = "--start",
        .argument = "spawn|fork",
        .type = OptionType::Choice,
        .group = OptionGroup::Pool,
        .commands = ofSpec,
        .help = "how the workers of a Python function start: as new interpreters, each of which "
                "loads the task (spawn), or as copies of a process that has loaded it once (fork), "
                "which start faster and share that memory; if the task's file starts threads, "
                "workers start as new interpreters anyway",
        .fallback = "spawn",
        .choices = startChoices,
        .label = "Workers start as",
        .applies = Applies::ToPython,
        .member = &PoolSpec::start},
    // ---- Sweep
    {.name = "--workers",
        .shortName = "-j",
        .argument = "N,...|auto",
        .type = OptionType::Counts,
        .group = OptionGroup::Sweep,
        .commands = sweepCommand,
        .help = "numbers of worker processes to measure, such as 1,2,4; auto is 1, 2, 4, ... up to "
                "the number of usable cores",
        .fallback = "auto",
        .alternative = "auto",
        .range = {1, maxWorkers},
        .label = "Workers"},
    {.name = "--chunk",
        .argument = "N|auto,...",
        .type = OptionType::Counts,
        .group = OptionGroup::Sweep,
        .commands = sweepCommand,
        .help = "numbers of inputs that are sent to a worker at once, to measure",
        .fallback = "1,16,auto",
        .alternative = "auto",
        .range = {1, maxChunk},
        .unit = "inputs",
        .label = "Chunk"},
    {.name = "--repeats",
        .argument = "N",
        .type = OptionType::Count,
        .group = OptionGroup::Sweep,
        .commands = sweepCommand,
        .help = "run each setting N times; the median counts",
        .fallback = "5",
        .range = {1, 10'000},
        .unit = "runs",
        .label = "Repeats"},
    {.name = "--seed",
        .argument = "N",
        .type = OptionType::Count,
        .group = OptionGroup::Sweep,
        .commands = sweepCommand,
        .help = "a number that determines the order of the runs",
        .fallback = "1",
        .label = "Seed"},
    // ---- Output
    {.name = "-o",
        .argument = "FILE.csv|.jsonl|.txt|.npy",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = ofValues,
        .help = "write the values to a file instead of standard output"},
    {.name = "-o",
        .argument = "FILE.csv|.jsonl|.txt|.npy",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = exportCommand,
        .help = "write the values to a file"},
    {.name = "-o",
        .argument = "FILE.csv|.jsonl",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = sweepCommand,
        .help = "write the table to a file as well"},
    {.name = "--unordered",
        .type = OptionType::Switch,
        .group = OptionGroup::Output,
        .commands = ofValues,
        .help = "write the values in the order in which the inputs finish"},
    {.name = "--discard",
        .type = OptionType::Switch,
        .group = OptionGroup::Output,
        .commands = ofValues,
        .help = "write no values, to measure the run alone"},
    {.name = "--summary",
        .argument = "FILE.json|-",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = ofOutput,
        .help = "write the figures of the run to a file as JSON; - is standard output"},
    {.name = "--charts",
        .argument = "DIR",
        .type = OptionType::Folder,
        .group = OptionGroup::Output,
        .commands = ofOutput,
        .help = "write all charts to a folder, as PNG"},
    {.name = "--chart",
        .argument = "NAME=FILE.png|.svg|.pdf|.csv",
        .group = OptionGroup::Output,
        .commands = ofOutput,
        .help = "write one chart to a file: workers, completion, rate, accounting, latency or "
                "whatif; may be repeated",
        .isRepeatable = true},
    {.name = "--trace",
        .argument = "FILE.json",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = ofOutput,
        .help = "write the timeline to a file as a Chrome trace, for Perfetto and "
                "chrome://tracing"},
    {.name = "--report",
        .argument = "FILE.html|.pdf",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = ofOutput,
        .help = "write a report of the run, with its charts, to one file"},
    {.name = "--save",
        .argument = "FILE.poolscope",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .help = "record the run in a file during the run, to resume, export or open it later"},
    {.name = "--save",
        .argument = "FILE.poolscope",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = watchCommand,
        .help = "record the session in a file when the command has ended, to export or open it "
                "later"},
    {.name = "--save",
        .argument = "FILE",
        .type = OptionType::File,
        .group = OptionGroup::Output,
        .commands = sweepCommand,
        .help = "record the measurements in a file; the same command then measures only those that "
                "are missing",
        .label = "File"},
    {.name = "--overwrite",
        .type = OptionType::Switch,
        .group = OptionGroup::Output,
        .commands = runCommand | watchCommand,
        .help = "replace the run file of --save if it exists"},
    {.name = "-q",
        .type = OptionType::Switch,
        .group = OptionGroup::Output,
        .commands = runCommand | resumeCommand | exportCommand | sweepCommand,
        .help = "show no progress line"},
    {.name = "-q",
        .type = OptionType::Switch,
        .group = OptionGroup::Output,
        .commands = watchCommand,
        .help = "print no summary"},
};

constexpr CommandInfo commandTable[] = {
    {noCommand, "", "[FILE]",
        "Runs a task on many inputs in a pool of worker processes, and shows where the time goes. "
        "Without a command, Poolscope opens its window."},
    {runCommand, "run", "TASK INPUT [OPTIONS]", "run a task on every input"},
    {resumeCommand, "resume", "FILE.poolscope [OPTIONS]", "resume a run that was stopped"},
    {watchCommand, "watch", "[OPTIONS] -- COMMAND...",
        "run a command unchanged, and show the Python pools in it"},
    {sweepCommand, "sweep", "TASK INPUT [OPTIONS]",
        "measure which number of workers and which chunk size are the fastest"},
    {exportCommand, "export", "FILE [OPTIONS]",
        "write the values, figures or charts of a run file, Chrome trace or job log"},
    {infoCommand, "info", "FILE... [--json]",
        "describe a run file, Chrome trace or job log, or compare several"},
    {tasksCommand, "tasks", "", "list the built-in tasks"},
};

std::string numberText(const Option &option, double number)
{
    if (option.type == OptionType::Size)
        return sizeText(static_cast<std::uint64_t>(number));
    std::array<char, 32> text{};
    const auto format = std::chars_format::fixed;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number, format).ptr};
}

} // namespace

OptionTable options()
{
    return table;
}

std::span<const CommandInfo> commands()
{
    return commandTable;
}

std::vector<Option> optionsOf(Command command, OptionTable table)
{
    std::vector<Option> found;
    std::copy_if(table.begin(), table.end(), std::back_inserter(found),
        [command](const Option &option) { return option.belongsTo(command); });
    return found;
}

const Option *findOption(std::string_view name, Command command, OptionTable table)
{
    const auto found = std::find_if(table.begin(), table.end(), [&](const Option &option) {
        return option.belongsTo(command) && (option.name == name || option.shortName == name);
    });
    return name.empty() || found == table.end() ? nullptr : &*found;
}

const Option &runOption(std::string_view name)
{
    return *findOption(name, runCommand);
}

std::string_view groupTitle(OptionGroup group)
{
    constexpr std::array<std::string_view, 6> titles{
        "Options", "Task", "Input", "Pool", "Sweep", "Output"};
    return titles[static_cast<std::size_t>(group)];
}

std::string_view requirementOf(Applies applies)
{
    return applies == Applies::ToPython ? "--python" : applies == Applies::ToCsv ? "--csv" : "";
}

bool doesApply(const Option &option, const RunSpec &spec)
{
    switch (option.applies) {
    case Applies::ToPython:
        return traitsOf(spec.task).runsPython;
    case Applies::ToPrograms:
        return traitsOf(spec.task).startsPrograms;
    case Applies::ToCsv:
        return std::holds_alternative<CsvInput>(spec.input);
    case Applies::Always:
        break;
    }
    return true;
}

std::string numbersText(const Option &option)
{
    const auto &[least, most] = option.range;
    return numberText(option, least)
        + (std::isfinite(most) ? " to " + numberText(option, most) : " or more");
}

std::string rangeText(const Option &option)
{
    switch (option.type) {
    case OptionType::Count:
    case OptionType::Counts:
    case OptionType::Seconds:
    case OptionType::Size:
        break;
    default:
        return {};
    }
    std::string text = numbersText(option);
    if (!option.unit.empty())
        text += " " + std::string(option.unit);
    if (!option.alternative.empty())
        text += ", or " + std::string(option.alternative);
    return text;
}

} // namespace poolscope
