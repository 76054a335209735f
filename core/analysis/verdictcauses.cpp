// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/verdictcauses.h"

#include "analysis/verdictcase.h"

#include <array>
#include <cmath>

namespace poolscope {

namespace {

// Below this share of waiting, more workers gain little. Tasks that read inputs always wait a bit.
constexpr double worthMoreWorkers = 0.20;
// From this share on, several workers at a time wait for the coordinator.
constexpr double saturated = 0.75;
// Longer inputs alone slow a worker with enough iterations by less than this factor.
constexpr double slowWorkerRatio = 1.5;
// From this share of all time on, a lack of cores delays the transfers of a worker, too.
constexpr double muchHindered = worthAWord;
constexpr std::uint64_t enoughIterations = 30;
// Shared caches and clock alone slow two workers on two cores by less than this factor.
constexpr double slowedBySize = 1.25;
// The CPU time of a worker exceeds its busy time by this factor if its threads compute.
constexpr double threadsWork = 1.15;
// The largest share of the cores that advised workers should use.
constexpr double fullCores = 0.8;
// Waiting workers cost almost nothing. Memory and the devices they wait for set a limit.
constexpr std::uint32_t mostAdvisedWorkers = 64;
// The share of time that dispatch costs with automatic chunks.
constexpr double automaticDispatch = 0.01;
// Automatic chunks grow by this factor from one to the next.
constexpr double automaticGrowth = 8;

/// Returns the factor of throughput with automatic chunks. Chunks start with one input and grow
/// from one answer to the next, until dispatch costs almost nothing. The loss by starting remains,
/// unless the first worker that is ready does all of the work before the others are ready.
double gainOfAutomaticChunks(const VerdictCase &run)
{
    const RunFigures &f = run.f;
    const Duration perChunk = meanOf(run.dispatch(), f.chunks);
    const double perWorker = ratio(static_cast<double>(f.iterations), run.workers);
    const double rounds = 2 + std::log(std::max(perWorker, 1.0)) / std::log(automaticGrowth);
    const Duration starting = run.time(Cause::Starting) / run.workers;
    const Duration together = f.busy / run.usableWorkers() + starting;
    const Duration work = std::min(together, f.busy) * (1 + automaticDispatch);
    return std::max(ratio(f.makespan, work + 2 * rounds * perChunk), 1.0);
}

evidence::Dispatch dispatchOf(const VerdictCase &run)
{
    constexpr double fullyGrown = 32; // chunks for each worker
    const RunFigures &f = run.f;
    evidence::Dispatch dispatch;
    dispatch.workers = f.workers;
    dispatch.time = run.ofPresent(run.dispatch());
    dispatch.coordinatorBusy = {ratio(f.coordinatorBusy, f.makespan)};
    dispatch.perInput =
        run.dispatch() / static_cast<double>(std::max<std::uint64_t>(f.iterations, 1));
    dispatch.perChunk = meanOf(run.dispatch(), f.chunks);
    dispatch.iteration = run.iteration;
    dispatch.chunk = meanOf(f.busy, f.chunks);
    dispatch.iterations = f.iterations;
    dispatch.chunks = f.chunks;
    dispatch.chunksAreGrown = static_cast<double>(f.chunks) > fullyGrown * run.workers;
    return dispatch;
}

std::optional<Verdict> dispatchCost(const VerdictCase &run)
{
    const double loss = ratio(run.dispatch() - run.throttledDispatch(), run.all);
    if (loss < worthAWord || run.f.chunks == 0)
        return std::nullopt;
    const evidence::Dispatch dispatch = dispatchOf(run);
    const bool isSaturated = dispatch.coordinatorBusy.ofWhole >= saturated;
    Verdict verdict =
        found(isSaturated ? Finding::CoordinatorSaturated : Finding::Dispatch, loss, dispatch);
    std::vector<Change> changes;
    if (run.f.chunk)
        changes.push_back({Change::Setting::Chunk});
    if (run.f.window && *run.f.window == 1)
        changes.push_back({Change::Setting::Window});
    if (!changes.empty())
        advise(verdict, run, std::move(changes),
            run.f.chunk ? gainOfAutomaticChunks(run) : 1 / (1 - std::min(loss, 0.9)));
    return verdict;
}

evidence::Tail::Why whyTail(const RunFigures &f)
{
    using enum evidence::Tail::Why;
    if (f.chunk && *f.chunk > 1 && f.longestChunk > 2 * f.longestIteration)
        return LargeChunks;
    if (f.iterations < f.workers)
        return FewInputs;
    const bool isFew = f.iterations < 4ULL * f.workers;
    return isFew && f.iterations % f.workers != 0 ? UnevenInputs : LongInput;
}

std::optional<Verdict> tail(const VerdictCase &run)
{
    using enum evidence::Tail::Why;
    const RunFigures &f = run.f;
    const double loss = run.share(Cause::Tail);
    if (loss < worthAWord)
        return std::nullopt;
    const auto why = whyTail(f);
    Verdict verdict = found(why == LargeChunks ? Finding::ChunksTooLarge : Finding::Tail, loss,
        evidence::Tail{why, run.ofPresent(run.time(Cause::Tail)), f.iterations, f.workers,
            f.longestChunk, f.longestIteration, run.iteration});
    const double gain = 1 / (1 - ratio(run.time(Cause::Tail), run.present));
    if (why == LargeChunks) {
        // A chunk cannot be smaller than an input.
        const Duration finest = f.busy / run.usableWorkers() + f.longestIteration;
        advise(verdict, run, {{Change::Setting::Chunk}},
            std::max(std::min(gain, ratio(f.makespan, finest)), 1.0));
    } else if (why == FewInputs) {
        advise(verdict, run, {{Change::Setting::Workers, f.iterations}}, 1);
    } else if (why == LongInput) {
        predict(verdict, run, gain);
        if (f.longestIteration < run.time(Cause::Tail) / std::max(run.workers - 1, 1.0) / 2)
            verdict.nextLook = NextLook::Lanes;
    }
    return verdict;
}

/// Returns the share of all time that workers lost for lack of cores. `lost` is the part within
/// iterations. If it is large, transfers were delayed as much as the work.
double hinderedShare(const VerdictCase &run, Duration lost)
{
    const double within = ratio(lost, run.all);
    if (within < muchHindered)
        return within;
    const Duration transfers = run.time(Cause::TransferIn) + run.time(Cause::TransferOut);
    return within + ratio(transfers * ratio(lost, lost + run.time(Cause::OnCpu)), run.all);
}

std::vector<Change> oneThreadEach()
{
    std::vector<Change> changes;
    for (const char *variable :
        {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"})
        changes.push_back({Change::Setting::Environment, {}, variable, "1"});
    return changes;
}

std::optional<Verdict> preempted(const VerdictCase &run)
{
    const RunFigures &f = run.f;
    const bool programsCompete = f.startsPrograms && run.moreWorkersThanCores();
    const Duration lost =
        run.time(Cause::Preempted) + (programsCompete ? run.time(Cause::Unknown) : Duration());
    const double loss = hinderedShare(run, lost);
    const double threadsLoss = ratio(f.threadRunQueue, f.threadRunQueue + run.all);
    const bool threadsCompete = f.threads > 1 && f.workers > 1 && f.cores > 0
        && f.workers * f.threads > f.cores
        && std::max(threadsLoss, f.workersCpu > threadsWork * f.busy ? loss : 0) >= worthAWord;
    if (loss < worthAWord && (!threadsCompete || run.moreWorkersThanCores()))
        return std::nullopt;
    const evidence::Contention contention{f.workers, f.cores, f.threads, run.ofPresent(lost)};
    if (run.moreWorkersThanCores()) {
        Verdict verdict = found(Finding::TooManyWorkers, loss, contention);
        advise(verdict, run, {{Change::Setting::Workers, f.cores}}, 1);
        return verdict;
    }
    if (threadsCompete) {
        Verdict verdict =
            found(Finding::ThreadsOversubscribe, std::max(loss, threadsLoss), contention);
        verdict.advice = oneThreadEach();
        return verdict;
    }
    Verdict verdict = found(Finding::MachineBusy, loss, contention);
    predict(verdict, run, run.gainWithout(lost));
    return verdict;
}

/// Returns the number of workers that keeps the cores in use, limited by the number of inputs.
std::uint32_t workersThatWait(const VerdictCase &run)
{
    const RunFigures &f = run.f;
    const double onCpu = std::max(ratio(run.time(Cause::OnCpu), f.busy), 1e-3);
    const double useful = std::floor(fullCores * std::max(f.cores, 1U) / onCpu);
    const double inputs = static_cast<double>(std::max<std::uint64_t>(f.iterations / 2, 1));
    const double most = std::max(mostAdvisedWorkers, f.workers);
    return static_cast<std::uint32_t>(std::min({useful, inputs, most}));
}

std::optional<Verdict> waiting(const VerdictCase &run)
{
    const RunFigures &f = run.f;
    const double waited = run.share(Cause::Waiting);
    if (waited < worthMoreWorkers || f.busy <= Duration())
        return std::nullopt;
    const std::uint32_t advised = workersThatWait(run);
    // No other worker can run the inputs of a chunk that a worker has.
    const Duration shortest = std::max(f.busy / std::max(advised, 1U), f.longestChunk);
    const double gain = std::max(ratio(f.makespan, shortest), 1.0);
    const bool canHelp = advised > f.workers && gain > 1 + worthAWord;
    // With enough workers, waiting is the nature of the task. Any other cause is reported instead.
    const double loss = canHelp ? std::min(waited, 1 - 1 / gain) : 0;
    Verdict verdict = found(Finding::WaitsWithin, loss,
        evidence::Waits{{ratio(run.time(Cause::Waiting), f.busy)},
            {ratio(run.time(Cause::OnCpu), f.busy)}, canHelp});
    if (canHelp)
        advise(verdict, run, {{Change::Setting::Workers, advised}}, gain);
    return verdict;
}

/// Returns whether the dispatch of fixed chunks took most of the run, and starting, which happens
/// once, did not take many times as long.
bool isDispatchAboveAll(const VerdictCase &run)
{
    constexpr double longestStart = 4; // in makespans
    return run.f.chunk && run.dispatch() >= run.present / 2
        && run.f.startUp <= longestStart * run.f.makespan;
}

std::optional<Verdict> startUp(const VerdictCase &run)
{
    const double loss = ratio(
        run.f.startUp * std::max<double>(run.f.workers, 1) + run.time(Cause::Starting), run.all);
    // Any short run spends up to half of the time on starting.
    if (loss < 0.5 || isDispatchAboveAll(run))
        return std::nullopt;
    return found(Finding::StartUp, loss, evidence::StartUp{run.f.startUp, {loss}, run.f.makespan});
}

using WorkerPace = RunFigures::WorkerPace;
using SizePace = RunFigures::SizePace;

/// Returns the worker with the longest mean of those with enough iterations. Null if there is none.
const WorkerPace *slowestOf(const std::vector<WorkerPace> &paces)
{
    const WorkerPace *slowest = nullptr;
    for (const WorkerPace &pace : paces) {
        const bool counts = pace.iterations >= enoughIterations;
        if (counts
            && (!slowest
                || meanOf(pace.busy, pace.iterations) > meanOf(slowest->busy, slowest->iterations)))
            slowest = &pace;
    }
    return slowest;
}

std::optional<Verdict> slowWorker(const VerdictCase &run)
{
    const WorkerPace *slowest = slowestOf(run.f.byWorker);
    if (!slowest)
        return std::nullopt;
    Duration busy{};
    std::uint64_t iterations = 0;
    Duration nextMean{};
    for (const WorkerPace &pace : run.f.byWorker) {
        if (&pace == slowest || pace.iterations < enoughIterations)
            continue;
        busy += pace.busy;
        iterations += pace.iterations;
        nextMean = std::max(nextMean, meanOf(pace.busy, pace.iterations));
    }
    const Duration slowestMean = meanOf(slowest->busy, slowest->iterations);
    const Duration mean = meanOf(busy, iterations);
    if (iterations == 0 || slowestMean < slowWorkerRatio * nextMean)
        return std::nullopt;
    const Duration lost = slowest->busy - mean * static_cast<double>(slowest->iterations);
    const double loss = ratio(lost, run.all);
    if (loss < worthAWord)
        return std::nullopt;
    Verdict verdict =
        found(Finding::SlowWorker, loss, evidence::SlowWorker{slowest->worker, slowestMean, mean});
    predict(verdict, run, run.present / (run.present - lost));
    verdict.nextLook = NextLook::SlowWorker;
    return verdict;
}

std::optional<Verdict> memoryBandwidth(const VerdictCase &run)
{
    const SizePace *few = nullptr;
    const SizePace *many = nullptr;
    for (const SizePace &pace : run.f.bySize) {
        if (pace.iterations < enoughIterations || pace.workers == 0)
            continue;
        if (!few)
            few = &pace;
        if (run.f.cores == 0 || pace.workers <= run.f.cores)
            many = &pace;
    }
    if (!few || !many || few->workers >= many->workers
        || run.share(Cause::Preempted) + run.share(Cause::Throttled) + run.share(Cause::Waiting)
            >= worthAWord)
        return std::nullopt;
    const Duration alone = meanOf(few->busy, few->iterations);
    const Duration together = meanOf(many->busy, many->iterations);
    if (together < slowedBySize * alone)
        return std::nullopt;
    return found(Finding::MemoryBandwidth, 1 - alone / together,
        evidence::Bandwidth{few->workers, alone, many->workers, together});
}

std::optional<Verdict> throttled(const VerdictCase &run)
{
    const Duration lost = run.time(Cause::Throttled) + run.throttledDispatch();
    const double loss =
        std::max(hinderedShare(run, run.time(Cause::Throttled)), ratio(lost, run.all));
    if (loss < worthAWord)
        return std::nullopt;
    Verdict verdict = found(Finding::Throttled, loss, evidence::Blocked{run.ofPresent(lost), {}});
    predict(verdict, run, run.gainWithout(lost));
    return verdict;
}

std::optional<Verdict> blocked(const VerdictCase &run)
{
    constexpr std::array reasons{std::pair(Cause::Order, Finding::OrderBlocks),
        std::pair(Cause::Consumer, Finding::ConsumerBlocks),
        std::pair(Cause::Disk, Finding::DiskBlocks),
        std::pair(Cause::Input, Finding::InputsAreSlow)};
    const auto [cause, finding] = *std::max_element(reasons.begin(), reasons.end(),
        [&](auto a, auto b) { return run.time(a.first) < run.time(b.first); });
    if (run.share(cause) < worthAWord)
        return std::nullopt;
    Verdict verdict = found(finding, run.share(cause),
        evidence::Blocked{run.ofPresent(run.time(cause)), run.f.longestIteration});
    if (finding == Finding::OrderBlocks)
        advise(verdict, run, {{Change::Setting::Unordered}}, run.gainWithout(run.time(cause)));
    return verdict;
}

std::optional<Verdict> failures(const VerdictCase &run)
{
    const Duration lost = run.time(Cause::Lost);
    const double loss = run.share(Cause::Lost);
    if (loss < worthAWord)
        return std::nullopt;
    Verdict verdict = found(Finding::Failures, loss,
        evidence::Failures{run.f.restarts, run.ofPresent(lost), run.f.failed});
    predict(verdict, run, run.gainWithout(lost));
    return verdict;
}

} // namespace

std::vector<Decision> verdictCauses()
{
    return {startUp, failures, throttled, slowWorker, memoryBandwidth, blocked, tail, preempted,
        dispatchCost, waiting};
}

} // namespace poolscope
