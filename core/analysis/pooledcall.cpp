// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/pooledcall.h"

#include "analysis/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace poolscope {

namespace {

using namespace std::chrono_literals;

// The time of the probes before and after a chunk.
constexpr Duration probe = 0.3us;
// Shorter inputs run several times as fast in a large chunk as in a chunk of their own, thanks to
// caches and branch predictors.
constexpr Duration quick = 5us;
constexpr double warm = 0.15; // share of the time of such an input in a chunk of its own
constexpr Duration shortestIteration = 0.03us;
// Inputs of at least this size cost more by their contents than by the message.
constexpr double manyBytes = 1024;
constexpr double bytesPerNanosecond = 4; // through a pipe, at most
// The order of results is not computed for more spans than these, since that takes too long.
constexpr std::size_t mostSpansVisited = 2'000'000;

enum class Costs { Shortest, Longest };

struct Stage {
    Duration perChunk{};
    Duration perInput{};
    Duration total(double inputs, double chunks) const
    {
        return perChunk * chunks + perInput * inputs;
    }
};

double numberOf(std::uint64_t count)
{
    return static_cast<double>(std::max<std::uint64_t>(count, 1));
}

Duration meanTime(std::uint64_t sum, std::uint64_t count)
{
    return Duration(sum) / numberOf(count);
}

/// Returns the time for pickling an input and unpickling its result, or the reverse. An object of
/// many parts takes longer than a single one of the same size.
Duration picklingOf(const PooledCall &call, Costs costs)
{
    constexpr double framesBytes = 75; // of a message and its answer with a number each
    const bool isShortest = costs == Costs::Shortest;
    const PooledCall::ChunkCosts &c = call.costs;
    const double bytes = std::clamp(
        (c.bytesOut - call.functionBytes + c.bytesBack - framesBytes) / numberOf(call.chunk), 0.0,
        manyBytes);
    const Duration ofBytes = bytes * (isShortest ? Duration(1) : Duration(20));
    if (call.picklesSlowly)
        return ofBytes + (isShortest ? Duration(0.4us) : Duration(0.8us));
    return ofBytes + (isShortest ? Duration(0.01us) : Duration(0.15us));
}

bool hasLargeInputs(const PooledCall &call)
{
    return (call.costs.bytesOut - call.functionBytes) / numberOf(call.chunk) >= manyBytes;
}

bool hasLargeResults(const PooledCall &call)
{
    return call.costs.bytesBack / numberOf(call.chunk) >= manyBytes;
}

Duration loopPerInput(const PooledCall &call, Costs costs)
{
    if (call.consumed == 0)
        return costs == Costs::Shortest ? Duration(0.02us) : Duration(0.1us);
    const Duration used = call.loopUsed / numberOf(call.consumed);
    if (used >= quick)
        return used;
    return costs == Costs::Shortest ? 0.3 * used : used + Duration(0.2us);
}

/// Returns the part of the parent's cost of an input that does not depend on chunks.
Duration parentPerInput(const PooledCall &call, Costs costs)
{
    const bool isShortest = costs == Costs::Shortest;
    const PooledCall::ChunkCosts &c = call.costs;
    Duration time = loopPerInput(call, costs) + picklingOf(call, costs);
    if (hasLargeInputs(call)) {
        const Duration written = std::min(c.writing, Duration(c.bytesOut / bytesPerNanosecond));
        time += call.perInput(std::max(c.pickling - call.functionPickling, Duration())
            + (isShortest ? written : c.writing));
    }
    if (hasLargeResults(call))
        time += call.perInput(c.unpicklingResults) * (isShortest ? 0.7 : 1.0);
    return time;
}

/// Returns the worker time in which there was work.
Duration workerTime(const PooledCall &call)
{
    const CauseTimes &t = call.times;
    return Duration(
        t.sum() - (t[Cause::Starting] + t[Cause::Absent] + t[Cause::Tail] + t[Cause::Paused]));
}

/// Returns whether workers mostly waited for messages.
bool isDispatchBound(const PooledCall &call)
{
    return call.busy < workerTime(call) / 2;
}

/// Returns the mean time from one chunk of the pool to the next.
Duration wallPerChunk(const PooledCall &call)
{
    return (call.elapsed - call.firstBegun) / numberOf(call.chunks);
}

Stage parentOf(const PooledCall &call, Costs costs)
{
    const PooledCall::ChunkCosts &c = call.costs;
    Stage stage;
    stage.perInput = parentPerInput(call, costs);
    Duration least = c.pickling + c.unpicklingResults;
    if (hasLargeInputs(call))
        least = std::min(c.pickling, call.functionPickling);
    else if (hasLargeResults(call))
        least = c.pickling;
    const Duration ofInputs = stage.perInput * numberOf(call.chunk);
    const Duration wall = wallPerChunk(call);
    const Duration cpu = call.parentCpu / numberOf(call.chunks);
    if (costs == Costs::Shortest)
        stage.perChunk = std::min(
            isDispatchBound(call) ? std::max(least, 0.45 * (wall - ofInputs)) : least, wall);
    else if (isDispatchBound(call))
        stage.perChunk = std::max(wall - ofInputs, 0.5 * wall);
    else
        stage.perChunk = std::min(std::max(least + 10us, cpu), wall);
    return stage;
}

Duration computingOf(const PooledCall &call, Costs costs)
{
    const Duration alone = call.computing();
    const bool isQuickAlone = call.chunk == 1 && alone < quick;
    if (costs == Costs::Longest) // other programs use the cores as before
        return std::max(call.iteration() - call.waiting(), alone);
    return std::max((isQuickAlone ? warm : 1.0) * alone, shortestIteration);
}

/// Returns a worker's cost of a chunk besides the iterations. The time outside iterations limits
/// the measured cost, since the timed chunks may have had long waits.
Duration workerPerChunk(const PooledCall &call, Costs costs)
{
    const PooledCall::ChunkCosts &c = call.costs;
    const Duration free =
        std::max(workerTime(call) - call.busy, Duration()) / numberOf(call.chunks);
    const Duration waited = Duration(call.times[Cause::Coordinator]) / numberOf(call.chunks);
    const Duration quickly = c.unpickling + c.picklingResults + std::min(c.sending, Duration(10us));
    if (costs == Costs::Shortest)
        return std::min({quickly, 0.5 * (free - 0.5 * waited), 0.5 * wallPerChunk(call)});
    return isDispatchBound(call) ? free - 0.5 * waited
                                 : std::min(c.unpickling + c.picklingResults + c.sending, free);
}

Stage workerOf(const PooledCall &call, Costs costs)
{
    const PooledCall::ChunkCosts &c = call.costs;
    Stage stage;
    stage.perChunk = workerPerChunk(call, costs);
    const Duration in = hasLargeInputs(call) ? c.unpickling : Duration();
    const Duration out = hasLargeResults(call) ? c.picklingResults
            + (costs == Costs::Shortest ? Duration(c.bytesBack / bytesPerNanosecond) : c.sending)
                                               : Duration();
    const Duration contents = std::min(in + out, stage.perChunk);
    stage.perChunk -= contents;
    stage.perInput = computingOf(call, costs) + picklingOf(call, costs) + call.perInput(contents);
    return stage;
}

/// Returns the time until the first input begins, longer if there are more processes.
Duration startOf(const PooledCall &call, const CallSettings &settings, Costs costs)
{
    const double more = settings.processes > call.processes
        ? static_cast<double>(settings.processes - call.processes)
        : 0;
    const bool isShortest = costs == Costs::Shortest;
    const double shortest = call.isForked ? 0.1 : 0.6; // the start may have waited for a core
    return call.firstBegun * (isShortest ? shortest : 1.2) + more * (isShortest ? 0.3ms : 3.0ms);
}

Duration elapsedWith(const PooledCall &call, const CallSettings &settings, Costs costs)
{
    const bool isShortest = costs == Costs::Shortest;
    const Stage parent = parentOf(call, costs);
    const Stage worker = workerOf(call, costs);
    const double inputs = numberOf(call.inputs);
    const double chunk = std::min(numberOf(settings.chunk), inputs);
    const double chunks = std::ceil(inputs / chunk);
    const double processes = std::max(settings.processes, 1U);
    const Duration ofParent = parent.total(inputs, chunks);
    const Duration ofWorkers = worker.total(inputs, chunks);
    const Duration waited = call.waiting() * inputs;
    // The inputs of the worker with the most chunks.
    const double most = std::min(std::ceil(chunks / processes) * chunk, inputs);
    const double cores = call.cores > 0 ? call.cores : processes + 1;
    const double crowded = isShortest ? 1 : std::max(processes / cores, 1.0);
    const Duration busiest = (ofWorkers * crowded + waited) * (most / inputs);
    const Duration onCores = (parentOf(call, Costs::Shortest).total(inputs, chunks)
                                 + workerOf(call, Costs::Shortest).total(inputs, chunks))
        / cores;
    Duration longest = std::max({ofParent, busiest, onCores});
    // An input that took much longer than the mean may have waited for a core in this run.
    constexpr double timesTheMean = 100;
    const Duration longInput =
        std::min(call.longestIteration, timesTheMean * (call.computing() + call.waiting()));
    longest = std::max(longest, longInput);
    if (!isShortest)
        longest += (parent.perInput + worker.perInput) * chunk; // a chunk, while nothing else runs
    constexpr double shortest = 0.9;
    const double longer = isDispatchBound(call) ? 1.35 : 1.1;
    return startOf(call, settings, costs) + longest * (isShortest ? shortest : longer);
}

} // namespace

