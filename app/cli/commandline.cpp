// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/commandline.h"

#include "cli/exitstatus.h"
#include "cli/helptext.h"
#include "run/programversion.h"
#include "run/sweeparguments.h"
#include "spec/callchange.h"
#include "spec/runarguments.h"
#include "text/wholenumber.h"

#include <CLI/CLI.hpp>
#include <QFile>
#include <QUrl>
#include <algorithm>
#include <filesystem>
#include <map>

namespace poolscope {

namespace {

constexpr const char *seeHelp = "; see 'poolscope --help'";

void addOption(CLI::App &command, const Option &option, OptionValues &values)
{
    const std::string name(option.name);
    const std::string names =
        option.shortName.empty() ? name : std::string(option.shortName) + "," + name;
    const auto add = [&values, option](const std::string &value) {
        values.add(option, value);
    };
    CLI::Option *added = nullptr;
    if (option.isRepeatable)
        added = command.add_option_function<std::vector<std::string>>(
            names, [add](const std::vector<std::string> &all) {
                std::for_each(all.begin(), all.end(), add);
            });
    else if (option.takesValue())
        added = command.add_option_function<std::string>(names, add);
    else
        added = command.add_flag_callback(names, [add] { add(""); });
    added->type_name(std::string(option.argument))->required(option.isRequired);
    if (option.isRepeatable && !option.isPositional())
        added->allow_extra_args(false);
    // An empty value is an error, usually of a script with an empty variable.
    if (option.takesValue())
        added->check(CLI::Validator(
            [](const std::string &value) { return value.empty() ? "it is empty" : ""; }, ""));
}

void addOptions(CLI::App &command, OptionValues &values)
{
    for (const Option &option : values.options()) {
        if (option.type != OptionType::Command && option.type != OptionType::Help
            && option.type != OptionType::Version)
            addOption(command, option, values);
    }
}

/// "workers=FILE, completion=FILE or whatif=FILE", with all charts.
std::string chartArguments()
{
    std::string text;
    for (std::uint8_t i = 0; i < chartKindCount; ++i) {
        const bool isLast = i + 1 == chartKindCount;
        text += (i == 0          ? ""
                        : isLast ? " or "
                                 : ", ")
            + std::string(chartName(static_cast<ChartKind>(i))) + "=FILE";
    }
    return text;
}

Result<ChartFile> parseChart(const std::string &text)
{
    const auto equals = text.find('=');
    const auto kind = chartCalled(text.substr(0, equals));
    if (equals == std::string::npos || !kind)
        return failure("--chart takes " + chartArguments() + ", not '" + text + "'");
    const std::string path = text.substr(equals + 1);
    for (const char *ending : {".png", ".svg", ".pdf", ".csv"}) {
        if (path.ends_with(ending))
            return ChartFile{*kind, path};
    }
    return failure(
        "--chart cannot write " + path + ": its ending must be .png, .svg, .pdf or .csv");
}

Result<void> fillReport(OutputOptions &options, const OptionValues &values)
{
    options.trace = values.given("--trace");
    options.report = values.given("--report");
    if (options.report && !options.report->ends_with(".html") && !options.report->ends_with(".pdf"))
        return failure(
            "--report cannot write " + *options.report + ": its ending must be .html or .pdf");
    return {};
}

Result<void> fillOutput(OutputOptions &options, const OptionValues &values)
{
    options.output = values.given("-o");
    options.summary = values.given("--summary");
    options.chartsFolder = values.given("--charts");
    options.discard = values.has("--discard");
    options.unordered = values.has("--unordered");
    options.quiet = values.has("-q");
    if (options.discard && options.output)
        return failure("-o and --discard contradict each other: use one of them");
    if (options.output && options.output == options.summary)
        return failure("-o and --summary name the same file, " + *options.output);
    for (const std::string &text : values.all("--chart")) {
        auto chart = parseChart(text);
        if (!chart)
            return tl::unexpected(chart.error());
        options.charts.push_back(std::move(*chart));
    }
    return fillReport(options, values);
}

Result<CommandLine> toRun(const OptionValues &values)
{
    RunOptions options;
    const auto spec = specFrom(values);
    if (!spec)
        return tl::unexpected(spec.error());
    options.spec = *spec;
    options.save = values.given("--save");
    options.overwrite = values.has("--overwrite");
    if (options.overwrite && !options.save)
        return failure("--overwrite requires --save FILE");
    if (options.save && options.save == values.given("-o"))
        return failure("-o and --save name the same file, " + *options.save);
    return fillOutput(options, values).map([&] { return CommandLine(options); });
}

Result<CommandLine> toSweep(const OptionValues &values)
{
    SweepOptions options;
    const auto spec = specFrom(values);
    if (!spec)
        return tl::unexpected(spec.error());
    options.spec = *spec;
    const auto plan = parseSweep(values);
    if (!plan)
        return tl::unexpected(plan.error());
    options.plan = *plan;
    options.output = values.given("-o");
    options.save = values.given("--save");
    options.quiet = values.has("-q");
    if (isReadOnce(spec->input))
        return failure("a sweep reads its inputs for every run: name a file instead of '-'");
    const auto &output = options.output;
    if (output && !output->ends_with(".csv") && !output->ends_with(".jsonl"))
        return failure("-o cannot write " + *output + ": its ending must be .csv or .jsonl");
    if (output && output == options.save)
        return failure("-o and --save name the same file, " + *output);
    return options;
}

/// Makes the paths of outputs absolute, since a resumed run changes to the folder where it began.
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

Result<CommandLine> toResume(const OptionValues &values)
{
    RunOptions options;
    options.resumed = values.given("FILE");
    options.retryFailed = values.has("--retry-failed");
    options.changedTask = values.has("--changed-task");
    return fillOutput(options, values).map([&] {
        makeAbsolute(options);
        return CommandLine(options);
    });
}

Result<CommandLine> toExport(const OptionValues &values)
{
    ExportOptions options;
    options.file = values.text("FILE");
    const auto filled = fillOutput(options, values);
    if (filled && !options.output && !options.summary && !options.wantsTimeline())
        return failure("nothing to export: name an output by -o, --summary, --charts, --chart, "
                       "--trace or --report");
    return filled.map([&] { return CommandLine(options); });
}

Result<CommandLine> toWatch(const OptionValues &values)
{
    WatchOptions options;
    options.command = values.all("COMMAND");
    if (options.command.empty())
        return failure("name the command to watch: poolscope watch -- COMMAND");
    options.changes = values.all("--set");
    for (const std::string &change : options.changes) {
        if (const auto checked = parseCallChange(change); !checked)
            return failure("--set " + change + ": " + checked.error().message);
    }
    options.recordsInputs = values.has("--reprs");
    options.save = values.given("--save");
    options.overwrite = values.has("--overwrite");
    if (options.overwrite && !options.save)
        return failure("--overwrite requires --save FILE");
    return fillOutput(options, values).and_then([&]() -> Result<CommandLine> {
        if (!values.has("--gui"))
            return options;
        const bool hasOutput = options.save || options.summary || options.wantsTimeline();
        return hasOutput
            ? failure("--gui shows the session in the window, which can save it: leave "
                      "out the outputs")
            : Result<CommandLine>(WindowCommand{{}, options});
    });
}

/// Returns the path of a file that was passed as a path or, as by some desktops, as a URL.
std::string pathOf(const std::string &fileOrUrl)
{
    const QUrl url(QString::fromStdString(fileOrUrl));
    return url.isLocalFile() ? QFile::encodeName(url.toLocalFile()).toStdString() : fileOrUrl;
}

Result<CommandLine> toWindow(const OptionValues &values)
{
    const std::string opened = pathOf(values.text("FILE"));
    std::error_code ignored;
    if (opened.empty())
        return WindowCommand{};
    if (!std::filesystem::exists(opened, ignored))
        return failure("'" + opened + "' is not a command, and there is no such file" + seeHelp);
    return WindowCommand{opened, {}};
}

Result<CommandLine> commandFrom(Command command, const OptionValues &values)
{
    switch (command) {
    case runCommand:
        return toRun(values);
    case resumeCommand:
        return toResume(values);
    case sweepCommand:
        return toSweep(values);
    case exportCommand:
        return toExport(values);
    case infoCommand:
        return InfoOptions{values.all("FILE"), values.has("--json")};
    case watchCommand:
        return toWatch(values);
    case tasksCommand:
        return TasksCommand{};
    default:
        return toWindow(values);
    }
}

MessageCommand wrongUse(const std::string &message)
{
    return {"poolscope: " + message + "\n", exitWrongUse};
}

/// Removes and returns the words of the command to watch: all after "--", or all from the first
/// word that is neither an option nor the value of one.
std::vector<std::string> takeCommandWords(std::vector<std::string> &arguments)
{
    if (arguments.empty() || arguments.front() != "watch")
        return {};
    auto word = arguments.begin() + 1;
    for (; word != arguments.end() && word->starts_with('-') && *word != "--"; ++word) {
        const Option *option = findOption(*word, watchCommand);
        if (option && option->takesValue() && word + 1 != arguments.end())
            ++word;
    }
    const auto first = word != arguments.end() && *word == "--" ? word + 1 : word;
    std::vector<std::string> words(first, arguments.end());
    arguments.erase(word, arguments.end());
    return words;
}

/// The help of the command that follows `poolscope help`.
MessageCommand helpFor(const std::vector<std::string> &names)
{
    const auto all = commands();
    const std::string name = names.empty() ? std::string() : names.front();
    const auto info = std::find_if(all.begin(), all.end(),
        [&name](const CommandInfo &candidate) { return candidate.name == name; });
    if (info == all.end())
        return wrongUse("'" + name + "' is not a command" + seeHelp);
    if (names.size() > 1)
        return wrongUse("help takes the name of one command" + std::string(seeHelp));
    return {helpText(info->command), exitAllSucceeded};
}

} // namespace

CommandLine parseCommandLine(int argc, char **argv)
{
    CLI::App app("", "poolscope");
    app.set_version_flag("--version", programVersion());
    app.require_subcommand(0, 1);
    std::map<Command, OptionValues> values;
    std::map<Command, CLI::App *> apps;
    for (const CommandInfo &info : commands()) {
        CLI::App *command = info.name.empty() ? &app : app.add_subcommand(std::string(info.name));
        apps.emplace(info.command, command);
        addOptions(*command, values.emplace(info.command, info.command).first->second);
    }
    const auto given = [&apps] {
        const auto found = std::find_if(apps.begin(), apps.end(), [](const auto &command) {
            return command.first != noCommand && command.second->parsed();
        });
        return found == apps.end() ? noCommand : found->first;
    };
    std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    if (!arguments.empty() && arguments.front() == "help")
        return helpFor({arguments.begin() + 1, arguments.end()});
    const std::vector<std::string> words = takeCommandWords(arguments);
    std::reverse(arguments.begin(), arguments.end()); // the order that CLI11 requires
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp &) {
        return MessageCommand{helpText(given()), exitAllSucceeded};
    } catch (const CLI::CallForVersion &version) {
        return MessageCommand{std::string(version.what()) + "\n", exitAllSucceeded};
    } catch (const CLI::ParseError &error) {
        return wrongUse(error.what() + std::string(seeHelp));
    }
    for (const std::string &word : words)
        values.at(watchCommand).add(*findOption("COMMAND", watchCommand), word);
    const auto line = commandFrom(given(), values.at(given()));
    return line ? *line : CommandLine(wrongUse(line.error().message));
}

} // namespace poolscope
