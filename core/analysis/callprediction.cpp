// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/callprediction.h"

#include "analysis/statistics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <tuple>
#include <vector>

namespace poolscope {

namespace {

using namespace std::chrono_literals;

// Shorter inputs run several times as fast in a large chunk as in a chunk of their own, thanks to
// caches and branch predictors.
constexpr Duration quick = 5us;
constexpr double warm = 0.15; // share of the time of such an input in a chunk of its own
constexpr Duration shortestIteration = 0.03us;
// Inputs of at least this size cost more by their contents than by the message.
constexpr double manyBytes = 1024;
constexpr double bytesPerNanosecond = 4; // through a pipe, at most

enum class Costs { Shortest, Longest };

struct Stage {
    Duration perChunk{};
    Duration perInput{};
    Duration total(double inputs, double chunks) const
    {
        return perChunk * chunks + perInput * inputs;
    }
};

struct WorkerStage : Stage {
    Duration computing{}; ///< of an input, a part of perInput
    Duration waiting{}; ///< of an input, besides perInput
    double crowded = 1; ///< how many times as long all but waiting takes for want of cores
};

/// Returns the time for pickling an input and unpickling its result, or the reverse. An object of
/// many parts takes longer than a single one of the same size.
Duration picklingOf(const PooledCall &call, Costs costs)
{
    constexpr double framesBytes = 75; // of a message and its answer with a number each
    const bool isShortest = costs == Costs::Shortest;
    const PooledCall::ChunkCosts &c = call.costs;
    const double bytes = std::clamp(
        (c.bytesOut - call.functionBytes + c.bytesBack - framesBytes) / divisor(call.chunk), 0.0,
        manyBytes);
    const Duration ofBytes = bytes * (isShortest ? Duration(1) : Duration(20));
    if (call.picklesSlowly)
        return ofBytes + (isShortest ? Duration(0.4us) : Duration(0.8us));
    return ofBytes + (isShortest ? Duration(0.01us) : Duration(0.15us));
}

bool hasLargeInputs(const PooledCall &call)
{
    return (call.costs.bytesOut - call.functionBytes) / divisor(call.chunk) >= manyBytes;
}

bool hasLargeResults(const PooledCall &call)
{
    return call.costs.bytesBack / divisor(call.chunk) >= manyBytes;
}

Duration loopPerInput(const PooledCall &call, Costs costs)
{
    if (call.consumed == 0)
        return costs == Costs::Shortest ? Duration(0.02us) : Duration(0.1us);
    const Duration used = call.loopUsed / divisor(call.consumed);
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
    return (call.elapsed - call.firstBegun) / divisor(call.chunks);
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
    const Duration ofInputs = stage.perInput * divisor(call.chunk);
    const Duration wall = wallPerChunk(call);
    const Duration cpu = call.parentCpu / divisor(call.chunks);
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
    const Duration free = std::max(workerTime(call) - call.busy, Duration()) / divisor(call.chunks);
    const Duration waited = Duration(call.times[Cause::Coordinator]) / divisor(call.chunks);
    const Duration quickly = c.unpickling + c.picklingResults + std::min(c.sending, Duration(10us));
    if (costs == Costs::Shortest)
        return std::min({quickly, 0.5 * (free - 0.5 * waited), 0.5 * wallPerChunk(call)});
    return isDispatchBound(call) ? free - 0.5 * waited
                                 : std::min(c.unpickling + c.picklingResults + c.sending, free);
}

WorkerStage workerOf(const PooledCall &call, Costs costs)
{
    const PooledCall::ChunkCosts &c = call.costs;
    WorkerStage stage;
    stage.perChunk = workerPerChunk(call, costs);
    const Duration in = hasLargeInputs(call) ? c.unpickling : Duration();
    const Duration out = hasLargeResults(call) ? c.picklingResults
            + (costs == Costs::Shortest ? Duration(c.bytesBack / bytesPerNanosecond) : c.sending)
                                               : Duration();
    const Duration contents = std::min(in + out, stage.perChunk);
    stage.perChunk -= contents;
    stage.computing = computingOf(call, costs);
    stage.waiting = call.waiting();
    stage.perInput = stage.computing + picklingOf(call, costs) + call.perInput(contents);
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

/// Returns the time of the longest input, some of which may have been a wait for a core.
Duration longestInput(const PooledCall &call, Costs costs)
{
    if (costs == Costs::Longest)
        return call.longestIteration;
    constexpr double timesTheMean = 100;
    const Duration usual = timesTheMean * (call.computing() + call.waiting());
    const Duration preempted(call.times[Cause::Preempted]);
    return std::min(call.longestIteration, std::max(usual, call.longestIteration - preempted));
}

/// Returns the time for which the busiest worker has work.
using TimeOfBusiest = std::function<Duration(const WorkerStage &worker, Costs costs)>;

Duration elapsedWith(const PooledCall &call, const CallSettings &settings, Costs costs,
    const TimeOfBusiest &timeOfBusiest)
{
    const bool isShortest = costs == Costs::Shortest;
    const Stage parent = parentOf(call, costs);
    WorkerStage worker = workerOf(call, costs);
    const double inputs = divisor(call.inputs);
    const double chunk = std::min(divisor(settings.chunk), inputs);
    const double chunks = std::ceil(inputs / chunk);
    const double processes = std::max(settings.processes, 1U);
    const double cores = call.cores > 0 ? call.cores : processes + 1;
    worker.crowded = isShortest ? 1 : std::max(processes / cores, 1.0);
    const Duration onCores = (parentOf(call, Costs::Shortest).total(inputs, chunks)
                                 + workerOf(call, Costs::Shortest).total(inputs, chunks))
        / cores;
    Duration longest = std::max({parent.total(inputs, chunks), timeOfBusiest(worker, costs),
        onCores, longestInput(call, costs)});
    if (!isShortest)
        longest += (parent.perInput + worker.perInput) * chunk; // a chunk, while nothing else runs
    constexpr double shortest = 0.9;
    const double longer = isDispatchBound(call) ? 1.35 : 1.1;
    return startOf(call, settings, costs) + longest * (isShortest ? shortest : longer);
}

ExpectedRate rateWith(
    const PooledCall &call, const CallSettings &settings, const TimeOfBusiest &timeOfBusiest)
{
    const double inputs = divisor(call.inputs);
    const auto rateOf = [&](Costs costs) {
        return ratio(inputs, inSeconds(elapsedWith(call, settings, costs, timeOfBusiest)));
    };
    ExpectedRate rate{rateOf(Costs::Longest), rateOf(Costs::Shortest)};
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

/// Calls visit(indices, time) for each chunk, in the order of inputs, unless it is stopped.
template <typename Visit>
void forEachChunk(const std::vector<InputGroup> &groups, std::uint64_t chunk,
    const std::stop_token &stop, Visit visit)
{
    IndexRange indices;
    Duration time{};
    for (const InputGroup &group : groups) {
        if (stop.stop_requested())
            return;
        for (std::uint64_t left = group.count; left > 0;) {
            if (indices.count == 0)
                indices.first = group.indices().end() - left;
            const std::uint64_t taken = std::min(left, chunk - indices.count);
            time += Duration(group.ofEach()) * static_cast<double>(taken);
            indices.count += taken;
            left -= taken;
            if (indices.count == chunk) {
                visit(indices, time);
                indices.count = 0;
                time = Duration();
            }
        }
    }
    if (indices.count > 0)
        visit(indices, time);
}

/// The workers of a pool, and when each becomes free.
class FreeWorkers {
public:
    struct Free {
        Duration time;
        std::size_t worker;
        bool operator>(const Free &other) const
        {
            return std::tie(time, worker) > std::tie(other.time, other.worker);
        }
    };

    explicit FreeWorkers(std::size_t count)
    {
        for (std::size_t worker = 0; worker < count; ++worker)
            m_workers.push({Duration(), worker});
    }
    Free takeFirst()
    {
        const Free first = m_workers.top();
        m_workers.pop();
        return first;
    }
    void add(const Free &worker) { m_workers.push(worker); }

private:
    std::priority_queue<Free, std::vector<Free>, std::greater<>> m_workers;
};

/// Replays the work of a call with other settings.
class CallReplay {
public:
    CallReplay(const PooledCall &call, const RecordedWork &work, const CallSettings &settings,
        const std::stop_token &stop)
        : m_call(call)
        , m_work(work)
        , m_stop(stop)
        , m_unrecorded(ratio(divisor(call.inputs), divisor(work.inputs)))
        , m_chunk(std::max<std::uint64_t>(settings.chunk, 1))
        , m_processes(std::max(settings.processes, 1U))
    {
    }

    std::uint64_t chunks() const { return (m_work.inputs + m_chunk - 1) / m_chunk; }

    /// Returns the time of the worker that is busy for longest.
    Duration timeOfBusiest(const WorkerStage &stage, Costs costs) const
    {
        const Duration longest = longestInput(m_call, costs);
        FreeWorkers workers(m_processes);
        Duration last{};
        forEachChunk(m_work.groups, m_chunk, m_stop, [&](IndexRange indices, Duration recorded) {
            auto free = workers.takeFirst();
            free.time += timeOf(stage, indices.count, std::min(recorded, longest * indices.count));
            last = std::max(last, free.time);
            workers.add(free);
        });
        return last;
    }

    /// Returns the lanes of a call that takes `elapsed`.
    std::vector<std::unique_ptr<Lane>> lanes(Duration elapsed) const
    {
        const Stage parent = parentOf(m_call, Costs::Longest);
        const WorkerStage stage = workerOf(m_call, Costs::Longest);
        std::vector<std::vector<Span>> spans(m_processes);
        FreeWorkers workers(m_processes);
        Duration sent{};
        Duration last = 1ns;
        forEachChunk(m_work.groups, m_chunk, m_stop, [&](IndexRange indices, Duration recorded) {
            sent += parent.total(static_cast<double>(indices.count), 1) * m_unrecorded;
            auto free = workers.takeFirst();
            const Duration begin = std::max(free.time, sent);
            free.time = begin + timeOf(stage, indices.count, recorded);
            last = std::max(last, free.time);
            const Duration computing = computingOf(stage, recorded);
            spans[free.worker].push_back({inNanoseconds(free.time - computing),
                inNanoseconds(computing), indices.first, indices.count});
            workers.add(free);
        });
        return lanesOf(spans, elapsed / last);
    }

private:
    static std::uint64_t inNanoseconds(Duration time)
    {
        return static_cast<std::uint64_t>(std::max(time.count(), 0.0));
    }
    static std::vector<std::unique_ptr<Lane>> lanesOf(
        const std::vector<std::vector<Span>> &spans, double scale)
    {
        const auto scaled = [scale](std::uint64_t time) {
            return static_cast<std::uint64_t>(static_cast<double>(time) * scale);
        };
        std::vector<std::unique_ptr<Lane>> lanes;
        for (const std::vector<Span> &ofWorker : spans) {
            lanes.push_back(std::make_unique<Lane>());
            for (const Span &span : ofWorker)
                lanes.back()->append(
                    {scaled(span.begin), scaled(span.duration), span.first, span.count});
        }
        return lanes;
    }
    /// Returns the time within the iterations of a chunk, in proportion to what was recorded, and
    /// those of inputs that were not recorded.
    Duration computingOf(const WorkerStage &stage, Duration recorded) const
    {
        const Duration each = stage.computing * stage.crowded + stage.waiting;
        const double mean = m_work.total / divisor(m_work.inputs);
        return each * ratio(recorded.count(), mean) * m_unrecorded;
    }
    Duration timeOf(const WorkerStage &stage, std::uint64_t inputs, Duration recorded) const
    {
        const Duration messages =
            stage.perChunk + (stage.perInput - stage.computing) * static_cast<double>(inputs);
        return messages * stage.crowded * m_unrecorded + computingOf(stage, recorded);
    }

    const PooledCall &m_call;
    const RecordedWork &m_work;
    const std::stop_token &m_stop;
    const double m_unrecorded; ///< inputs for each one that was recorded
    const std::uint64_t m_chunk;
    const std::uint32_t m_processes;
};

} // namespace

double ExpectedRate::middle() const
{
    return std::sqrt(low * high);
}

ExpectedRate expectedRate(const PooledCall &call, const CallSettings &settings)
{
    return rateWith(call, settings, [&](const WorkerStage &worker, Costs) {
        const double inputs = divisor(call.inputs);
        const double chunk = std::min(divisor(settings.chunk), inputs);
        const double chunks = std::ceil(inputs / chunk);
        const double processes = std::max(settings.processes, 1U);
        // The share of the worker with the most chunks.
        const double most = std::min(std::ceil(chunks / processes) * chunk, inputs) / inputs;
        return (worker.total(inputs, chunks) * worker.crowded + worker.waiting * inputs) * most;
    });
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

bool canReplay(const PooledCall &call)
{
    return !call.hasThreads && call.hasCosts && call.inputs > 0;
}

std::optional<ReplayedRun> replayCall(const PooledCall &call, const RecordedWork &work,
    const CallSettings &settings, ReplayDetail detail, const std::stop_token &stop)
{
    const CallReplay replay(call, work, settings, stop);
    const ExpectedRate rate = rateWith(call, settings, [&](const WorkerStage &worker, Costs costs) {
        return replay.timeOfBusiest(worker, costs);
    });
    if (stop.stop_requested())
        return std::nullopt;
    constexpr double second = 1e9; // nanoseconds
    const auto timeAt = [&](double inputsPerSecond) {
        return second * ratio(divisor(call.inputs), inputsPerSecond);
    };
    ReplayedRun run;
    run.makespan = timeAt(rate.middle());
    run.range = {timeAt(rate.high), timeAt(rate.low)};
    const WorkerStage shortest = workerOf(call, Costs::Shortest);
    const Duration all = (shortest.computing + shortest.waiting) * divisor(call.inputs);
    run.lowerBound =
        std::max(all / std::max(settings.processes, 1U), longestInput(call, Costs::Shortest))
            .count();
    run.chunks = replay.chunks();
    if (detail == ReplayDetail::Lanes && run.chunks <= mostReplayedSpans)
        run.lanes = replay.lanes(Duration(run.makespan));
    if (stop.stop_requested())
        return std::nullopt;
    return run;
}

} // namespace poolscope
