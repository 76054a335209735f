// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/verdict.h"

#include "analysis/seconds.h"
#include "analysis/statistics.h"
#include "spec/tasktraits.h"
#include "text/figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <variant>

namespace poolscope {

namespace {

// What a cause must take of all worker-time to be worth a word. A tenth is more than two runs of
// the same settings differ by.
constexpr double worthAWord = 0.10;
// Tasks that read their own inputs wait now and then; below a fifth more workers gain little.
constexpr double worthMoreWorkers = 0.20;
// Where half of the time was not measured, what was measured does not decide.
constexpr double tooMuchUnknown = 0.35;
// From three quarters on a queue before the coordinator grows to several waiting workers.
constexpr double saturated = 0.75;
// A worker's mean differs from the others' by less, where inputs differ, if it had enough of them.
constexpr double slowWorkerRatio = 1.5;
// From this share of all time on, what keeps workers from a core holds up their transfers, too.
constexpr double muchHindered = worthAWord;
// An input that takes at least this multiple of the mean is a long one.
constexpr double longInput = 1.5;
constexpr std::uint64_t enoughIterations = 30;
// Two workers on two cores share caches and clock, which alone costs some percent.
constexpr double slowedBySize = 1.25;
// CPU time of a worker beyond its busy time: its threads work.
constexpr double threadsWork = 1.15;
constexpr double fullCores = 0.8; // what more workers should use of them, at most
// Waiting costs a worker next to nothing; memory and whom they wait for set a limit.
constexpr std::uint32_t mostAdvisedWorkers = 64;
constexpr double automaticHandover = 0.01; // what automatic chunks let handing over cost
constexpr double automaticGrowth = 8; // of chunks, from one to the next

constexpr std::array<std::string_view, findingCount> findingNames{"handing_over",
    "coordinator_saturated", "tail", "chunks_too_large", "too_many_workers",
    "threads_oversubscribe", "machine_busy", "waiting", "memory_bandwidth", "start_up",
    "slow_worker", "throttled", "order_blocks", "consumer_blocks", "disk_blocks", "inputs_are_slow",
    "failures", "never_finished", "workers_idle", "nothing_wrong", "unknown"};

/// What several decisions need, worked out once.
class Case {
public:
    explicit Case(const RunFigures &figures)
        : f(figures)
        , present(seconds(f.times.sum() - f.times[Cause::Absent] - f.times[Cause::Paused]))
        , workers(std::max(ratio(present, f.makespan), 1e-9))
        , all(present + f.startUp * std::max<double>(f.workers, 1))
        , iteration(ratio(f.busy, static_cast<double>(f.iterations)))
        , rate(ratio(static_cast<double>(f.settled),
              f.makespan - ratio(seconds(f.times[Cause::Paused]), std::max(f.workers, 1U))))
    {
    }

    double time(Cause cause) const { return seconds(f.times[cause]); }
    double share(Cause cause) const { return ratio(time(cause), all); }
    double handover() const
    {
        return time(Cause::Coordinator) + time(Cause::UnderWay) + time(Cause::TransferIn)
            + time(Cause::TransferOut);
    }
    /// The part of handing over for which the CPU quota held back who had to do it.
    double throttledHandover() const
    {
        return std::clamp(f.throttled - time(Cause::Throttled), 0.0, handover());
    }
    double usableWorkers() const
    {
        return f.cores > 0 ? std::min<double>(workers, f.cores) : workers;
    }
    bool moreWorkersThanCores() const { return f.cores > 0 && f.workers > f.cores; }

