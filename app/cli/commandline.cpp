// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandline.h"

#include "cli/exitstatus.h"
#include "cli/runarguments.h"
#include "cli/sweeparguments.h"
#include "system/usablecores.h"

#include <CLI/CLI.hpp>
#include <QFile>
#include <QUrl>
#include <algorithm>
#include <filesystem>

namespace poolscope {

namespace {

/// The options that say where things go, as they were typed.
struct OutputArguments {
    std::string output;
    std::string summary;
    std::string chartsFolder;
    std::vector<std::string> charts;
    std::string trace;
    std::string report;
    bool discard = false;
    bool unordered = false;
    bool quiet = false;
};

/// Those of every command, as they were typed.
struct Arguments {
    TypedSpec spec;
    OutputArguments output;
    std::string save;
    bool overwrite = false;
    std::string file;
    std::vector<std::string> files;
    bool retryFailed = false;
    bool changedTask = false;
    bool json = false;
    TypedSweep sweep;
};

constexpr const char *runFileType = "FILE.poolscope";
constexpr const char *readFileType = "FILE.poolscope|.json|.joblog";

void describeValues(CLI::App &run, OutputArguments &arguments)
{
    run.add_option("-o", arguments.output, "write values there instead of to standard output")
        ->type_name("FILE.csv|.jsonl|.txt|.npy")
        ->group("Output");
    run.add_flag("--unordered", arguments.unordered, "write values as they come")->group("Output");
    run.add_flag("--discard", arguments.discard, "write no values: to measure")->group("Output");
}

void describeFigures(CLI::App &run, OutputArguments &arguments)
{
    run.add_option("--summary", arguments.summary, "write what the run came to, as JSON")
        ->type_name("FILE.json|-")
        ->group("Output");
    run.add_option("--charts", arguments.chartsFolder, "leave all charts there, as PNG")
        ->type_name("DIR")
        ->group("Output");
    run.add_option("--chart", arguments.charts,
           "leave a chart in a file: workers, completion, rate, accounting, latency or whatif; "
           "may be given again")
        ->type_name("NAME=FILE.png|.svg|.pdf|.csv")
        ->allow_extra_args(false)
        ->group("Output");
    run.add_flag("-q", arguments.quiet, "no progress line")->group("Output");
    run.add_option("--trace", arguments.trace,
           "write the timeline as a Chrome trace, for Perfetto and chrome://tracing")
        ->type_name("FILE.json")
        ->group("Output");
    run.add_option("--report", arguments.report,
           "write what there is to tell of the run, with its charts, in one file")
        ->type_name("FILE.html|.pdf")
        ->group("Output");
}

void describeFile(CLI::App &command, Arguments &arguments)
{
    command.add_option("file", arguments.file, "a run file")->type_name(runFileType)->required();
}

/// The same where the file is only read.
void describeReadFile(CLI::App &command, Arguments &arguments)
{
    command.add_option("file", arguments.file, "a run file, Chrome trace or job log of parallel")
        ->type_name(readFileType)
        ->required();
}

void describeRun(CLI::App &run, Arguments &arguments)
{
    describeSpec(run, arguments.spec);
    describeValues(run, arguments.output);
    describeFigures(run, arguments.output);
    run.add_option("--save", arguments.save,
           "keep the run in a file, whatever happens: to resume, export or look at it")
        ->type_name(runFileType)
        ->group("Output");
    run.add_flag("--overwrite", arguments.overwrite, "replace the run file that stands there")
        ->group("Output");
    refuseEmptyValues(run);
}

void describeResume(CLI::App &resume, Arguments &arguments)
{
    describeFile(resume, arguments);
    resume.add_flag("--retry-failed", arguments.retryFailed, "try inputs again that failed");
    resume.add_flag("--changed-task", arguments.changedTask,
        "go on although the files of the task are not what they were");
    describeValues(resume, arguments.output);
    describeFigures(resume, arguments.output);
    refuseEmptyValues(resume);
}

void describeSweep(CLI::App &sweep, Arguments &arguments)
{
    describeSpec(sweep, arguments.spec);
    sweep.remove_option(sweep.get_option("--workers"));
    sweep.remove_option(sweep.get_option("--chunk"));
    sweep
        .add_option("-j,--workers", arguments.sweep.workers,
            "numbers of worker processes (auto: 1, 2, 4, ... to the usable cores)")
        ->type_name("N,...|auto")
        ->group("Sweep");
    sweep
        .add_option(
            "--chunk", arguments.sweep.chunks, "inputs handed to a worker at once (1,16,auto)")
        ->type_name("N|auto,...")
        ->group("Sweep");
    sweep.add_option("--repeats", arguments.sweep.repeats, "runs of each setting (5)")
        ->type_name("N")
        ->group("Sweep");
    sweep.add_option("--seed", arguments.sweep.seed, "of the order of the runs (1)")
        ->type_name("N")
        ->group("Sweep");
    sweep.add_option("-o", arguments.output.output, "write the table there, too")
        ->type_name("FILE.csv|.jsonl")
        ->group("Output");
    sweep
        .add_option("--save", arguments.save,
            "keep what was measured: the same command then goes on with what is missing")
        ->type_name("FILE")
        ->group("Output");
    sweep.add_flag("-q", arguments.output.quiet, "no progress line")->group("Output");
    refuseEmptyValues(sweep);
}

void describeExport(CLI::App &exported, Arguments &arguments)
{
    describeReadFile(exported, arguments);
    exported.add_option("-o", arguments.output.output, "write values there")
        ->type_name("FILE.csv|.jsonl|.txt|.npy")
        ->group("Output");
    describeFigures(exported, arguments.output);
    refuseEmptyValues(exported);
}

Result<ChartFile> parseChart(const std::string &text)
{
    const auto equals = text.find('=');
    const auto kind = chartCalled(text.substr(0, equals));
    if (equals == std::string::npos || !kind)
        return failure("--chart takes workers=FILE, completion=FILE, rate=FILE, accounting=FILE, "
                       "latency=FILE or whatif=FILE, not '"
            + text + "'");
    const std::string path = text.substr(equals + 1);
    for (const char *ending : {".png", ".svg", ".pdf", ".csv"}) {
        if (path.ends_with(ending))
            return ChartFile{*kind, path};
    }
    return failure(
        "--chart cannot write " + path + ": its ending must be .png, .svg, .pdf or .csv");
}

Result<void> fillReport(OutputOptions &options, const OutputArguments &arguments)
{
    if (!arguments.trace.empty())
        options.trace = arguments.trace;
    if (arguments.report.empty())
        return {};
    if (!arguments.report.ends_with(".html") && !arguments.report.ends_with(".pdf"))
        return failure(
            "--report cannot write " + arguments.report + ": its ending must be .html or .pdf");
    options.report = arguments.report;
    return {};
}

Result<void> fillOutput(OutputOptions &options, const OutputArguments &arguments)
{
    if (arguments.discard && !arguments.output.empty())
        return failure("-o and --discard contradict each other: give one of them");
    if (!arguments.output.empty() && arguments.output == arguments.summary)
        return failure("-o and --summary name the same file, " + arguments.output);
    if (!arguments.output.empty())
        options.output = arguments.output;
    if (!arguments.summary.empty())
        options.summary = arguments.summary;
    if (!arguments.chartsFolder.empty())
        options.chartsFolder = arguments.chartsFolder;
    for (const std::string &text : arguments.charts) {
        auto chart = parseChart(text);
        if (!chart)
            return tl::unexpected(chart.error());
        options.charts.push_back(std::move(*chart));
    }
    options.discard = arguments.discard;
    options.unordered = arguments.unordered;
    options.quiet = arguments.quiet;
    return fillReport(options, arguments);
}

Result<CommandLine> toRun(const Arguments &arguments)
{
    RunOptions options;
    const auto spec = toSpec(arguments.spec);
    if (!spec)
        return tl::unexpected(spec.error());
    options.spec = *spec;
    if (arguments.overwrite && arguments.save.empty())
        return failure("--overwrite says nothing without --save FILE");
    if (!arguments.save.empty() && arguments.save == arguments.output.output)
        return failure("-o and --save name the same file, " + arguments.save);
    if (!arguments.save.empty())
        options.save = arguments.save;
    options.overwrite = arguments.overwrite;
    return fillOutput(options, arguments.output).map([&] { return CommandLine(options); });
}

Result<CommandLine> toSweep(const Arguments &arguments)
{
    SweepOptions options;
    const auto spec = toSpec(arguments.spec);
    if (!spec)
        return tl::unexpected(spec.error());
    options.spec = *spec;
    const auto plan = parseSweep(arguments.sweep);
    if (!plan)
        return tl::unexpected(plan.error());
    options.plan = *plan;
    if (isReadOnce(spec->input))
        return failure("a sweep reads its inputs for every run: give a file instead of '-'");
    const std::string &output = arguments.output.output;
    if (!output.empty() && !output.ends_with(".csv") && !output.ends_with(".jsonl"))
        return failure("-o cannot write " + output + ": its ending must be .csv or .jsonl");
    if (!output.empty() && output == arguments.save)
        return failure("-o and --save name the same file, " + output);
    if (!output.empty())
        options.output = output;
    if (!arguments.save.empty())
        options.save = arguments.save;
    options.quiet = arguments.output.quiet;
    return options;
}

/// The run goes on in the folder where it began; files are meant here.
void makeAbsolute(OutputOptions &options)
{
    const auto make = [](std::string &path) {
        std::error_code error;
        const auto absolute = std::filesystem::absolute(path, error);
        if (!error)
            path = absolute.string();
    };
    if (options.output)
        make(*options.output);
    if (options.summary && *options.summary != "-")
        make(*options.summary);
    if (options.chartsFolder)
        make(*options.chartsFolder);
    for (ChartFile &chart : options.charts)
        make(chart.path);
    if (options.trace)
        make(*options.trace);
    if (options.report)
        make(*options.report);
}

Result<CommandLine> toResume(const Arguments &arguments)
{
    RunOptions options;
    options.resumed = arguments.file;
    options.retryFailed = arguments.retryFailed;
    options.changedTask = arguments.changedTask;
    return fillOutput(options, arguments.output).map([&] {
        makeAbsolute(options);
        return CommandLine(options);
    });
}

Result<CommandLine> toExport(const Arguments &arguments)
{
    ExportOptions options;
    options.file = arguments.file;
    const auto filled = fillOutput(options, arguments.output);
    if (filled && !options.output && !options.summary && !options.wantsTimeline())
        return failure("nothing is to be exported: give -o, --summary, --charts, --chart, --trace "
                       "or --report");
    return filled.map([&] { return CommandLine(options); });
}

/// The path of a file that is given as a path or, as some desktops do, as a URL.
std::string pathOf(const std::string &fileOrUrl)
{
    const QUrl url(QString::fromStdString(fileOrUrl));
    return url.isLocalFile() ? QFile::encodeName(url.toLocalFile()).toStdString() : fileOrUrl;
}

MessageCommand wrongUse(const std::string &what)
{
    return {"poolscope: " + what + "\n", exitWrongUse};
}

} // namespace

CommandLine parseCommandLine(int argc, char **argv)
{
    CLI::App app(
        "Maps a task over inputs by a pool of worker processes, and shows where the time goes.\n"
        "Without a command it opens its window.",
        "poolscope");
    app.set_version_flag("--version", "poolscope " POOLSCOPE_VERSION);
    app.require_subcommand(0, 1);
    Arguments arguments;
    std::string opened;
    app.add_option("file", opened,
           "what to open in the window: a run file, a Chrome trace, or a job log of GNU parallel")
        ->type_name(readFileType);
    CLI::App *run = app.add_subcommand("run", "map a task over inputs");
    describeRun(*run, arguments);
    CLI::App *resume = app.add_subcommand("resume", "go on with a run that was stopped");
    describeResume(*resume, arguments);
    CLI::App *sweep = app.add_subcommand("sweep", "measure which workers and chunk size pay");
    describeSweep(*sweep, arguments);
    CLI::App *exported =
        app.add_subcommand("export", "write what a run file, trace or job log holds");
    describeExport(*exported, arguments);
    CLI::App *info = app.add_subcommand("info", "say what a run file, trace or job log holds");
    info->add_option("files", arguments.files,
            "a run file, trace or job log; of several, how they compare is said")
        ->type_name(runFileType)
        ->required();
    info->add_flag("--json", arguments.json, "as JSON");
    CLI::App *tasks = app.add_subcommand("tasks", "list the built-in tasks");

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp &) {
        return MessageCommand{app.help(), exitAllSucceeded};
    } catch (const CLI::CallForVersion &version) {
        return MessageCommand{std::string(version.what()) + "\n", exitAllSucceeded};
    } catch (const CLI::ParseError &error) {
        return wrongUse(error.what() + std::string(seeHelp));
    }
    if (tasks->parsed())
        return TasksCommand{};
    if (info->parsed())
        return InfoOptions{arguments.files, arguments.json};
    opened = pathOf(opened);
    Result<CommandLine> line = WindowCommand{};
    std::error_code ignored;
    if (run->parsed())
        line = toRun(arguments);
    else if (resume->parsed())
        line = toResume(arguments);
    else if (sweep->parsed())
        line = toSweep(arguments);
    else if (exported->parsed())
        line = toExport(arguments);
    else if (std::filesystem::exists(opened, ignored))
        line = WindowCommand{opened};
    else if (!opened.empty())
        line = failure("'" + opened + "' is no command, and there is no such file" + seeHelp);
    return line ? *line : CommandLine(wrongUse(line.error().message));
}

} // namespace poolscope
