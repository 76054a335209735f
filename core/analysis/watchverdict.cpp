// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/watchverdict.h"

#include "analysis/statistics.h"

#include <algorithm>
#include <array>
#include <optional>

namespace poolscope {

namespace {

// Contents of this many bytes take longer to send than the rest of a message.
constexpr double muchToSend = 16384;
// A change by less than this factor is within the difference of two runs.
constexpr double worthChanging = 1.25;
constexpr double startsDominate = 0.5;
constexpr double unknownDominates = 0.35;
constexpr double mostlyLoop = 0.5;
constexpr std::uint64_t enoughResults = 8;
constexpr std::uint32_t mostProcesses = 64;

/// The figures of a call that several decisions need.
struct CallCase {
    const PooledCall &c;
    Duration all; ///< worker time

    explicit CallCase(const PooledCall &call)
        : c(call)
        , all(call.times.sum() - call.times[Cause::Paused])
    {
    }

    Duration time(Cause cause) const { return Duration(c.times[cause]); }
    /// Returns the share of the elapsed time that workers lost.
    double loss(Duration lost) const
    {
        return ratio(lost, all) * std::min(ratio(c.makespan, c.elapsed), 1.0);
    }
    /// Returns the time of starting, which includes the time before a worker joined.
    Duration starting() const { return time(Cause::Starting) + time(Cause::Absent); }
    Duration transfers() const { return time(Cause::TransferIn) + time(Cause::TransferOut); }
    /// Returns the part of transfers that is due to a lack of cores, as for the work.
    Duration delayedTransfers() const
    {
        const Duration lost = time(Cause::Preempted);
        if (ratio(lost, all) < worthAWord)
            return {};
        return transfers() * ratio(lost, lost + time(Cause::OnCpu));
    }
    Duration dispatch() const
    {
        return time(Cause::Coordinator) + time(Cause::UnderWay) + transfers() - delayedTransfers();
    }
    /// Returns the share of the usable cores that computing took, whatever messages cost.
    double coresUsed() const
    {
        const std::uint32_t cores =
            c.cores > 0 ? std::min(c.cores, c.processes) : std::max(c.processes, 1U);
        return std::min(ratio(time(Cause::OnCpu), c.makespan * cores), 1.0);
    }
    Duration loop() const { return c.loopUsed + c.loopWaited; }
    Duration parentPerChunk() const
    {
        return c.costs.pickling + c.costs.writing + c.costs.unpicklingResults;
    }
};

Verdict foundIn(const CallCase &run, Finding finding, double loss)
{
    Verdict verdict;
    verdict.finding = finding;
    verdict.loss = loss;
    verdict.evidence = evidence::OfCall{run.c, {}, {}, {}};
    return verdict;
}

evidence::OfCall &evidenceOf(Verdict &verdict)
{
    return std::get<evidence::OfCall>(verdict.evidence);
}

/// Advises larger chunks if they gain enough. Returns false if not.
bool adviseChunk(Verdict &verdict, const CallCase &run)
{
    const std::uint64_t chunk = bestChunk(run.c);
    if (!run.c.hasCosts || chunk <= run.c.chunk)
        return false;
    const ExpectedRate expected = expectedRate(run.c, {chunk, run.c.processes});
    if (expected.low < worthChanging * run.c.rate())
        return false;
    evidence::OfCall &evidence = evidenceOf(verdict);
    evidence.chunk = chunk;
    evidence.expected = expected;
    return true;
}

std::optional<Verdict> lostToFailures(const CallCase &run)
{
    const double share =
        ratio(static_cast<double>(run.c.failed), static_cast<double>(run.c.inputs));
    if (share < worthAWord)
        return std::nullopt;
    return foundIn(run, Finding::Failures, share);
}

std::optional<Verdict> slowLoop(const CallCase &run)
{
    const double used = ratio(run.c.loopUsed, run.loop());
    if (run.c.consumed < enoughResults || used < mostlyLoop
        || run.c.loopUsed < mostlyLoop * run.c.elapsed)
        return std::nullopt;
    return foundIn(run, Finding::LoopIsSlow, ratio(run.c.loopUsed, run.c.elapsed));
}

/// Finds a loop that waited for one result while it could have used others.
std::optional<Verdict> heldBack(const CallCase &run)
{
    const PooledCall &c = run.c;
    if (!c.isInOrder() || c.consumed < enoughResults || c.mostHeldBack < enoughResults
        || 10 * c.mostHeldBack < c.inputs || c.meanHeldBack < worthAWord * c.makespan)
        return std::nullopt;
    const double loss = ratio(std::min(c.loopUsed, c.loopWaited), c.elapsed);
    if (loss < worthAWord)
        return std::nullopt;
    return foundIn(run, Finding::HeldBack, loss);
}

std::optional<Verdict> lockedThreads(const CallCase &run)
{
    if (!run.c.waitsForInterpreter())
        return std::nullopt;
    return foundIn(run, Finding::InterpreterLock, 1 - ratio(run.c.makespan, run.c.busy));
}

/// Finds calls of apply(), which returns with the result, so that only one worker runs.
std::optional<Verdict> oneAtATime(const CallCase &run)
{
    const double loss = run.loss(run.dispatch());
    if (run.c.method != "apply" || run.c.hasThreads || run.c.processes < 2 || loss < worthAWord)
        return std::nullopt;
    return foundIn(run, Finding::OneAtATime, loss);
}

/// Returns the bytes of a chunk without the function.
double bytesOfInputs(const PooledCall &call)
{
    return call.costs.bytesOut - call.functionBytes;
}

/// Returns the finding for the greatest of several costs of messages.
Finding whyDispatch(const CallCase &run)
{
    const PooledCall &c = run.c;
    const PooledCall::ChunkCosts &costs = c.costs;
    const double inputs = bytesOfInputs(c);
    const double most = std::max({inputs, c.functionBytes, costs.bytesBack});
    if (most >= muchToSend) {
        const bool isEach = most / static_cast<double>(c.chunk) >= muchToSend;
        if (c.functionBytes >= most)
            return Finding::LargeFunction;
        if (isEach)
            return inputs >= most ? Finding::LargeInputs : Finding::LargeResults;
    }
    const Duration ofParent = costs.pickling + costs.unpicklingResults;
    if (c.functionIsByValue && c.functionPickling >= ofParent / 3)
        return Finding::PickledByValue;
    return Finding::ChunksTooSmall;
}

/// Returns whether the parent reads an input when it sends it, and not all of them before.
bool takesInputsLate(const PooledCall &call)
{
    return call.method == "imap" || call.method == "imap_unordered";
}

/// Returns whether inputs arrived late: the parent sent them late although it had little to do.
bool inputsArrivedLate(const CallCase &run)
{
    constexpr double littleOfIt = 0.3;
    constexpr Duration longest(1e6); // for the user's own code to submit an input
    const PooledCall &c = run.c;
    const Duration parent = run.parentPerChunk() * static_cast<double>(c.chunks);
    const bool isIdle = run.time(Cause::Coordinator) > run.dispatch() / 2
        && parent + (c.consumed > 0 ? c.loopUsed : Duration()) < littleOfIt * c.makespan;
    const bool areSubmitted = (c.method == "submit" || c.method == "apply_async")
        && c.hasParentCpu() && c.parentCpu < littleOfIt * c.makespan
        && c.makespan > longest * static_cast<double>(c.chunks);
    return isIdle && (takesInputsLate(c) || areSubmitted);
}

std::optional<Verdict> messages(const CallCase &run)
{
    const double loss = std::min(run.loss(run.dispatch()), 1 - run.coresUsed());
    if (run.c.hasThreads || !run.c.hasCosts || loss < worthAWord)
        return std::nullopt;
    if (inputsArrivedLate(run))
        return foundIn(run, Finding::InputsAreSlow, run.loss(run.time(Cause::Coordinator)));
    Verdict verdict = foundIn(run, whyDispatch(run), loss);
    const bool isAdvised = run.c.takesChunks() && verdict.finding != Finding::LargeInputs
        && verdict.finding != Finding::LargeResults && adviseChunk(verdict, run);
    if (verdict.finding != Finding::ChunksTooSmall || isAdvised)
        return verdict;
    // If there cannot be fewer messages, they are a cause only if they take longer than the work.
    const bool couldBeFewer = run.c.chunk == 1 && !run.c.takesChunks();
    if (run.dispatch() < run.c.busy)
        return std::nullopt;
    verdict.finding = couldBeFewer ? Finding::ChunksTooSmall : Finding::PoolCostsMore;
    return verdict;
}

std::optional<Verdict> slowStart(const CallCase &run)
{
    const double loss = run.loss(run.starting());
    if (run.c.hasThreads || loss < startsDominate)
        return std::nullopt;
    return foundIn(run, Finding::StartUp, loss);
}

std::optional<Verdict> idleAtTheEnd(const CallCase &run)
{
    const double loss = run.loss(run.time(Cause::Tail));
    if (loss < worthAWord)
        return std::nullopt;
    const PooledCall &c = run.c;
    const bool areLargeChunks = c.chunk > 1 && c.longestChunk > 2 * c.longestIteration;
    Verdict verdict = foundIn(run, areLargeChunks ? Finding::ChunksTooLarge : Finding::Tail, loss);
    // A chunk cannot be smaller than an input, and the work can at best be spread evenly.
    const double workers = std::max(ratio(run.all, c.makespan), 1.0);
    const Duration finest =
        std::max((run.all - run.time(Cause::Tail)) / workers, c.longestIteration);
    const double gain = std::max(ratio(c.makespan, finest), 1.0);
    if (areLargeChunks && c.takesChunks()) {
        constexpr std::uint64_t chunksForEach = 16;
        evidence::OfCall &evidence = evidenceOf(verdict);
        evidence.chunk =
            std::max<std::uint64_t>(c.inputs / (chunksForEach * std::max(c.processes, 1U)), 1);
        const double least = 1 + (gain - 1) / 2;
        evidence.expected = ExpectedRate{c.rate() * least, c.rate() * gain};
    }
    return verdict;
}

std::optional<Verdict> lackOfCores(const CallCase &run)
{
    constexpr double mostCores = 0.6;
    const PooledCall &c = run.c;
    const bool isCrowded = c.cores > 0 && c.processes > c.cores;
    const bool areCoresFull = isCrowded && run.coresUsed() >= mostCores;
    const double threadsWaited =
        ratio(c.threadRunQueue, c.threadRunQueue + run.all) * run.loss(run.all);
    const bool doThreadsCompete = c.threads > 1 && c.cores > 0 && c.processes * c.threads > c.cores
        && threadsWaited >= worthAWord;
    const double waited = std::max(run.loss(run.time(Cause::Preempted) + run.delayedTransfers()),
        doThreadsCompete ? threadsWaited : 0);
    const double loss = areCoresFull ? std::max(waited, 1 - ratio(c.cores, c.processes)) : waited;
    if (c.hasThreads || loss < worthAWord)
        return std::nullopt;
    if (isCrowded)
        return foundIn(run, Finding::TooManyWorkers, loss);
    return foundIn(
        run, doThreadsCompete ? Finding::ThreadsOversubscribe : Finding::MachineBusy, loss);
}

/// Returns the number of processes that keeps most of the cores busy.
std::uint32_t usefulProcesses(const CallCase &run)
{
    constexpr double fullCores = 0.8;
    const PooledCall &c = run.c;
    const double onCpu = std::max(ratio(c.computing(), c.computing() + c.waiting()), 1e-3);
    const double useful = fullCores * std::max(c.cores, 1U) / onCpu;
    const double inputs = static_cast<double>(c.inputs) / (2.0 * static_cast<double>(c.chunk));
    return static_cast<std::uint32_t>(
        std::max(std::min({useful, inputs, static_cast<double>(mostProcesses)}), 1.0));
}

std::optional<Verdict> waitsWithin(const CallCase &run)
{
    constexpr double worthProcesses = 0.2;
    const PooledCall &c = run.c;
    if (c.hasThreads) { // waiting is known only of all threads together
        constexpr double hardlyComputes = 0.3;
        if (!c.hasParentCpu() || ratio(c.parentCpu, c.busy) > hardlyComputes
            || c.busy < c.makespan / 2)
            return std::nullopt;
        return foundIn(run, Finding::WaitsWithin, worthAWord);
    }
    const double waited = run.loss(run.time(Cause::Waiting));
    const std::uint32_t useful = usefulProcesses(run);
    if (waited < worthProcesses || useful <= c.processes)
        return std::nullopt;
    const ExpectedRate expected = expectedRate(c, {c.chunk, useful});
    if (expected.low < worthChanging * c.rate())
        return std::nullopt;
    Verdict verdict =
        foundIn(run, Finding::WaitsWithin, std::min(waited, 1 - c.rate() / expected.low));
    evidenceOf(verdict).processes = useful;
    evidenceOf(verdict).expected = expected;
    return verdict;
}

/// Returns whether the call was too short for reliable figures.
bool isTooShort(const CallCase &run)
{
    constexpr Duration shortest(2e6);
    constexpr Duration shortestOfFew(50e6);
    return run.c.elapsed < (run.c.inputs < enoughResults ? shortestOfFew : shortest);
}

Verdict noneFound(const CallCase &run)
{
    const Duration unknown = run.time(Cause::Unknown);
    const bool isUnknown =
        run.c.hasThreads ? !run.c.hasParentCpu() : run.loss(unknown) >= unknownDominates;
    if (run.c.inputs == 0 || isUnknown)
        return foundIn(run, Finding::Unknown, run.loss(unknown));
    // An input for a thread is not a message, so no other rule includes its cost.
    if (const double share = ratio(run.c.noPool(), run.c.elapsed); run.c.hasThreads && share < 0.5)
        return foundIn(run, Finding::PoolCostsMore, 1 - share);
    return foundIn(run, Finding::NothingWrong, 0);
}

} // namespace

Verdict verdictOf(const PooledCall &call)
{
    const CallCase run(call);
    if (auto failures = lostToFailures(run))
        return *failures;
    if (isTooShort(run))
        return foundIn(run, Finding::Unknown, 0);
    std::optional<Verdict> worst;
    for (const auto decide : {slowStart, slowLoop, heldBack, lockedThreads, oneAtATime, messages,
             idleAtTheEnd, lackOfCores, waitsWithin}) {
        auto verdict = decide(run);
        if (verdict && (!worst || verdict->loss > worst->loss))
            worst = std::move(verdict);
    }
    return worst ? std::move(*worst) : noneFound(run);
}

} // namespace poolscope
