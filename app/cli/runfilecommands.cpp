// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/runfilecommands.h"

#include "analysis/verdict.h"
#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/standardoutput.h"
#include "cli/watchtext.h"
#include "report/analysisjson.h"
#include "report/outcomeexport.h"
#include "report/outcomewriter.h"
#include "report/valuetext.h"
#include "report/verdicttext.h"
#include "run/runopening.h"
#include "runfile/runfile.h"
#include "runfile/runfilereader.h"
#include "spec/runarguments.h"
#include "text/figures.h"

#include <QDateTime>
#include <QTimeZone>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

using OrderedJson = nlohmann::ordered_json;

/// The description of a run, and its analysis.
struct RunSummary {
    std::string path;
    RunSource kind = RunSource::RunFile;
    RunFileInfo info;
    Analysis analysis;
    std::optional<HeldBack> heldBack;

    const RunSpec *spec() const { return specOf(info.description.origin); }
    const ImportedFile *importedFile() const
    {
        return std::get_if<ImportedFile>(&info.description.origin);
    }
};

/// "running", "interrupted", "completed", ...
std::string stateText(const RunProgress &progress)
{
    if (progress.state == RunState::Running && !isBeingWritten(progress))
        return "interrupted";
    return std::string(runfile::stateName(progress.state));
}

std::string timeText(std::int64_t secondsSince1970)
{
    return QDateTime::fromSecsSinceEpoch(secondsSince1970).toString(Qt::ISODate).toStdString();
}

std::uint64_t sizeOf(const std::string &path)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

OrderedJson infoJson(const RunSummary &summary)
{
    const RunFileInfo &info = summary.info;
    const RunDescription &description = info.description;
    const RunProgress &progress = info.progress;
    const RunSpec *spec = summary.spec();
    const ImportedFile *file = summary.importedFile();
    OrderedJson json{
        {"file", summary.path},
        {"size_bytes", sizeOf(summary.path)},
        {"source", spec ? OrderedJson() : OrderedJson(originText(description.origin))},
        {"name", info.label.name},
        {"note", info.label.note},
        {"command", spec ? OrderedJson(shellCommand(*spec)) : OrderedJson()},
        {"arguments", spec ? OrderedJson(runArguments(*spec)) : OrderedJson()},
        {"folder", folderOf(description.origin)},
        {"state", stateText(progress)},
        {"complete", info.isComplete()},
        {"tasks", progress.areInputsComplete ? OrderedJson(info.inputCount()) : OrderedJson()},
        {"succeeded", progress.succeeded},
        {"failed", progress.failed},
        {"quarantined", progress.quarantined},
        {"attempts", progress.attempts},
        {"workers", progress.workers},
        {"makespan_s", inSeconds(Duration(progress.makespan()))},
        {"rate", progress.rate()},
        {"started_at",
            description.startedAt > 0 ? OrderedJson(timeText(description.startedAt))
                                      : OrderedJson()},
        {"host", description.machine.host},
        {"usable_cores",
            description.machine.cores > 0 ? OrderedJson(description.machine.cores) : OrderedJson()},
        {"program", description.program},
        {"import", file ? importJson(file->notes) : OrderedJson()},
    };
    if (!progress.error.empty())
        json["error"] = progress.error;
    if (isBeingWritten(progress))
        json["pid"] = progress.writer.pid;
    json["accounting"] = accountingJson(summary.analysis.accounting, summary.heldBack);
    json["verdict"] = verdictJson(summary.analysis.verdict);
    return json;
}

std::string stateLine(const RunFileInfo &info)
{
    const RunProgress &progress = info.progress;
    std::string line = stateText(progress);
    if (isBeingWritten(progress))
        return line + ", by " + writerText(progress.writer);
    if (!progress.error.empty())
        line += ": " + progress.error;
    if (!info.canBeResumed())
        return line;
    line += "; 'poolscope resume' continues it";
    return progress.state == RunState::Failed ? line + " once that is fixed" : line;
}

std::string progressLine(const RunFileInfo &info)
{
    const RunProgress &progress = info.progress;
    std::string line = textOf(Count{progress.settled()}) + " of "
        + (progress.areInputsComplete ? textOf(Count{info.inputCount()}) : "?") + " inputs";
    if (progress.failed > 0)
        line += ", " + textOf(Count{progress.failed}) + " failed";
    if (progress.quarantined > 0)
        line += " (" + textOf(Count{progress.quarantined}) + " quarantined)";
    return line;
}

