// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/whatif.h"

#include "schedule/scheduler.h"
#include "schedule/watchtime.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <queue>
#include <utility>

namespace poolscope {

namespace {

/// The shortest interval of answers from a worker that has more work. See worker/session.cpp.
constexpr double answerInterval = 5e6; // nanoseconds

/// The durations of inputs, by their position in the order of the groups.
class WorkTable {
public:
    explicit WorkTable(const std::vector<InputGroup> &groups)
        : m_groups(groups)
    {
        m_before.reserve(groups.size());
        Sums sums;
        for (const InputGroup &group : groups) {
            m_before.push_back(sums);
            sums.inputs += group.count;
            sums.duration += static_cast<double>(group.duration);
        }
    }

    std::uint64_t indexAt(std::uint64_t place) const
    {
        const std::size_t group = groupAt(place);
        return m_groups[group].first + place - m_before[group].inputs;
    }
    double durationOf(const IndexRange &places) const
    {
        return durationBefore(places.end()) - durationBefore(places.first);
    }
    /// Returns how many of these inputs have begun after so much time of work on them.
    std::uint64_t begunAfter(const IndexRange &places, double time) const
    {
        std::uint64_t begun = 1;
        for (std::uint64_t end = places.count; begun < end;) {
            const std::uint64_t middle = begun + (end - begun) / 2;
            if (durationOf({places.first, middle}) < time)
                begun = middle + 1;
            else
                end = middle;
        }
        return begun;
    }

private:
    struct Sums {
        std::uint64_t inputs = 0;
        double duration = 0;
    };

    std::size_t groupAt(std::uint64_t place) const
    {
        const auto next = std::partition_point(m_before.begin(), m_before.end(),
            [&](const Sums &before) { return before.inputs <= place; });
        return static_cast<std::size_t>(next - m_before.begin()) - 1;
    }
    double durationBefore(std::uint64_t place) const
    {
        const std::size_t group = groupAt(place);
        return m_before[group].duration
            + m_groups[group].ofEach() * static_cast<double>(place - m_before[group].inputs);
    }

    const std::vector<InputGroup> &m_groups;
    std::vector<Sums> m_before; ///< sums before each group
};

/// The spans of a replay. Neighbours are joined to limit their number.
class ReplayedLanes {
public:
    explicit ReplayedLanes(std::size_t workers)
        : m_workers(workers)
    {
    }

    void add(WorkerId worker, const Span &span)
    {
        Worker &lane = m_workers[laneOf(worker)];
        if (lane.chunksOfLast < m_chunksOfSpan && !lane.spans.empty()) {
            join(lane.spans.back(), span);
            ++lane.chunksOfLast;
            return;
        }
        lane.spans.push_back(span);
        lane.chunksOfLast = 1;
        if (++m_size > 2 * mostReplayedSpans)
            halve();
    }

    std::vector<std::unique_ptr<Lane>> lanes() const
    {
        std::vector<std::unique_ptr<Lane>> lanes;
        for (const Worker &worker : m_workers) {
            lanes.push_back(std::make_unique<Lane>());
            for (const Span &span : worker.spans)
                lanes.back()->append(span);
        }
        return lanes;
    }

private:
    struct Worker {
        std::vector<Span> spans;
        std::uint64_t chunksOfLast = 0;
    };

    static void join(Span &span, const Span &next)
    {
        span.duration += next.duration;
        span.count = std::min<std::uint64_t>(span.count + next.count, UINT32_MAX);
    }

    void halve()
    {
        m_chunksOfSpan *= 2;
        m_size = 0;
        for (Worker &worker : m_workers) {
            std::vector<Span> halved;
            for (std::size_t i = 0; i < worker.spans.size(); ++i) {
                if (i % 2 == 0)
                    halved.push_back(worker.spans[i]);
                else
                    join(halved.back(), worker.spans[i]);
            }
            if (worker.spans.size() % 2 == 0)
                worker.chunksOfLast += m_chunksOfSpan / 2;
            worker.spans = std::move(halved);
            m_size += worker.spans.size();
        }
    }

    std::vector<Worker> m_workers;
    std::size_t m_size = 0;
    std::uint64_t m_chunksOfSpan = 1;
};

class Replay {
public:
    Replay(const RecordedWork &work, const ReplaySetting &setting, ReplayDetail detail);

