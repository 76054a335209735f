// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/verdict.h"

#include "analysis/verdictcase.h"
#include "analysis/verdictcauses.h"
#include "analysis/watchverdict.h"

#include <array>

namespace poolscope {

namespace {

// If at least this share of the time was not measured, the verdict is unknown.
constexpr double tooMuchUnknown = 0.35;
// An input that takes at least this multiple of the mean is a long one.
constexpr double longInput = 1.5;

constexpr std::array<std::string_view, findingCount> findingNames{"dispatch",
    "coordinator_saturated", "tail", "chunks_too_large", "too_many_workers",
    "threads_oversubscribe", "machine_busy", "waiting", "memory_bandwidth", "start_up",
    "slow_worker", "throttled", "order_blocks", "consumer_blocks", "disk_blocks", "inputs_are_slow",
    "failures", "never_finished", "workers_idle", "pickled_by_value", "chunks_too_small",
    "large_function", "large_inputs", "large_results", "loop_is_slow", "interpreter_lock",
    "held_back", "one_at_a_time", "pool_costs_more", "nothing_wrong", "unknown"};

/// Returns the verdict on a run that was stopped while an input hung, which is the main problem.
std::optional<Verdict> neverFinished(const VerdictCase &run)
{
    constexpr Seconds leastTime(1);
    constexpr double timesTheMean = 10;
    const RunFigures::Unfinished &last = run.f.unfinished;
    const Duration mean = meanOf(run.f.busy - last.duration, run.f.iterations);
    if (last.count == 0 || last.duration < leastTime || last.duration < timesTheMean * mean)
        return std::nullopt;
    return found(Finding::NeverFinished, std::min(ratio(last.duration, run.present), 1.0),
        evidence::NeverFinished{last, run.f.iterations > 0 ? std::optional(mean) : std::nullopt});
}

/// Advises copies if loading the task took each worker much time or memory.
void proposeCopies(Verdict &verdict, const VerdictCase &run)
{
    constexpr double noDifference = 0.05;
    const RunFigures &f = run.f;
    if (!f.couldBeCopies || f.workers < 2 || !areWorthSharing(f.starts))
        return;
    const auto lastReady = [&f](WorkerStart start) {
        return Duration(readyTimes(f.starts, start, f.workers, f.cores).back());
    };
    const Duration elapsed = f.startUp + f.makespan;
    const Duration saved = lastReady(WorkerStart::Spawn) - lastReady(WorkerStart::Fork);
    const Duration expected =
        std::clamp(elapsed - saved, std::min(Duration(f.starts.load), elapsed), elapsed);
    const auto bytes = [](double number) {
        return Bytes{static_cast<std::uint64_t>(number)};
    };
    verdict.copies = CopiesAdvice{Duration(f.starts.contendedLoad), bytes(f.starts.memory), elapsed,
        expected, expected < (1 - noDifference) * elapsed,
        bytes(memorySavedByCopies(f.starts, f.workers))};
    const bool isOnlyAdvice = verdict.advice.empty(); // a gain so far is then not of a setting
    verdict.advice.push_back({Change::Setting::Start});
    if (isOnlyAdvice) {
        verdict.gain = ratio(elapsed, expected);
        verdict.rate = ratio(static_cast<double>(f.settled), inSeconds(expected));
        verdict.countsStartUp = true;
    }
}

Verdict nothingFinished()
{
    return found(Finding::Unknown, 0, evidence::NothingFinished());
}

/// Returns the verdict on a run with spans only. No setting of this program applies to it.
Verdict ofSpansOnly(const VerdictCase &run)
{
    if (run.f.iterations == 0)
        return nothingFinished();
    const Duration idle = run.time(Cause::Idle);
    const Duration tail = run.time(Cause::Tail);
    const Duration worth = worthAWord * run.present;
    const bool hasOneLongInput =
        idle < worth && run.f.longestIteration >= longInput * run.iteration;
    const auto spans = [&](Duration lost) {
        return evidence::SpansOnly{run.f.workers, run.ofPresent(run.f.busy), run.ofPresent(lost),
            run.f.iterations, run.f.longestIteration, run.iteration, hasOneLongInput};
    };
    if (std::max(idle, tail) < worth)
        return found(Finding::NothingWrong, 0, spans({}));
    if (idle >= tail)
        return found(Finding::WorkersIdle, ratio(idle, run.all), spans(idle));
    return found(Finding::Tail, ratio(tail, run.all), spans(tail));
}

Verdict nothingFound(const VerdictCase &run)
{
    const RunFigures &f = run.f;
    if (f.settled == 0)
        return nothingFinished();
    if (run.share(Cause::Unknown) >= tooMuchUnknown) {
        Verdict unknown = found(Finding::Unknown, run.share(Cause::Unknown),
            evidence::NotMeasured{run.ofPresent(run.time(Cause::Unknown))});
        unknown.nextLook = f.startsPrograms ? NextLook::AsManyWorkersAsCores : NextLook::LongerRun;
        return unknown;
    }
    Verdict verdict =
        found(Finding::NothingWrong, 0, evidence::Computing{f.workers, run.ofPresent(f.busy)});
    if (f.workers > 1 && f.bySize.size() < 2)
        verdict.nextLook = NextLook::OneWorker;
    if (f.cores > f.workers && f.settled > f.cores)
        advise(verdict, run, {{Change::Setting::Workers, f.cores}}, ratio(f.cores, f.workers));
    return verdict;
}

/// Returns the verdict without advice on copies.
Verdict causeOf(const VerdictCase &run)
{
    const RunFigures &figures = run.f;
    if (figures.hasSpansOnly)
        return ofSpansOnly(run);
    if (auto verdict = neverFinished(run))
        return *verdict;
    if (figures.settled == 0 || figures.makespan <= Duration())
        return nothingFound(run);
    std::optional<Verdict> worst;
    for (const Decision decide : verdictCauses()) {
        auto verdict = decide(run);
        // The reason why one worker is slower matters more than that it waits.
        const bool isSlowWorkers = verdict && verdict->finding == Finding::WaitsWithin && worst
            && worst->finding == Finding::SlowWorker;
        // The first of two with the same loss decides.
        if (verdict && !isSlowWorkers && (!worst || verdict->loss > worst->loss))
            worst = std::move(verdict);
    }
    return worst ? *worst : nothingFound(run);
}

} // namespace

std::string_view findingName(Finding finding)
{
    return findingNames[static_cast<std::size_t>(finding)];
}

Verdict verdictOf(const RunFigures &figures)
{
    const VerdictCase run(figures);
    Verdict verdict = causeOf(run);
    if (!figures.hasSpansOnly && figures.settled > 0)
        proposeCopies(verdict, run);
    return verdict;
}

Verdict verdictOf(
    const RunRecord &record, const Accounting &accounting, const RunConditions &conditions)
{
    if (isWatched(record.origin))
        return verdictOf(pooledCallOf(record, accounting, conditions.cores));
    return verdictOf(figuresOf(accounting, record.origin, record.timeline, conditions));
}

Analysis analyse(const RunRecord &record, std::uint32_t cores)
{
    const RunConditions conditions = conditionsOf(record, cores);
    Analysis analysis{accountingOf(record.timeline, conditions), {}};
    analysis.verdict = verdictOf(record, analysis.accounting, conditions);
    return analysis;
}

} // namespace poolscope