/// The causes that took at least a hundredth of the workers' time, the greatest first.
std::string causesLine(const Accounting &accounting, const Origin &origin)
{
    const auto whole = static_cast<double>(accounting.times.sum());
    std::string line;
    for (const Cause cause : causesByTime(accounting.times)) {
        const double share = static_cast<double>(accounting.times[cause]) / whole;
        if (share >= 0.01)
            line += (line.empty() ? "" : "; ") + textOf(Share{share}) + " "
                + std::string(causeText(cause, origin));
    }
    return line;
}

/// The values that a reader in input order has to hold back. Empty if there are none.
std::string heldBackLine(const std::optional<HeldBack> &heldBack)
{
    if (!heldBack || heldBack->mostValues == 0)
        return {};
    return "in input order, up to " + textOf(Count{heldBack->mostValues}, "value") + " (about "
        + textOf(Bytes{static_cast<std::uint64_t>(heldBack->mostBytes)})
        + ") wait for an earlier one, each for " + textOf(Duration(heldBack->meanTime))
        + " on average";
}

std::string beganLine(const RunDescription &description)
{
    if (description.startedAt == 0)
        return {};
    std::string line = timeText(description.startedAt);
    if (!description.machine.host.empty())
        line += " on " + description.machine.host;
    if (description.machine.cores > 0)
        line += " (" + std::to_string(description.machine.cores) + " usable cores), "
            + description.program;
    return line;
}

std::string_view kindName(RunSource kind)
{
    switch (kind) {
    case RunSource::RunFile:
        return "run file";
    case RunSource::Trace:
        return "trace";
    case RunSource::JobLog:
        return "job log";
    case RunSource::Other:
        break;
    }
    return {};
}

/// Indents all lines but the first, so that none of them looks like another entry.
std::string indented(const std::string &text, std::size_t width)
{
    std::string lines;
    for (const char c : text) {
        lines += c;
        if (c == '\n')
            lines.append(width, ' ');
    }
    return lines;
}

std::string infoText(const RunSummary &summary)
{
    const RunFileInfo &info = summary.info;
    const RunDescription &description = info.description;
    const RunProgress &progress = info.progress;
    std::string text;
    const auto line = [&text](std::string_view name, const std::string &value) {
        constexpr std::size_t width = 12;
        if (!value.empty())
            text += std::string(name) + std::string(width - name.size(), ' ')
                + indented(value, width) + "\n";
    };
    line(kindName(summary.kind), summary.path + ", " + textOf(Bytes{sizeOf(summary.path)}));
    line("name", info.label.name);
    line("note", info.label.note);
    const RunSpec *spec = summary.spec();
    line("would run", spec ? shellCommand(*spec) : std::string());
    line("in", folderOf(description.origin));
    if (summary.kind == RunSource::RunFile)
        line("state", stateLine(info));
    line("done", progressLine(info));
    if (const ImportedFile *file = summary.importedFile()) {
        line("left out", joined(file->notes.linesOfLeftOut(), "\n"));
        line("shown as", joined(file->notes.linesOfShown(), "\n"));
    }
    line(
        "makespan", textOf(Duration(progress.makespan())) + " at " + textOf(Rate{progress.rate()}));
    line("workers", textOf(Count{progress.workers}));
    if (description.machine.cores == 0)
        line("cores", "?");
    line("time went", causesLine(summary.analysis.accounting, description.origin));
    line("held back", heldBackLine(summary.heldBack));
    line("verdict", verdictText(summary.analysis.verdict));
    line("began", beganLine(description));
    return text;
}

RunSummary summaryOf(const std::string &path, const LoadedRun &loaded)
{
    const RunRecord &record = *loaded.record;
    return {path, runSourceOf(path), loaded.info,
        analyse(record, loaded.info.description.machine.cores), heldBackOf(record)};
}

/// Reports unfinished inputs if the output does not distinguish them from failures.
void tellOfUnfinished(const RunFileInfo &info, const std::string &output)
{
    const std::uint64_t count = info.inputCount() - info.progress.settled();
    if (count > 0 && !hasPlaceForReasons(output))
        complain(textOf(Count{count}, "input") + " had not finished, and "
            + (count == 1 ? "has" : "have") + " no value in " + output);
}

/// Returns a visitor that reports failures, or none if the output has the reasons of failures.
FailureVisitor failuresShownFor(const std::string &output)
{
    if (hasPlaceForReasons(output))
        return {};
    return [](std::uint64_t index, const FailureView &failure) {
        complain(failedInputText(index, failure));
    };
}