    std::optional<ReplayedRun> run(const std::stop_token &stop);

private:
    struct Chunk {
        IndexRange range; ///< in the order of the groups
        std::uint64_t endPosition = 0; ///< see Scheduler
        double duration = 0;
        double begun = 0;
        double sent = 0;
        double arrived = 0;
        double idle = 0; ///< for which its worker had waited
    };
    struct Worker {
        std::deque<Chunk> held; ///< the first one is running if the worker is busy
        std::deque<Chunk> done; ///< not reported to the coordinator yet
        std::uint32_t unsent = 0; ///< the number of these whose answer is not sent yet
        bool isBusy = false;
        bool isReady = false;
        double lastEnded = -1; ///< end of the last or the running chunk. Below 0 if there was none
        double lastAnswer = 0;
    };
    struct Event {
        enum class Kind : std::uint8_t { Ready, ChunkEnds, AnswerComes, SharesOut };
        double time = 0;
        WorkerId worker = noWorker;
        std::uint32_t chunks = 0; ///< of an answer
        Kind kind = Kind::Ready;

        bool operator>(const Event &other) const
        {
            return time != other.time ? time > other.time : worker > other.worker;
        }
    };

    void planStart(const ReplaySetting &setting);
    Worker &worker(WorkerId id) { return m_workers[laneOf(id)]; }
    void becomeReady(const Event &event);
    void endChunk(const Event &event);
    void takeAnswer(const Event &event);
    void send(WorkerId id, double time);
    void shareOut(double time, std::chrono::nanoseconds leastWork);
    void reclaim(WorkerId id, double time);
    void begin(WorkerId id, double time);
    void answer(WorkerId id, double time);
    double occupy(double time, double cost);
    double timeOf(const Chunk &chunk) const;

