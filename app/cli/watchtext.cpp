// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/watchtext.h"

#include "analysis/verdict.h"
#include "events/callsbyline.h"
#include "report/summary.h"
#include "report/verdicttext.h"
#include "run/watchsession.h"
#include "text/figures.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <tuple>
#include <variant>

namespace poolscope {

namespace {

std::string placeText(const WatchedCall &call)
{
    return call.file.empty() ? "at a place that is not known" : "at " + placeInCode(call);
}

std::string processesText(std::uint64_t count)
{
    return textOf(Count{count}) + (count == 1 ? " process" : " processes");
}

std::string workersText(const WatchedCall &call)
{
    return call.startMethod == "thread" ? textOf(Count{call.processes}, "thread")
                                        : processesText(call.processes);
}

/// Calls from one line that each had to start their processes.
struct PoolMadeAnew {
    const WatchedCall *call = nullptr; ///< the first call
    std::uint64_t calls = 0;
    Duration elapsed{}; ///< of all calls
    Duration noPool{};

    std::string text() const
    {
        return "A pool is made anew for each of " + textOf(Count{calls}, "call") + " of "
            + callName(*call) + " " + placeText(*call) + ", which took " + textOf(elapsed)
            + " in all, mostly to start processes. Make the pool once, before "
            + "the loop, and use it for all of them. Without a pool they take about "
            + textOf(noPool) + ".";
    }
};

/// Finds lines of code whose calls repeatedly spent most time waiting for processes to start.
std::vector<PoolMadeAnew> poolsMadeAnew(
    const std::vector<EndedRecord> &runs, const std::vector<Analysis> &analyses)
{
    constexpr std::uint64_t timeAndAgain = 3;
    std::map<std::tuple<std::string, std::uint64_t, std::string>, PoolMadeAnew> found;
    for (std::size_t i = 0; i < analyses.size(); ++i) {
        const Verdict &verdict = analyses[i].verdict;
        const auto *of = std::get_if<evidence::OfCall>(&verdict.evidence);
        if (verdict.finding != Finding::StartUp || !of)
            continue;
        const auto &call = std::get<WatchedCall>(runs[i].record->origin);
        PoolMadeAnew &anew = found[{call.file, call.line, call.method}];
        if (!anew.call)
            anew.call = &call;
        ++anew.calls;
        anew.elapsed += of->call.elapsed;
        anew.noPool += of->call.noPool();
    }
    std::vector<PoolMadeAnew> often;
    for (const auto &[place, anew] : found) {
        if (anew.calls >= timeAndAgain)
            often.push_back(anew);
    }
    return often;
}

std::vector<Analysis> analysesOf(const std::vector<EndedRecord> &runs)
{
    std::vector<Analysis> analyses;
    analyses.reserve(runs.size());
    for (const EndedRecord &run : runs)
        analyses.push_back(analyse(*run.record, run.record->machine.cores));
    return analyses;
}

/// Sums of the calls from one line of code.
struct LineFigures {
    std::size_t calls = 0;
    std::size_t longest = 0; ///< position
    std::uint64_t inputs = 0;
    std::uint64_t settled = 0;
    std::uint64_t failed = 0;
    std::uint64_t makespan = 0; ///< sum of all calls
};

LineFigures figuresOf(const CallsOfLine &line, const std::vector<EndedRecord> &runs)
{
    LineFigures figures{line.calls.size(), line.calls.front()};
    for (const std::size_t i : line.calls) {
        const RunRecord &record = *runs[i].record;
        const std::uint64_t makespan = record.timeline.makespan();
        figures.inputs += record.inputCount;
        figures.settled += record.timeline.settled();
        figures.failed += record.timeline.failed();
        figures.makespan += makespan;
        if (makespan > runs[figures.longest].record->timeline.makespan())
            figures.longest = i;
    }
    return figures;
}

std::vector<CallsOfLine> linesOf(const std::vector<EndedRecord> &runs)
{
    std::vector<ListedCall> calls;
    calls.reserve(runs.size());
    for (const EndedRecord &run : runs) {
        const RunRecord &record = *run.record;
        calls.push_back({std::get_if<WatchedCall>(&record.origin), record.inputCount, false,
            record.timeline.failed() > 0});
    }
    return callsByLine(calls);
}

/// Returns one line on calls of which no more is shown.
std::string minorText(std::span<const CallsOfLine> lines, const std::vector<EndedRecord> &runs)
{
    constexpr std::size_t mostNamed = 5;
    std::string text = "and calls from " + textOf(Count{lines.size()}, "line")
        + " with fewer than 8 inputs" + (lines.size() > 1 ? " each: " : ": ");
    for (std::size_t i = 0; i < std::min(lines.size(), mostNamed); ++i) {
        const auto &call = std::get<WatchedCall>(runs[lines[i].calls.front()].record->origin);
        text += (i > 0 ? ", " : "") + callName(call) + " " + placeText(call);
    }
    return text + (lines.size() > mostNamed ? ", ..." : "");
}

std::string lineText(const LineFigures &line, const RunRecord &record, const Verdict &verdict)
{
    const auto &call = std::get<WatchedCall>(record.origin);
    const bool isOfThreads = call.startMethod == "thread";
    const bool isOne = line.calls == 1;
    const double seconds = inSeconds(Duration(line.makespan));
    std::string text = callName(call) + " " + placeText(call)
        + (isOne ? "" : ", " + textOf(Count{line.calls}, "call")) + ": " + call.pool + ", "
        + workersText(call) + (isOfThreads ? "" : ", " + call.startMethod) + ", chunks of "
        + textOf(Count{call.chunk}) + "\n    " + textOf(Count{line.settled})
        + (line.settled == line.inputs ? "" : " of " + textOf(Count{line.inputs})) + " inputs in "
        + textOf(Duration(line.makespan)) + (isOne ? "" : " in all");
    if (seconds > 0)
        text += ", " + textOf(Rate{static_cast<double>(line.settled) / seconds});
    if (line.failed > 0)
        text += ", " + textOf(Count{line.failed}) + " failed";
    return text + "\n    " + (isOne ? "" : "The longest call: ") + verdictText(verdict) + "\n";
}

/// Returns the sums of the measurements, in seconds and bytes.
nlohmann::ordered_json costJson(const CallCost &cost)
{
    const auto seconds = [](std::uint64_t nanoseconds) {
        return inSeconds(Duration(nanoseconds));
    };
    return {{"sent", cost.chunks}, {"pickling_s", seconds(cost.pickling)},
        {"writing_s", seconds(cost.writing)}, {"sent_bytes", cost.bytesOut},
        {"received", cost.results}, {"unpickling_results_s", seconds(cost.unpicklingResults)},
        {"received_bytes", cost.bytesBack}, {"consumed", cost.consumed},
        {"loop_waited_s", seconds(cost.loopWaited)}, {"loop_used_s", seconds(cost.loopUsed)},
        {"done", cost.tasks}, {"lock_waits_s", seconds(cost.lockWaits)},
        {"unpickling_s", seconds(cost.unpickling)},
        {"pickling_results_s", seconds(cost.picklingResults)}, {"sending_s", seconds(cost.sending)},
        {"function_bytes", cost.functionBytes},
        {"function_pickling_s", seconds(cost.functionPickling)},
        {"function_is_by_value", cost.functionIsByValue != 0}, {"lost_inputs", cost.lostInputs}};
}

nlohmann::ordered_json callJson(const WatchedCall &call)
{
    return {{"pool", call.pool}, {"start_method", call.startMethod}, {"processes", call.processes},
        {"method", call.method}, {"function", call.function}, {"file", call.file},
        {"line", call.line}, {"chunk", call.chunk}, {"begin_s", inSeconds(Duration(call.begin))},
        {"measured", costJson(call.cost)}};
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
        return "poolscope: no pool was used; " + processesText(byHand)
            + " made by hand, whose inputs cannot be seen\n";
    return "poolscope: " + textOf(Count{session.folder().interpreters()}, "Python")
        + " started, and used no pool\n";
}

std::string watchedRunsText(const std::vector<EndedRecord> &runs, std::size_t most)
{
    const std::vector<Analysis> analyses = analysesOf(runs);
    std::string text;
    for (const PoolMadeAnew &anew : poolsMadeAnew(runs, analyses))
        text += "  " + anew.text() + "\n";
    const std::vector<CallsOfLine> lines = linesOf(runs);
    const auto firstMinor = std::ranges::find_if(lines, &CallsOfLine::isMinor);
    const auto major = static_cast<std::size_t>(firstMinor - lines.begin());
    for (std::size_t i = 0; i < std::min(major, most); ++i) {
        const LineFigures figures = figuresOf(lines[i], runs);
        text += "  "
            + lineText(figures, *runs[figures.longest].record, analyses[figures.longest].verdict);
    }
    if (major > most)
        text += "  and calls from " + textOf(Count{major - most}, "line")
            + " more; --summary, --report or --save holds them all\n";
    if (firstMinor != lines.end())
        text += "  " + minorText({firstMinor, lines.end()}, runs) + "\n";
    return text;
}

std::string sessionSummary(const std::vector<EndedRecord> &runs, std::uint64_t leftOut)
{
    using Json = nlohmann::ordered_json;
    const std::vector<Analysis> analyses = analysesOf(runs);
    Json entries = Json::array();
    std::vector<std::string> command;
    std::uint64_t hooks = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const RunRecord &record = *runs[i].record;
        const auto &call = std::get<WatchedCall>(record.origin);
        command = call.command;
        hooks += call.cost.hooks;
        Json entry = callJson(call);
        entry.update(Json::parse(summaryJson(record, analyses[i], {})));
        entries.push_back(std::move(entry));
    }
    Json findings = Json::array();
    for (const PoolMadeAnew &anew : poolsMadeAnew(runs, analyses))
        findings.push_back({{"finding", "pool_made_anew"}, {"text", anew.text()}});
    return Json{{"command", command}, {"runs_left_out", leftOut},
               {"hooks_s", inSeconds(Duration(hooks))}, {"findings", findings}, {"runs", entries}}
               .dump(2, ' ', true, Json::error_handler_t::replace)
        + "\n";
}

} // namespace poolscope
