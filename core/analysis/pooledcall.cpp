// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/pooledcall.h"

#include "analysis/statistics.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace poolscope {

namespace {

using namespace std::chrono_literals;

// The time of the probes before and after a chunk.
constexpr Duration probe = 0.3us;
// The order of results is not computed for more spans than these, since that takes too long.
constexpr std::size_t mostSpansVisited = 2'000'000;

Duration meanTime(std::uint64_t sum, std::uint64_t count)
{
    return Duration(sum) / divisor(count);
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
    return busy / divisor(inputs);
}

Duration PooledCall::computing() const
{
    const Duration others(
        times[Cause::Preempted] + times[Cause::Throttled] + times[Cause::Waiting]);
    const Duration each = std::max(busy - others, Duration()) / divisor(inputs);
    const Duration probes = hasCosts ? probe / divisor(chunk) : Duration();
    return each > 2 * probes ? each - probes : each / 2;
}

Duration PooledCall::waiting() const
{
    return Duration(times[Cause::Waiting]) / divisor(inputs);
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
    return (computing() + waiting()) * divisor(inputs);
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
    each.bytesOut = static_cast<double>(cost.bytesOut) / divisor(cost.chunks);
    each.bytesBack = static_cast<double>(cost.bytesBack) / divisor(cost.results);
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

std::vector<CallChange> changesOf(const PooledCall &call, std::optional<std::uint64_t> chunk,
    std::optional<std::uint32_t> processes)
{
    std::vector<CallChange> changes;
    if (chunk)
        changes.push_back({"chunksize", *chunk, call.place});
    if (processes)
        changes.push_back({"processes", *processes, call.poolPlace});
    return changes;
}

PooledCall pooledCallOf(const RunRecord &record, const Accounting &accounting, std::uint32_t cores)
{
    PooledCall call;
    const auto *watched = std::get_if<WatchedCall>(&record.origin);
    if (!watched)
        return call;
    call.place = placeInCode(*watched);
    call.poolPlace = placeOfPool(*watched);
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
    call.chunk =
        std::clamp<std::uint64_t>(watched->chunk, 1, std::max<std::uint64_t>(call.inputs, 1));
    call.makespan = Duration(accounting.makespan());
    call.times = accounting.times;
    call.busy = Duration(accounting.busy());
    call.parentCpu = Duration(accounting.coordinator.cpu);
    addCosts(call, watched->cost);
    call.elapsed = std::max(call.makespan, call.loopWaited + call.loopUsed);
    const std::size_t spans = addLanes(call, record, accounting);
    // Batches of joblib grow; the call knows the first of them.
    if (call.method == "Parallel" && call.chunks > 0 && watched->cost.lostInputs == 0)
        call.chunk = std::max<std::uint64_t>(call.inputs / call.chunks, 1);
    if (call.isInOrder() && spans <= mostSpansVisited) {
        if (const auto held = heldBackOf(record)) {
            call.mostHeldBack = held->mostValues;
            call.meanHeldBack = Duration(held->meanTime);
        }
    }
    return call;
}

} // namespace poolscope
