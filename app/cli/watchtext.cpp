// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/watchtext.h"

#include "analysis/verdict.h"
#include "report/summary.h"
#include "report/verdicttext.h"
#include "run/watchsession.h"
#include "text/figures.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

std::string placeText(const WatchedCall &call)
{
    return call.file.empty() ? std::string("at a place that is not known")
                             : "at " + std::filesystem::path(call.file).filename().string() + ":"
            + std::to_string(call.line);
}

std::string workersText(const WatchedCall &call)
{
    const bool isOne = call.processes == 1;
    if (call.startMethod == "thread")
        return textOf(Count{call.processes}) + (isOne ? " thread" : " threads");
    return textOf(Count{call.processes}) + (isOne ? " process" : " processes");
}

std::string runText(const RunRecord &record)
{
    const auto &call = std::get<WatchedCall>(record.origin);
    const Timeline &timeline = record.timeline;
    const bool isComplete = timeline.settled() == record.inputCount;
    const bool isOfThreads = call.startMethod == "thread";
    std::string text = call.method + "(" + call.function + ") " + placeText(call) + ": " + call.pool
        + ", " + workersText(call) + (isOfThreads ? "" : ", " + call.startMethod) + ", chunks of "
        + textOf(Count{call.chunk}) + "\n";
    const double seconds = inSeconds(Duration(timeline.makespan()));
    text += "    " + textOf(Count{timeline.settled()})
        + (isComplete ? "" : " of " + textOf(Count{record.inputCount})) + " inputs in "
        + textOf(Duration(timeline.makespan()))
        + (seconds > 0 ? ", " + textOf(Rate{static_cast<double>(timeline.settled()) / seconds})
                       : "")
        + (timeline.failed() > 0 ? ", " + textOf(Count{timeline.failed()}) + " failed" : "") + "\n";
    return text + "    " + verdictText(analyse(record, record.machine.cores).verdict) + "\n";
}

nlohmann::ordered_json callJson(const WatchedCall &call)
{
    return {{"pool", call.pool}, {"start_method", call.startMethod}, {"processes", call.processes},
        {"method", call.method}, {"function", call.function}, {"file", call.file},
        {"line", call.line}, {"chunk", call.chunk}, {"begin_s", inSeconds(Duration(call.begin))}};
}

} // namespace

std::string nothingSeenText(const WatchSession &session)
{
    if (session.folder().interpreters() == 0)
        return "poolscope: no Python that can be watched was started: one that runs with -I, -E or "
               "-S, is frozen into a program, is older than 3.8 or runs as another user is not "
               "seen\n";
    const std::uint64_t byHand = session.pools().processesByHand();
    if (byHand > 0)
        return "poolscope: no pool was used; " + textOf(Count{byHand}, "process")
            + " made by hand, whose inputs cannot be seen\n";
    return "poolscope: " + textOf(Count{session.folder().interpreters()}, "Python")
        + " started, and used no pool\n";
}

std::string watchedRunsText(const std::vector<EndedRecord> &runs, std::size_t most)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(runs.size(), most); ++i)
        text += "  " + runText(*runs[i].record);
    if (runs.size() > most)
        text += "  and " + textOf(Count{runs.size() - most}, "run")
            + " more; --summary, --report or --save holds them all\n";
    return text;
}

std::string sessionSummary(const std::vector<EndedRecord> &runs, std::uint64_t leftOut)
{
    using Json = nlohmann::ordered_json;
    Json entries = Json::array();
    std::vector<std::string> command;
    std::uint64_t hooks = 0;
    for (const EndedRecord &run : runs) {
        const auto &call = std::get<WatchedCall>(run.record->origin);
        command = call.command;
        hooks += call.cost.hooks;
        Json entry = callJson(call);
        entry.update(Json::parse(
            summaryJson(*run.record, analyse(*run.record, run.record->machine.cores), {})));
        entries.push_back(std::move(entry));
    }
    return Json{{"command", command}, {"runs_left_out", leftOut},
               {"hooks_s", inSeconds(Duration(hooks))}, {"runs", entries}}
               .dump(2, ' ', true, Json::error_handler_t::replace)
        + "\n";
}

} // namespace poolscope