    const RunFigures &f;
    double present; ///< worker-time in the pool, pauses left out
    double workers; ///< in the pool, in the mean
    double all; ///< worker-time with that before the first dispatch
    double iteration; ///< mean time of one
    double rate; ///< iterations per second
};

/// A verdict whose cause took `loss` of all worker-time.
Verdict found(Finding finding, double loss, std::string text)
{
    Verdict verdict;
    verdict.finding = finding;
    verdict.loss = loss;
    verdict.text = std::move(text);
    return verdict;
}

std::string workersText(std::uint64_t count)
{
    return textOf(Count{count}, "worker");
}

/// Appends "With A and B expect R (F x)." to the text.
void advise(Verdict &verdict, const Case &run, std::vector<Change> changes, double gain)
{
    verdict.advice = std::move(changes);
    verdict.gain = gain;
    verdict.rate = run.rate * gain;
    std::string settings;
    for (const Change &change : verdict.advice)
        settings += (settings.empty() ? "" : " ") + changeText(change);
    verdict.text += " With " + settings + " expect about " + textOf(Rate{*verdict.rate}) + " ("
        + textOf(Factor{gain}) + ").";
}

/// The throughput with automatic chunks, as a factor. They start with one input and grow from one
/// answer to the next, until handing over costs next to nothing. What comes of starting stays,
/// where the worker that is ready first does not do all of it alone before the others are there.
double gainOfAutomaticChunks(const Case &run)
{
    const RunFigures &f = run.f;
    const double perChunk = ratio(run.handover(), static_cast<double>(f.chunks));
    const double perWorker = ratio(static_cast<double>(f.iterations), run.workers);
    const double rounds = 2 + std::log(std::max(perWorker, 1.0)) / std::log(automaticGrowth);
    const double starting = ratio(run.time(Cause::Starting), run.workers);
    const double together = f.busy / run.usableWorkers() + starting;
    const double work = std::min(together, f.busy) * (1 + automaticHandover);
    return std::max(ratio(f.makespan, work + 2 * rounds * perChunk), 1.0);
}

/// Why there is nothing to advise where chunks are automatic and cost much all the same: they had
/// no time to grow, or what they carry costs it.
std::string whatAutomaticChunksLeave(const Case &run)
{
    constexpr double fullyGrown = 32; // chunks for each worker
    const auto chunks = static_cast<double>(run.f.chunks);
    if (chunks > fullyGrown * run.workers)
        return " Chunks hold "
            + textOf(Count{std::max<std::uint64_t>(run.f.iterations / run.f.chunks, 1)}, "input")
            + " already: what is left is the way of each input and its value, which only "
              "pays where there is more to do for each, or less to give back.";
    return " Chunks are as large as the inputs allow: " + textOf(Count{run.f.iterations}, "input")
        + " are too few for " + workersText(run.f.workers) + ", each chunk costs "
        + textOf(Seconds(run.handover() / chunks)) + ".";
}

std::optional<Verdict> handingOver(const Case &run)
{
    const double loss = ratio(run.handover() - run.throttledHandover(), run.all);
    if (loss < worthAWord || run.f.chunks == 0)
        return std::nullopt;
    const double perInput =
        run.handover() / static_cast<double>(std::max<std::uint64_t>(run.f.iterations, 1));
    const bool coordinatorIsFull = ratio(run.f.coordinatorBusy, run.f.makespan) >= saturated;
    Verdict verdict;
    if (coordinatorIsFull)
        verdict = found(Finding::CoordinatorSaturated, loss,
            "The coordinator was busy for "
                + textOf(Share{ratio(run.f.coordinatorBusy, run.f.makespan)}) + " of the run, and "
                + workersText(run.f.workers) + " spent "
                + textOf(Share{ratio(run.handover(), run.present)})
                + " of their time on being handed chunks of "
                + textOf(Seconds(ratio(run.f.busy, static_cast<double>(run.f.chunks)))) + " each.");
    else
        verdict = found(Finding::HandingOver, loss,
            "Handing over an input costs " + textOf(Seconds(perInput)) + " and computing it "
                + textOf(Seconds(run.iteration)) + ", so " + workersText(run.f.workers) + " spent "
                + textOf(Share{ratio(run.handover(), run.present)})
                + " of their time on being handed work.");
    std::vector<Change> changes;
    if (run.f.chunk)
        changes.push_back({Change::Setting::Chunk});
    if (run.f.window && *run.f.window == 1)
        changes.push_back({Change::Setting::Window});
    if (!changes.empty() && run.f.chunk) {
        advise(verdict, run, std::move(changes), gainOfAutomaticChunks(run));
    } else if (!changes.empty()) {
        advise(verdict, run, std::move(changes), 1 / (1 - std::min(loss, 0.9)));
    } else {
        verdict.text += whatAutomaticChunksLeave(run);
    }
    return verdict;
}

std::optional<Verdict> tail(const Case &run)
{
    const double loss = run.share(Cause::Tail);
    if (loss < worthAWord)
        return std::nullopt;
    const double idle = ratio(run.time(Cause::Tail), std::max(run.workers - 1, 1.0));
    const std::string idled = "Workers were idle for "
        + textOf(Share{ratio(run.time(Cause::Tail), run.present)})
        + " of their time, with no work left while others still ran";
    const double gain = 1 / (1 - ratio(run.time(Cause::Tail), run.present));
    const bool severalInAChunk = run.f.longestChunk > 2 * run.f.longestIteration;
    if (run.f.chunk && *run.f.chunk > 1 && severalInAChunk) {
        Verdict verdict = found(Finding::ChunksTooLarge, loss,
            idled + ": the longest chunk took " + textOf(Seconds(run.f.longestChunk))
                + ", the longest input " + textOf(Seconds(run.f.longestIteration)) + ".");
        // No chunk can be cut finer than an input.
        const double finest = run.f.busy / run.usableWorkers() + run.f.longestIteration;
        advise(verdict, run, {{Change::Setting::Chunk}},
            std::max(std::min(gain, ratio(run.f.makespan, finest)), 1.0));
        return verdict;
    }
    if (run.f.iterations < run.f.workers) {
        Verdict verdict = found(Finding::Tail, loss,
            idled + ": there were " + textOf(Count{run.f.iterations}, "input") + " for "
                + workersText(run.f.workers) + ".");
        advise(verdict, run, {{Change::Setting::Workers, run.f.iterations}}, 1);
        return verdict;
    }
    if (run.f.iterations < 4ULL * run.f.workers && run.f.iterations % run.f.workers != 0) {
        return found(Finding::Tail, loss,
            idled + ": " + textOf(Count{run.f.iterations}, "input") + " do not divide evenly among "
                + workersText(run.f.workers) + ".");
    }
    Verdict verdict = found(Finding::Tail, loss,
        idled + ": the longest input took " + textOf(Seconds(run.f.longestIteration)) + ", and "
            + textOf(Seconds(run.iteration))
            + " is the mean. Put long inputs first, or split them: up to "
            + textOf(Rate{run.rate * gain}) + " (" + textOf(Factor{gain}) + ").");
    verdict.gain = gain;
    verdict.rate = run.rate * gain;
    if (run.f.longestIteration < idle / 2)
        verdict.wouldTell = "the lanes show what the last worker was on";
    return verdict;
}

/// The share of all time that workers lost to what kept them from a core, of which `lost` was
/// measured within iterations. Where that was much, transfers were held up as much as the work.
double hinderedShare(const Case &run, double lost)
{
    const double within = ratio(lost, run.all);
    if (within < muchHindered)
        return within;
    const double transfers = run.time(Cause::TransferIn) + run.time(Cause::TransferOut);
    return within + ratio(transfers * ratio(lost, lost + run.time(Cause::OnCpu)), run.all);
}

std::optional<Verdict> preempted(const Case &run)
{
    const RunFigures &f = run.f;
    const bool programsCompete = f.startsPrograms && run.moreWorkersThanCores();
    const double lost =
        run.time(Cause::Preempted) + (programsCompete ? run.time(Cause::Unknown) : 0);
    const double loss = hinderedShare(run, lost);
    const double threadsLoss = ratio(f.threadRunQueue, f.threadRunQueue + run.all);
    const bool threadsCompete = f.threads > 1 && f.workers > 1 && f.cores > 0
        && f.workers * f.threads > f.cores
        && std::max(threadsLoss, f.workersCpu > threadsWork * f.busy ? loss : 0) >= worthAWord;
    if (loss < worthAWord && (!threadsCompete || run.moreWorkersThanCores()))
        return std::nullopt;
    const std::string waited = textOf(Share{ratio(lost, run.present)});
    if (run.moreWorkersThanCores()) {
        Verdict verdict = found(Finding::TooManyWorkers, loss,
            workersText(f.workers) + " share " + textOf(Count{f.cores}, "core")
                + ": they waited for " + "one " + waited + " of their time. " + workersText(f.cores)
                + (f.cores == 1 ? " does the same work as fast, and takes less memory."
                                : " do the same work as fast, and take less memory."));
        verdict.advice = {{Change::Setting::Workers, f.cores}};
        verdict.gain = 1;
        verdict.rate = run.rate;
        return verdict;
    }
    if (threadsCompete) {
        Verdict verdict = found(Finding::ThreadsOversubscribe, std::max(loss, threadsLoss),
            workersText(f.workers) + " with up to " + textOf(Count{f.threads}, "thread")
                + " each compete for " + textOf(Count{f.cores}, "core")
                + ". Let each worker use one thread: OMP_NUM_THREADS=1, or OPENBLAS_NUM_THREADS, "
                  "MKL_NUM_THREADS, NUMEXPR_NUM_THREADS.");
        verdict.advice = {{Change::Setting::Environment, {}, "OMP_NUM_THREADS", "1"},
            {Change::Setting::Environment, {}, "OPENBLAS_NUM_THREADS", "1"},
            {Change::Setting::Environment, {}, "MKL_NUM_THREADS", "1"},
            {Change::Setting::Environment, {}, "NUMEXPR_NUM_THREADS", "1"}};
        return verdict;
    }
    Verdict verdict = found(Finding::MachineBusy, loss,
        "Workers waited for a core " + waited + " of their time, though there are "
            + textOf(Count{f.cores}, "core") + " for " + workersText(f.workers)
            + ": other programs use these.");
    verdict.gain = 1 / (1 - std::min(ratio(lost, run.present), 0.9));
    verdict.rate = run.rate * *verdict.gain;
    verdict.text += " On a quiet machine expect about " + textOf(Rate{*verdict.rate}) + " ("
        + textOf(Factor{*verdict.gain}) + ").";
    return verdict;
}

/// As many workers as keep the cores in use, but no more than there are inputs for.
std::uint32_t workersThatWait(const Case &run)
{
    const RunFigures &f = run.f;
    const double onCpu = std::max(ratio(run.time(Cause::OnCpu), f.busy), 1e-3);
    const double useful = std::floor(fullCores * std::max(f.cores, 1U) / onCpu);
    const double inputs = static_cast<double>(std::max<std::uint64_t>(f.iterations / 2, 1));
    const double most = std::max(mostAdvisedWorkers, f.workers);
    return static_cast<std::uint32_t>(std::min({useful, inputs, most}));
}

std::optional<Verdict> waiting(const Case &run)
{
    const RunFigures &f = run.f;
    const double waited = run.share(Cause::Waiting);
    if (waited < worthMoreWorkers || f.busy <= 0)
        return std::nullopt;
    const std::uint32_t advised = workersThatWait(run);
    // A chunk that a worker holds belongs to nobody else.
    const double shortest = std::max(ratio(f.busy, advised), f.longestChunk);
    const double gain = std::max(ratio(f.makespan, shortest), 1.0);
    const bool canHelp = advised > f.workers && gain > 1 + worthAWord;
    // Where there are enough of them, waiting is what the task is, and any other cause comes first.
    const double loss = canHelp ? std::min(waited, 1 - 1 / gain) : 0;
    Verdict verdict = found(Finding::WaitsWithin, loss,
        "Within an iteration workers waited "
            + textOf(Share{ratio(run.time(Cause::Waiting), f.busy)})
            + " of the time, for devices, other programs or sleeps, and computed "
            + textOf(Share{ratio(run.time(Cause::OnCpu), f.busy)}) + " of it.");
    if (canHelp) {
        verdict.text += " More workers than cores help, as long as what they wait for keeps up.";
        advise(verdict, run, {{Change::Setting::Workers, advised}}, gain);
    } else {
        verdict.text += " There are enough of them for these inputs.";
    }
    return verdict;
}

/// Whether a fixed chunk has handing over take most of the run, of which its throughput speaks, and
/// starting, which is paid once, did not take many times as long.
bool isHandingOverAboveAll(const Case &run)
{
    constexpr double longestStart = 4; // in makespans
    return run.f.chunk && run.handover() >= run.present / 2
        && run.f.startUp <= longestStart * run.f.makespan;
}

std::optional<Verdict> startUp(const Case &run)
{
    const double loss = ratio(
        run.f.startUp * std::max<double>(run.f.workers, 1) + run.time(Cause::Starting), run.all);
    // Less than half of the time is what a short run costs anywhere.
    if (loss < 0.5 || isHandingOverAboveAll(run))
        return std::nullopt;
    return found(Finding::StartUp, loss,
        "Starting took " + textOf(Seconds(run.f.startUp))
            + " before the first input was handed out, and " + textOf(Share{loss})
            + " of all the workers' time; the work itself took " + textOf(Seconds(run.f.makespan))
            + ". More inputs in one run, or a lighter start (fewer imports), would pay; more "
              "workers "
              "would not.");
}

std::optional<Verdict> slowWorker(const Case &run)
{
    const std::vector<RunFigures::Pace> &paces = run.f.byWorker;
    if (paces.size() < 2)
        return std::nullopt;
    const RunFigures::Pace *slowest = nullptr;
    double slowestMean = 0;
    for (const RunFigures::Pace &pace : paces) {
        const double mean = ratio(pace.busy, static_cast<double>(pace.iterations));
        if (pace.iterations >= enoughIterations && mean > slowestMean) {
            slowest = &pace;
            slowestMean = mean;
        }
    }
    if (!slowest)
        return std::nullopt;
    double busy = 0;
    std::uint64_t iterations = 0;
    double nextMean = 0;
    for (const RunFigures::Pace &pace : paces) {
        if (&pace == slowest || pace.iterations < enoughIterations)
            continue;
        busy += pace.busy;
        iterations += pace.iterations;
        nextMean = std::max(nextMean, pace.busy / static_cast<double>(pace.iterations));
    }
    const double mean = ratio(busy, static_cast<double>(iterations));
    if (iterations == 0 || slowestMean < slowWorkerRatio * nextMean)
        return std::nullopt;
    const double lost = slowest->busy - static_cast<double>(slowest->iterations) * mean;
    const double loss = ratio(lost, run.all);
    if (loss < worthAWord)
        return std::nullopt;
    const double gain = run.present / (run.present - lost);
    Verdict verdict = found(Finding::SlowWorker, loss,
        "Worker " + std::to_string(slowest->which) + " took " + textOf(Seconds(slowestMean))
            + " for an input, the others " + textOf(Seconds(mean))
            + ". Were it as fast as they are, expect about " + textOf(Rate{run.rate * gain}) + " ("
            + textOf(Factor{gain}) + ").");
    verdict.gain = gain;
    verdict.rate = run.rate * gain;
    verdict.wouldTell = "what else runs on that worker's core or host, and which inputs it had";
    return verdict;
}

std::optional<Verdict> memoryBandwidth(const Case &run)
{
    const RunFigures::Pace *few = nullptr;
    const RunFigures::Pace *many = nullptr;
    for (const RunFigures::Pace &pace : run.f.bySize) {
        if (pace.iterations < enoughIterations || pace.which == 0)
            continue;
        if (!few)
            few = &pace;
        if (run.f.cores == 0 || pace.which <= run.f.cores)
            many = &pace;
    }
    if (!few || !many || few->which >= many->which
        || run.share(Cause::Preempted) + run.share(Cause::Throttled) + run.share(Cause::Waiting)
            >= worthAWord)
        return std::nullopt;
    const double alone = few->busy / static_cast<double>(few->iterations);
    const double together = many->busy / static_cast<double>(many->iterations);
    if (together < slowedBySize * alone)
        return std::nullopt;
    return found(Finding::MemoryBandwidth, 1 - alone / together,
        "An iteration took " + textOf(Seconds(alone)) + " with " + workersText(few->which) + " and "
            + textOf(Seconds(together)) + " with " + workersText(many->which)
            + ", though none waited for a core: they share memory bandwidth or caches, and more "
              "workers do not help.");
}

std::optional<Verdict> throttled(const Case &run)
{
    const double lost = run.time(Cause::Throttled) + run.throttledHandover();
    const double loss =
        std::max(hinderedShare(run, run.time(Cause::Throttled)), ratio(lost, run.all));
    if (loss < worthAWord)
        return std::nullopt;
    const double gain = 1 / (1 - std::min(ratio(lost, run.present), 0.9));
    Verdict verdict = found(Finding::Throttled, loss,
        "The CPU quota of the control group held workers back for "
            + textOf(Share{ratio(lost, run.present)})
            + " of their time. With a higher quota expect up to " + textOf(Rate{run.rate * gain})
            + " (" + textOf(Factor{gain}) + ").");
    verdict.gain = gain;
    verdict.rate = run.rate * gain;
    return verdict;
}

std::optional<Verdict> blocked(const Case &run)
{
    const auto gainWithout = [&](Cause cause) {
        return 1 / (1 - std::min(ratio(run.time(cause), run.present), 0.9));
    };
    const auto timeText = [&](Cause cause) {
        return textOf(Share{ratio(run.time(cause), run.present)});
    };
    std::optional<Verdict> worst;
    const auto consider = [&](Verdict verdict) {
        if (verdict.loss >= worthAWord && (!worst || verdict.loss > worst->loss))
            worst = std::move(verdict);
    };
    Verdict order = found(Finding::OrderBlocks, run.share(Cause::Order),
        "Workers stood still for " + timeText(Cause::Order)
            + " of their time: results are written in the order of inputs, one input took "
            + textOf(Seconds(run.f.longestIteration))
            + ", and there was no room for more that waited behind it.");
    if (order.loss >= worthAWord)
        advise(order, run, {{Change::Setting::Unordered}}, gainWithout(Cause::Order));
    consider(std::move(order));
    consider(found(Finding::ConsumerBlocks, run.share(Cause::Consumer),
        "Workers stood still for " + timeText(Cause::Consumer)
            + " of their time: results were not read or written as fast as they came."));
    consider(found(Finding::DiskBlocks, run.share(Cause::Disk),
        "Workers stood still for " + timeText(Cause::Disk)
            + " of their time, since there was no room on a disk."));
    consider(found(Finding::InputsAreSlow, run.share(Cause::Input),
        "Workers had nothing to do for " + timeText(Cause::Input)
            + " of their time: inputs come slower than they are worked off."));
    return worst;
}

std::optional<Verdict> failures(const Case &run)
{
    const double loss = run.share(Cause::Lost);
    if (loss < worthAWord)
        return std::nullopt;
    const double gain = 1 / (1 - std::min(ratio(run.time(Cause::Lost), run.present), 0.9));
    Verdict verdict = found(Finding::Failures, loss,
        "Workers ended and were replaced " + textOf(Count{run.f.restarts}, "time") + ", which took "
            + textOf(Share{ratio(run.time(Cause::Lost), run.present)}) + " of their time, and "
            + textOf(Count{run.f.failed}, "input") + " failed. Without that expect about "
            + textOf(Rate{run.rate * gain}) + " (" + textOf(Factor{gain}) + ").");
    verdict.gain = gain;
    verdict.rate = run.rate * gain;
    return verdict;
}

/// Of a run that was stopped, an input that hung says more than where the other workers' time went.
std::optional<Verdict> neverFinished(const Case &run)
{
    constexpr double leastTime = 1; // seconds
    constexpr double timesTheMean = 10;
    const RunFigures::Unfinished &last = run.f.unfinished;
    const double others = run.f.busy - last.duration;
    const double mean = ratio(others, static_cast<double>(run.f.iterations));
    if (last.count == 0 || last.duration < leastTime || last.duration < timesTheMean * mean)
        return std::nullopt;
    const std::string input = last.count == 1 ? "Input " + std::to_string(last.first)
                                              : "One of the inputs " + std::to_string(last.first)
            + " to " + std::to_string(last.first + last.count - 1);
    std::string text = input + " never finished (" + textOf(Seconds(last.duration)) + " on worker "
        + std::to_string(last.worker) + ").";
    if (run.f.iterations > 0)
        text += " The others took " + textOf(Seconds(mean)) + " each.";
    text += " With --timeout an input fails that takes too long.";
    return found(Finding::NeverFinished, std::min(ratio(last.duration, run.present), 1.0), text);
}

/// Advises copies if loading the task took each worker long or much memory.
void proposeCopies(Verdict &verdict, const Case &run)
{
    constexpr double noDifference = 0.05;
    const RunFigures &f = run.f;
    if (!f.couldBeCopies || f.workers < 2 || !areWorthSharing(f.starts))
        return;
    const auto lastReady = [&f](WorkerStart start) {
        return readyTimes(f.starts, start, f.workers, f.cores).back() / 1e9;
    };
    const double elapsed = f.startUp + f.makespan;
    const double saved = lastReady(WorkerStart::Spawn) - lastReady(WorkerStart::Fork);
    const double expected =
        std::clamp(elapsed - saved, std::min(f.starts.load / 1e9, elapsed), elapsed);
    verdict.text += " Each worker loaded the task itself, which took "
        + textOf(Seconds(f.starts.contendedLoad / 1e9)) + " and "
        + textOf(Bytes{static_cast<std::uint64_t>(f.starts.memory)})
        + ". With copies of a process that has loaded it, expect "
        + (expected < (1 - noDifference) * elapsed
                ? textOf(Seconds(expected)) + " instead of " + textOf(Seconds(elapsed))
                : "the same time")
        + " from start to end, and "
        + textOf(Bytes{static_cast<std::uint64_t>(memorySavedByCopies(f.starts, f.workers))})
        + " less memory.";
    const bool isOnlyAdvice = verdict.advice.empty(); // a gain so far then comes from no setting
    verdict.advice.push_back({Change::Setting::Start});
    if (isOnlyAdvice) {
        verdict.gain = ratio(elapsed, expected);
        verdict.rate = ratio(static_cast<double>(f.settled), expected);
        verdict.countsStartUp = true;
    }
}

Verdict nothingFinished()
{
    return found(Finding::Unknown, 0, "Nothing was finished, so nothing can be said.");
}

/// The verdict on a run of which only spans are known. No setting of this program applies to it.
Verdict ofSpansOnly(const Case &run)
{
    if (run.f.iterations == 0)
        return nothingFinished();
    const auto shareText = [&](double time) {
        return textOf(Share{ratio(time, run.present)});
    };
    const double idle = run.time(Cause::Idle);
    const double tail = run.time(Cause::Tail);
    const double worth = worthAWord * run.present;
    const std::string busy = workersText(run.f.workers) + (run.f.workers == 1 ? " was" : " were")
        + " busy for " + shareText(run.f.busy) + " of the time";
    const std::string inputs = " The longest of " + textOf(Count{run.f.iterations}, "iteration")
        + " took " + textOf(Seconds(run.f.longestIteration)) + ", the mean is "
        + textOf(Seconds(run.iteration)) + ". Whether they computed or waited was not recorded.";
    if (std::max(idle, tail) < worth)
        return found(Finding::NothingWrong, 0, busy + "." + inputs);
    if (idle >= tail)
        return found(Finding::WorkersIdle, ratio(idle, run.all),
            busy + ", and idle for " + shareText(idle)
                + " while inputs were still begun; why was not recorded." + inputs);
    std::string text =
        busy + ", and idle for " + shareText(tail) + " after the last input had begun." + inputs;
    const bool isOneLong = idle < worth && run.f.longestIteration >= longInput * run.iteration;
    if (isOneLong)
        text += " Put long inputs first, or split them.";
    return found(Finding::Tail, ratio(tail, run.all), text);
}

Verdict nothingFound(const Case &run)
{
    if (run.f.settled == 0)
        return nothingFinished();
    if (run.share(Cause::Unknown) >= tooMuchUnknown) {
        Verdict unknown = found(Finding::Unknown, run.share(Cause::Unknown),
            "What workers did for " + textOf(Share{ratio(run.time(Cause::Unknown), run.present)})
                + " of their time could not be measured.");
        unknown.wouldTell = run.f.startsPrograms
            ? "a run with as many workers as cores: programs then do not wait for one another"
            : "a longer run, or one that comes to its end";
        unknown.text += " What would tell: " + unknown.wouldTell + ".";
        return unknown;
    }
    const double busy = ratio(run.f.busy, run.present);
    Verdict verdict = found(Finding::NothingWrong, 0,
        workersText(run.f.workers) + " computed for " + textOf(Share{busy})
            + " of the time; nothing else took as much as " + textOf(Share{worthAWord}) + ".");
    if (run.f.workers > 1 && run.f.bySize.size() < 2)
        verdict.wouldTell =
            "a run with one worker would tell whether iterations take longer side by side";
    if (run.f.cores > run.f.workers && run.f.settled > run.f.cores)
        advise(verdict, run, {{Change::Setting::Workers, run.f.cores}},
            ratio(run.f.cores, run.f.workers));
    return verdict;
}

} // namespace

std::string_view findingName(Finding finding)
{
    return findingNames[static_cast<std::size_t>(finding)];
}

std::string changeText(const Change &change)
{
    const std::string number = change.number ? std::to_string(*change.number) : "auto";
    switch (change.setting) {
    case Change::Setting::Chunk:
        return "--chunk " + number;
    case Change::Setting::Window:
        return "--window " + number;
    case Change::Setting::Workers:
        return "-j " + number;
    case Change::Setting::Environment:
        return change.name + "=" + change.text;
    case Change::Setting::Unordered:
        return "--unordered";
    case Change::Setting::Start:
        return "--start fork";
    }
    return {};
}

RunSpec changed(const RunSpec &spec, const std::vector<Change> &changes)
{
    RunSpec result = spec;
    for (const Change &change : changes) {
        if (change.setting == Change::Setting::Chunk)
            result.pool.chunk = change.number;
        else if (change.setting == Change::Setting::Window)
            result.pool.window = change.number;
        else if (change.setting == Change::Setting::Start)
            result.pool.start = WorkerStart::Fork;
        else if (change.setting == Change::Setting::Workers && change.number)
            result.pool.workers = static_cast<std::uint32_t>(*change.number);
        else if (change.setting == Change::Setting::Workers)
            result.pool.workers.reset();
    }
    return result;
}

RunFigures figuresOf(const Accounting &accounting, const RunSpec &spec, const Timeline &timeline,
    const RunConditions &conditions)
{
    RunFigures figures;
    figures.workers = static_cast<std::uint32_t>(accounting.workers.size());
    figures.cores = conditions.cores;
    figures.chunk = spec.pool.chunk;
    figures.window = spec.pool.window;
    figures.startsPrograms = conditions.startsPrograms;
    figures.hasSpansOnly = conditions.hasSpansOnly;
    figures.makespan = seconds(accounting.makespan());
    figures.startUp = seconds(accounting.startUp);
    figures.times = accounting.times;
    figures.settled = timeline.settled();
    figures.failed = timeline.failed();
    figures.coordinatorBusy = seconds(accounting.coordinator.busy);
    figures.throttled = seconds(accounting.coordinator.throttled);
    for (const WorkerAccounting &worker : accounting.workers) {
        figures.iterations += worker.iterations;
        figures.chunks += worker.chunks;
        figures.busy += seconds(worker.busy);
        figures.workersCpu += seconds(worker.cpu);
        figures.longestIteration =
            std::max(figures.longestIteration, seconds(worker.longestIteration));
        figures.longestChunk = std::max(figures.longestChunk, seconds(worker.longestChunk));
        figures.restarts += worker.restarts;
        figures.threads = std::max(figures.threads, worker.threads);
        figures.threadRunQueue += seconds(worker.threadRunQueue);
        // One long input does not make a slow worker.
        const bool several = worker.iterations > 1;
        figures.byWorker.push_back({worker.id, worker.iterations - (several ? 1 : 0),
            seconds(worker.busy - (several ? worker.longestIteration : 0))});
    }
    for (std::size_t i = 0; timeline.stopped() > 0 && i < timeline.workerCount(); ++i) {
        const OpenSpan open = timeline.worker(i).openSpan();
        if (seconds(open.duration()) > figures.unfinished.duration)
            figures.unfinished = {
                open.first, open.count, timeline.worker(i).id(), seconds(open.duration())};
    }
    figures.starts = startCostsOf(timeline, conditions.cores);
    figures.couldBeCopies = traitsOf(spec.task).runsPython && spec.pool.start == WorkerStart::Spawn
        && figures.starts.areKnown();
    for (const auto &[workers, size] : accounting.sizes)
        figures.bySize.push_back({workers, size.iterations, seconds(size.busy)});
    return figures;
}

namespace {

/// The verdict without advice on copies.
Verdict causeOf(const Case &run)
{
    const RunFigures &figures = run.f;
    if (figures.hasSpansOnly)
        return ofSpansOnly(run);
    if (auto verdict = neverFinished(run))
        return *verdict;
    if (figures.settled == 0 || figures.makespan <= 0)
        return nothingFound(run);
    // A cause that another one brings about comes before that: of two with the same loss it is
    // told.
    std::optional<Verdict> worst;
    for (const auto decide : {startUp, failures, throttled, slowWorker, memoryBandwidth, blocked,
             tail, preempted, handingOver, waiting}) {
        // Why one worker is slower says more than that it waits.
        if (decide == waiting && worst && worst->finding == Finding::SlowWorker)
            continue;
        auto verdict = decide(run);
        if (verdict && (!worst || verdict->loss > worst->loss))
            worst = std::move(verdict);
    }
    return worst ? *worst : nothingFound(run);
}

} // namespace

Verdict verdictOf(const RunFigures &figures)
{
    const Case run(figures);
    Verdict verdict = causeOf(run);
    if (!figures.hasSpansOnly && figures.settled > 0)
        proposeCopies(verdict, run);
    return verdict;
}

Analysis analyse(const RunRecord &record, std::uint32_t cores)
{
    const RunConditions conditions = conditionsOf(record, cores);
    Analysis analysis{accountingOf(record.timeline, conditions), {}};
    analysis.verdict =
        verdictOf(figuresOf(analysis.accounting, record.spec, record.timeline, conditions));
    return analysis;
}

} // namespace poolscope