/// Whether the file contains a watched session. False if it cannot be read.
bool holdsWatchedSession(const std::string &path)
{
    if (runSourceOf(path) != RunSource::RunFile)
        return false;
    const auto info = readRunFileInfo(path);
    return info && isWatched(info->description.origin);
}

std::vector<EndedRecord> recordsOf(const std::vector<LoadedRun> &runs)
{
    std::vector<EndedRecord> records;
    records.reserve(runs.size());
    for (const LoadedRun &run : runs)
        records.push_back({run.record.get(), run.record->elapsed});
    return records;
}

/// Writes the timelines and the summary of a watched session.
int exportSession(const ExportOptions &options, const ChartWriter &charts, AtomicFile *summary)
{
    const auto runs = loadSession(options.file);
    if (!runs)
        return complain(runs.error(), exitWrongUse);
    if (options.output)
        return complain(openExport(*runs->front().record, *options.output).error(), exitWrongUse);
    const std::vector<EndedRecord> records = recordsOf(*runs);
    auto written = writeOutputs(options, records, charts);
    if (written && options.summary) // the summary analyses all runs
        written = writeSummaryText(options, sessionSummary(records, 0), summary);
    return written ? exitAllSucceeded : reportOutputError(written.error());
}

int showSession(const InfoOptions &options)
{
    const auto runs = loadSession(options.files.front());
    if (!runs)
        return complain(runs.error(), exitWrongUse);
    const std::vector<EndedRecord> records = recordsOf(*runs);
    if (options.json)
        return print(sessionSummary(records, 0));
    const LoadedRun &first = runs->front();
    const std::string &path = options.files.front();
    const auto &call = std::get<WatchedCall>(first.record->origin);
    std::string text = "run file    " + path + ", " + textOf(Bytes{sizeOf(path)}) + "\n";
    if (!first.info.label.name.empty())
        text += "name        " + first.info.label.name + "\n";
    text += "watched     " + indented(shellText(call.command), 12) + "\nin          " + call.folder
        + "\nbegan       " + beganLine(first.info.description) + "\n";
    return print(text + watchedRunsText(records, SIZE_MAX));
}

} // namespace

int exportRunFile(const ExportOptions &options, const ChartWriter &charts)
{
    auto summary = openSummary(options);
    if (!summary)
        return complain(summary.error(), exitWrongUse);
    if (const auto checked = prepareOutputs(options); !checked)
        return complain(checked.error(), exitWrongUse);
    if (holdsWatchedSession(options.file))
        return exportSession(options, charts, summary->get());
    const auto loaded = openRun(options.file);
    if (!loaded)
        return complain(loaded.error(), exitWrongUse);
    if (options.output && loaded->info.progress.state == RunState::WrongValues)
        return complain(Error{"the values of " + options.file
                            + " are not exported: " + loaded->info.progress.error},
            exitWrongUse);
    const RunRecord &record = *loaded->record;
    if (const RunSpec *spec = specOf(record.origin)) {
        if (const auto checked = checkIsNotInput(
                spec->input, {options.output, options.summary, options.trace, options.report});
            !checked)
            return complain(checked.error(), exitWrongUse);
    }
    Result<std::unique_ptr<OutcomeWriter>> writer;
    if (options.output)
        writer = openExport(record, *options.output);
    if (!writer)
        return complain(writer.error(), exitWrongUse);
    Result<void> written;
    if (options.output) {
        const auto exported =
            exportOutcomes(record, **writer, {}, failuresShownFor(*options.output));
        written = exported.map([&](const UnmarkedValues &unmarked) {
            for (const std::string &note : unmarked.notes(*options.output))
                complain(note);
            tellOfUnfinished(loaded->info, *options.output);
        });
    }
    if (written)
        written = writeOutputs(options, {{&record, record.elapsed}}, charts);
    if (written)
        written =
            writeSummary(options, record, {loaded->info.description.machine.cores}, summary->get());
    return written ? exitAllSucceeded : reportOutputError(written.error());
}

int showRunFile(const InfoOptions &options)
{
    if (const auto checked = StandardOutput::check(); !checked)
        return complain(checked.error(), exitWrongUse);
    const std::string &path = options.files.front();
    if (holdsWatchedSession(path))
        return showSession(options);
    const auto loaded = openRun(path);
    if (!loaded)
        return complain(loaded.error(), exitWrongUse);
    const RunSummary summary = summaryOf(path, *loaded);
    const std::string text = options.json
        ? infoJson(summary).dump(2, ' ', true, OrderedJson::error_handler_t::replace) + "\n"
        : infoText(summary);
    return print(text);
}

} // namespace poolscope
