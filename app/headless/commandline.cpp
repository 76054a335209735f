// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/commandline.h"

#include "headless/headless.h"
#include "headless/runarguments.h"

#include <CLI/CLI.hpp>

namespace poolscope {

namespace {

/// The options of `run` as they were typed.
struct RunArguments {
    TypedSpec spec;
    std::string output;
    std::string summary;
    std::string chartsFolder;
    std::vector<std::string> charts;
    bool discard = false;
    bool unordered = false;
    bool quiet = false;
};

void describeRun(CLI::App &run, RunArguments &arguments)
{
    describeSpec(run, arguments.spec);
    run.add_option("-o", arguments.output, "write values there instead of to standard output")
        ->type_name("FILE.csv|.jsonl|.txt|.npy")
        ->group("Output");
    run.add_flag("--unordered", arguments.unordered, "write values as they come")->group("Output");
    run.add_flag("--discard", arguments.discard, "write no values: to measure")->group("Output");
    run.add_option("--summary", arguments.summary, "write what the run came to, as JSON")
        ->type_name("FILE.json|-")
        ->group("Output");
    run.add_option("--charts", arguments.chartsFolder, "leave all charts there, as PNG")
        ->type_name("DIR")
        ->group("Output");
    run.add_option("--chart", arguments.charts,
           "leave a chart in a file: workers, completion or rate; may be given again")
        ->type_name("NAME=FILE.png|.svg|.pdf|.csv")
        ->allow_extra_args(false)
        ->group("Output");
    run.add_flag("-q", arguments.quiet, "no progress line")->group("Output");
    refuseEmptyValues(run);
}

Result<ChartFile> parseChart(const std::string &text)
{
    const auto equals = text.find('=');
    const auto kind = chartCalled(text.substr(0, equals));
    if (equals == std::string::npos || !kind)
        return failure(
            "--chart takes workers=FILE, completion=FILE or rate=FILE, not '" + text + "'");
    const std::string path = text.substr(equals + 1);
    for (const char *ending : {".png", ".svg", ".pdf", ".csv"}) {
        if (path.ends_with(ending))
            return ChartFile{*kind, path};
    }
    return failure(
        "--chart cannot write " + path + ": its ending must be .png, .svg, .pdf or .csv");
}

Result<RunOptions> toOptions(const RunArguments &arguments)
{
    RunOptions options;
    const auto spec = toSpec(arguments.spec);
    if (!spec)
        return tl::unexpected(spec.error());
    if (arguments.discard && !arguments.output.empty())
        return failure("-o and --discard contradict each other: give one of them");
    if (!arguments.output.empty() && arguments.output == arguments.summary)
        return failure("-o and --summary name the same file, " + arguments.output);
    options.spec = *spec;
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
        "Maps a task over inputs by a pool of worker processes, and shows where the time goes.\n"
        "Without a command it opens its window.",
        "poolscope");
    app.set_version_flag("--version", "poolscope " POOLSCOPE_VERSION);
    app.require_subcommand(0, 1);
    RunArguments arguments;
    CLI::App *run = app.add_subcommand("run", "map a task over inputs");
    describeRun(*run, arguments);
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
    if (!run->parsed())
        return WindowCommand{};
    const auto options = toOptions(arguments);
    if (!options)
        return wrongUse(options.error().message);
    return *options;
}

} // namespace poolscope