bool PooledCall::takesChunks() const
{
    constexpr std::array<std::string_view, 6> methods{
        "map", "map_async", "imap", "imap_unordered", "starmap", "starmap_async"};
    return !hasThreads && std::find(methods.begin(), methods.end(), method) != methods.end();
}

bool PooledCall::isInOrder() const
{
    return method == "imap" || (method == "map" && consumed > 0);
}

Duration PooledCall::iteration() const
{
    return busy / numberOf(inputs);
}

Duration PooledCall::computing() const
{
    const Duration others(
        times[Cause::Preempted] + times[Cause::Throttled] + times[Cause::Waiting]);
    const Duration each = std::max(busy - others, Duration()) / numberOf(inputs);
    const Duration probes = hasCosts ? probe / numberOf(chunk) : Duration();
    return each > 2 * probes ? each - probes : each / 2;
}

Duration PooledCall::waiting() const
{
    return Duration(times[Cause::Waiting]) / numberOf(inputs);
}

bool PooledCall::hasParentCpu() const
{
    constexpr Duration shortest = 200ms;
    return parentCpu > Duration() && makespan >= shortest;
}

bool PooledCall::waitsForInterpreter() const
{
    constexpr double severalThreads = 1.5; // running at a time, on average
    constexpr double oneCore = 0.5; // other programs may use the rest of it
    constexpr double moreCores = 1.25;
    const double cores = ratio(parentCpu, makespan);
    return hasThreads && hasParentCpu() && ratio(busy, makespan) >= severalThreads
        && cores >= oneCore && cores <= moreCores;
}