    const RecordedWork &m_work;
    const DispatchCosts &m_costs;
    WorkTable m_table;
    Scheduler m_scheduler;
    std::vector<Worker> m_workers;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> m_events;
    std::optional<ReplayedLanes> m_lanes;
    const bool m_isCrowded;
    const double m_crowding;
    bool m_willShareOut = false;
    double m_coordinatorFree = 0;
    std::size_t m_busyWorkers = 0;
    double m_displaced = 0; ///< time that the coordinator took from the cores of workers
    ReplayedRun m_run;
};

ScheduleOptions scheduleOf(const ReplaySetting &setting)
{
    ScheduleOptions options;
    options.chunks = setting.chunks;
    return options;
}

Replay::Replay(const RecordedWork &work, const ReplaySetting &setting, ReplayDetail detail)
    : m_work(work)
    , m_costs(work.costs)
    , m_table(work.groups)
    , m_scheduler(scheduleOf(setting), work.inputs)
    , m_workers(setting.workers)
    , m_isCrowded(isCrowded(setting.workers, work.cores))
    , m_crowding(crowdingOf(work.costs, setting.workers, work.cores))
{
    if (detail == ReplayDetail::Lanes)
        m_lanes.emplace(setting.workers);
    m_run.lowerBound = lowerBound(work, setting.workers);
    planStart(setting);
}

/// Workers become ready as recorded if their number and kind are those of the run, else as start
/// costs predict. If these are unknown, further workers start in turn after the recorded ones.
void Replay::planStart(const ReplaySetting &setting)
{
    const StartCosts &starts = m_work.starts;
    const WorkerStart start = setting.start.value_or(starts.recorded);
    const bool isRecorded =
        start == starts.recorded && m_workers.size() == m_work.readyTimes.size();
    std::vector<double> times;
    if (starts.areKnown() && !isRecorded) {
        times = readyTimes(starts, start, setting.workers, m_work.cores);
        m_run.startUp = times.front();
        for (double &time : times)
            time -= m_run.startUp;
    } else {
        times = m_work.readyTimes;
        for (std::size_t i = times.size(); i < m_workers.size(); ++i)
            times.push_back(std::max(times.empty() ? 0.0 : times.back(),
                static_cast<double>(i) * m_costs.start.nanoseconds));
        m_run.startUp = m_work.startUp;
    }
    for (std::size_t i = 0; i < m_workers.size(); ++i)
        m_events.push({times[i], workerOf(i), 0, Event::Kind::Ready});
}

std::optional<ReplayedRun> Replay::run(const std::stop_token &stop)
{
    constexpr std::uint64_t eventsBetweenLooks = 4096;
    std::uint64_t events = 0;
    while (!m_events.empty() && !m_scheduler.allSettled()) {
        if (++events % eventsBetweenLooks == 0 && stop.stop_requested())
            return std::nullopt;
        const Event event = m_events.top();
        m_events.pop();
        switch (event.kind) {
        case Event::Kind::Ready:
            becomeReady(event);
            break;
        case Event::Kind::ChunkEnds:
            endChunk(event);
            break;
        case Event::Kind::AnswerComes:
            takeAnswer(event);
            break;
        case Event::Kind::SharesOut:
            m_willShareOut = false;
            shareOut(event.time, {});
            break;
        }
    }
    if (m_lanes)
        m_run.lanes = m_lanes->lanes();
    return std::move(m_run);
}

/// Occupies the coordinator for `cost` as soon as it is free. Returns when that begins.
double Replay::occupy(double time, double cost)
{
    const double begin = std::max(time, m_coordinatorFree);
    m_coordinatorFree = begin + cost;
    m_run.coordinatorBusy += cost;
    if (m_isCrowded && m_busyWorkers == m_workers.size())
        m_displaced += cost;
    return begin;
}

void Replay::becomeReady(const Event &event)
{
    const double begin = occupy(event.time, m_costs.answer.nanoseconds);
    m_scheduler.addWorker(event.worker);
    worker(event.worker).isReady = true;
    send(event.worker, begin);
    shareOut(begin, reclaimedAtOnce);
}

void Replay::send(WorkerId id, double time)
{
    while (const auto range = m_scheduler.nextChunk(id)) {
        Worker &receiver = worker(id);
        receiver.held.push_back({*range, m_scheduler.sentTo(id), m_table.durationOf(*range), 0,
            time, time + m_costs.outward.nanoseconds * m_crowding, 0});
        ++m_run.chunks;
        if (!receiver.isBusy)
            begin(id, receiver.held.back().arrived);
    }
}

/// Distributes inputs as Pool::shareOut() does.
void Replay::shareOut(double time, std::chrono::nanoseconds leastWork)
{
    // A small range is sent to one worker. Without a limit, it would be reclaimed again and again.
    for (std::size_t most = m_workers.size(); most > 0; --most) {
        const auto richest = m_scheduler.nextToReclaim(leastWork);
        if (!richest)
            break;
        reclaim(*richest, time);
        for (std::size_t i = 0; i < m_workers.size(); ++i) {
            if (m_workers[i].isReady)
                send(workerOf(i), time + m_costs.turn.nanoseconds);
        }
    }
    if (!m_willShareOut && m_scheduler.nextToReclaim({})) {
        m_willShareOut = true;
        const auto interval =
            static_cast<double>(std::chrono::nanoseconds(reclaimInterval).count());
        m_events.push({time + interval, noWorker, 0, Event::Kind::SharesOut});
    }
}

/// Reclaims what the worker has not begun, at once. A worker that is not busy has nothing to
/// return.
void Replay::reclaim(WorkerId id, double time)
{
    m_scheduler.reclaimAsked(id);
    Worker &giver = worker(id);
    if (!giver.isBusy)
        return;
    const Chunk &running = giver.held.front();
    const std::uint64_t begun =
        m_table.begunAfter(running.range, std::max(time - running.begun, 0.0));
    std::uint64_t left = m_scheduler.reclaim(id, running.endPosition - running.range.count + begun);
    if (left > 0)
        m_scheduler.reclaimAnswered(id);
    while (left > 0) {
        Chunk &last = giver.held.back();
        const std::uint64_t cut = std::min(left, last.range.count);
        left -= cut;
        last.range.count -= cut;
        last.endPosition -= cut;
        if (last.range.count == 0) {
            giver.held.pop_back();
            --m_run.chunks;
            continue;
        }
        last.duration = m_table.durationOf(last.range);
        if (giver.held.size() == 1) {
            giver.lastEnded = last.begun + timeOf(last);
            m_events.push({giver.lastEnded, id, 0, Event::Kind::ChunkEnds});
        }
    }
}

void Replay::begin(WorkerId id, double time)
{
    Worker &runner = worker(id);
    Chunk &chunk = runner.held.front();
    if (runner.lastEnded >= 0)
        chunk.idle = time - std::max(runner.lastEnded, chunk.sent);
    chunk.begun = time;
    runner.isBusy = true;
    ++m_busyWorkers;
    runner.lastEnded = time + timeOf(chunk) + std::exchange(m_displaced, 0);
    m_events.push({runner.lastEnded, id, 0, Event::Kind::ChunkEnds});
}

/// Returns the duration of a chunk with the gaps between its spans, which are assumed to be as long
/// as in worker/batchsizer.h. Those of Python workers are a quarter longer.
double Replay::timeOf(const Chunk &chunk) const
{
    constexpr double spanOfItsOwn = 10'000; // nanoseconds
    constexpr double spanTime = 80'000;
    const auto count = static_cast<double>(chunk.range.count);
    const bool eachItsOwn = chunk.duration >= spanOfItsOwn * count;
    const double spans = eachItsOwn ? count : std::ceil(chunk.duration / spanTime);
    return chunk.duration + std::max(spans - 1, 0.0) * m_costs.gap.nanoseconds;
}

void Replay::endChunk(const Event &event)
{
    Worker &runner = worker(event.worker);
    if (!runner.isBusy || event.time != runner.lastEnded)
        return; // the chunk has been cut
    const Chunk &chunk = runner.held.front();
    const bool wasLong = chunk.duration > answerInterval;
    if (m_lanes)
        m_lanes->add(event.worker,
            {static_cast<std::uint64_t>(chunk.begun), static_cast<std::uint64_t>(chunk.duration),
                m_table.indexAt(chunk.range.first), chunk.range.count});
    runner.done.push_back(chunk);
    runner.held.pop_front();
    runner.isBusy = false;
    --m_busyWorkers;
    ++runner.unsent;
    const bool hasNext = !runner.held.empty() && runner.held.front().arrived <= event.time;
    if (!hasNext || wasLong || event.time - runner.lastAnswer > answerInterval)
        answer(event.worker, event.time);
    if (hasNext)
        begin(event.worker, event.time + m_costs.gap.nanoseconds);
    else if (!runner.held.empty())
        begin(event.worker, runner.held.front().arrived);
}

void Replay::answer(WorkerId id, double time)
{
    Worker &sender = worker(id);
    sender.lastAnswer = time;
    const bool sleeps = time - m_coordinatorFree > static_cast<double>(watchTime);
    const double way = sleeps ? m_costs.inward.nanoseconds + m_costs.wake.nanoseconds
                              : m_costs.inward.nanoseconds * m_crowding;
    m_events.push({time + way, id, sender.unsent, Event::Kind::AnswerComes});
    sender.unsent = 0;
}

void Replay::takeAnswer(const Event &event)
{
    Worker &sender = worker(event.worker);
    double content = m_costs.chunk.nanoseconds * event.chunks;
    for (std::uint32_t i = 0; i < event.chunks; ++i)
        content += m_costs.value.nanoseconds * static_cast<double>(sender.done[i].range.count);
    const double begin = occupy(event.time, m_costs.answer.nanoseconds + content);
    for (std::uint32_t i = 0; i < event.chunks; ++i) {
        const Chunk &chunk = sender.done.front();
        if (chunk.idle > 0)
            m_scheduler.measuredDispatchCosts(
                std::chrono::nanoseconds(static_cast<std::int64_t>(chunk.idle)));
        const auto busy = std::chrono::nanoseconds(static_cast<std::int64_t>(chunk.duration));
        if (!m_scheduler.answered(event.worker, chunk.range, busy))
            return; // not reached, since workers answer in order
        sender.done.pop_front();
    }
    m_run.makespan = begin;
    m_scheduler.reclaimAnswered(event.worker);
    send(event.worker, begin + m_costs.turn.nanoseconds + content);
    shareOut(begin, reclaimedAtOnce);
}

} // namespace

std::optional<ReplayedRun> replay(const RecordedWork &work, const ReplaySetting &setting,
    ReplayDetail detail, const std::stop_token &stop)
{
    return Replay(work, setting, detail).run(stop);
}

double lowerBound(const RecordedWork &work, std::uint32_t workers)
{
    return std::max(work.longest, work.total / workers);
}

std::vector<std::uint32_t> workersOfCurve(std::uint32_t most)
{
    constexpr double stepsOfDoubling = 8;
    std::vector<std::uint32_t> workers;
    for (std::uint32_t count = 1; count < most;) {
        workers.push_back(count);
        const double next = std::round(count * std::exp2(1 / stepsOfDoubling));
        count = std::max(count + 1, static_cast<std::uint32_t>(next));
    }
    workers.push_back(most);
    return workers;
}

} // namespace poolscope