Duration PooledCall::noPool() const
{
    if (hasThreads)
        return waitsForInterpreter() ? std::min(parentCpu, busy) : busy;
    return (computing() + waiting()) * numberOf(inputs);
}

double PooledCall::rate() const
{
    return ratio(static_cast<double>(inputs), inSeconds(elapsed));
}

namespace {

void addCosts(PooledCall &call, const CallCost &cost)
{
    PooledCall::ChunkCosts &each = call.costs;
    each.pickling = meanTime(cost.pickling, cost.chunks);
    each.writing = meanTime(cost.writing, cost.chunks);
    each.unpicklingResults = meanTime(cost.unpicklingResults, cost.results);
    each.bytesOut = static_cast<double>(cost.bytesOut) / numberOf(cost.chunks);
    each.bytesBack = static_cast<double>(cost.bytesBack) / numberOf(cost.results);
    each.unpickling = meanTime(cost.unpickling, cost.tasks);
    each.picklingResults = meanTime(cost.picklingResults, cost.tasks);
    each.sending = meanTime(cost.sending, cost.tasks);
    call.hasCosts = cost.chunks > 0 && cost.tasks > 0;
    call.functionBytes = static_cast<double>(cost.functionBytes);
    call.functionPickling = std::min(Duration(cost.functionPickling), each.pickling);
    call.functionIsByValue = cost.functionIsByValue != 0;
    call.consumed = cost.consumed;
    call.loopWaited = Duration(cost.loopWaited);
    call.loopUsed = Duration(cost.loopUsed);
}

/// Returns the number of spans.
std::size_t addLanes(PooledCall &call, const RunRecord &record, const Accounting &accounting)
{
    std::size_t spans = 0;
    std::uint64_t first = accounting.end;
    for (std::size_t i = 0; i < record.timeline.workerCount(); ++i) {
        const Lane &lane = record.timeline.worker(i).lane();
        spans += lane.size();
        if (lane.size() > 0)
            first = std::min(first, lane.span(0).begin);
    }
    call.firstBegun = Duration(first - std::min(first, accounting.begin));
    for (const WorkerAccounting &worker : accounting.workers) {
        call.chunks += worker.chunks;
        call.longestIteration = std::max(call.longestIteration, Duration(worker.longestIteration));
        call.longestChunk = std::max(call.longestChunk, Duration(worker.longestChunk));
        call.threads = std::max(call.threads, worker.threads);
        call.threadRunQueue += Duration(worker.threadRunQueue);
    }
    return spans;
}

} // namespace

PooledCall pooledCallOf(const RunRecord &record, const Accounting &accounting, std::uint32_t cores)
{
    PooledCall call;
    const auto *watched = std::get_if<WatchedCall>(&record.origin);
    if (!watched)
        return call;
    call.place = placeInCode(*watched);
    call.pool = watched->pool;
    call.method = watched->method;
    call.function = watched->function;
    call.hasThreads = watched->startMethod == "thread";
    call.isForked = watched->startMethod == "fork";
    call.picklesSlowly = watched->pool.starts_with("multiprocess.");
    call.processes =
        std::max(watched->processes, static_cast<std::uint32_t>(accounting.workers.size()));
    call.cores = cores;
    call.inputs = record.timeline.settled();
    call.failed = record.timeline.failed();
    call.chunk = std::max<std::uint64_t>(watched->chunk, 1);
    call.makespan = Duration(accounting.makespan());
    call.times = accounting.times;
    call.busy = Duration(accounting.busy());
    call.parentCpu = Duration(accounting.coordinator.cpu);
    addCosts(call, watched->cost);
    call.elapsed = std::max(call.makespan, call.loopWaited + call.loopUsed);
    const std::size_t spans = addLanes(call, record, accounting);
    if (call.isInOrder() && spans <= mostSpansVisited) {
        if (const auto held = heldBackOf(record)) {
            call.mostHeldBack = held->mostValues;
            call.meanHeldBack = Duration(held->meanTime);
        }
    }
    return call;
}

double ExpectedRate::middle() const
{
    return std::sqrt(low * high);
}

ExpectedRate expectedRate(const PooledCall &call, const CallSettings &settings)
{
    const double inputs = numberOf(call.inputs);
    const auto rateWith = [&](Costs costs) {
        return ratio(inputs, inSeconds(elapsedWith(call, settings, costs)));
    };
    ExpectedRate rate{rateWith(Costs::Longest), rateWith(Costs::Shortest)};
    constexpr double spread = 0.15; // two runs with the same settings differ by as much
    const double before = call.rate();
    const double processes = ratio(settings.processes, std::max(call.processes, 1U));
    if (processes == 1 && settings.chunk == call.chunk)
        return {before * (1 - spread), before * (1 + spread)};
    // Workers that compute may lose time to other programs, which larger chunks do not change.
    if (processes == 1 && !isDispatchBound(call))
        rate.low = std::min(rate.low, before * (1 - spread));
    // If messages are the bottleneck, processes slow each other down or wait for the parent.
    if (processes != 1 && settings.chunk == call.chunk && isDispatchBound(call)) {
        constexpr double mostGain = 1.75;
        rate.low = std::min(rate.low, before * std::min(processes, 1 - 2 * spread));
        rate.high = std::min(rate.high, before * mostGain);
    }
    return {std::min(rate.low, rate.high), std::max(rate.low, rate.high)};
}

std::uint64_t bestChunk(const PooledCall &call)
{
    constexpr std::uint64_t chunksForEach = 8;
    constexpr double nearlyBest = 0.75;
    constexpr std::uint64_t largest = 4096;
    const std::uint64_t most = std::clamp<std::uint64_t>(
        call.inputs / (chunksForEach * std::max(call.processes, 1U)), 1, largest);
    const auto rateOf = [&](std::uint64_t chunk) {
        return expectedRate(call, {chunk, call.processes}).middle();
    };
    double best = 0;
    for (std::uint64_t chunk = 1; chunk <= most; chunk *= 2)
        best = std::max(best, rateOf(chunk));
    std::uint64_t chunk = 1;
    while (chunk * 2 <= most && rateOf(chunk) < nearlyBest * best)
        chunk *= 2;
    return chunk;
}

} // namespace poolscope
