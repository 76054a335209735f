// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/whatif.h"

#include "pool/watchtime.h"
#include "schedule/scheduler.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <queue>
#include <utility>

namespace poolscope {

namespace {

/// A worker that has work tells what it has done no more often than this: see worker/session.cpp.
constexpr double answerInterval = 5e6; // nanoseconds

/// Hands out the pieces' inputs in their order.
class WorkCursor {
public:
    explicit WorkCursor(const std::vector<WorkPiece> &pieces)
        : m_pieces(pieces)
    {
    }

    struct Taken {
        std::uint64_t first = 0; ///< the index of the first
        double duration = 0; ///< of all
    };
    Taken take(std::uint64_t count)
    {
        Taken taken{m_pieces[m_piece].first + m_used};
        while (count > 0) {
            const WorkPiece &piece = m_pieces[m_piece];
            const std::uint64_t some = std::min<std::uint64_t>(count, piece.count - m_used);
            taken.duration += piece.ofEach() * static_cast<double>(some);
            count -= some;
            m_used += some;
            if (m_used == piece.count) {
                ++m_piece;
                m_used = 0;
            }
        }
        return taken;
    }

private:
    const std::vector<WorkPiece> &m_pieces;
    std::size_t m_piece = 0;
    std::uint64_t m_used = 0; ///< of that piece
};

/// The spans of a replay, of which it keeps a bounded number.
class ReplayedLanes {
public:
    explicit ReplayedLanes(std::size_t workers)
        : m_workers(workers)
    {
    }

    void add(WorkerId worker, const Span &span)
    {
        Worker &lane = m_workers[worker - 1];
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
        IndexRange range; ///< in the order of handing out
        std::uint64_t first = 0; ///< the index of its first input
        double duration = 0;
        double sent = 0;
        double arrived = 0;
        double idle = 0; ///< how long its worker had waited for it
    };
    struct Worker {
        std::deque<Chunk> held; ///< the first is the one that it is on, if it is busy
        std::deque<Chunk> told; ///< done, and not known to the coordinator
        std::uint32_t untold = 0; ///< the last so many of these, that are not sent yet
        bool isBusy = false;
        bool isReady = false;
        double lastEnded = -1; ///< below 0: never
        double lastAnswer = 0;
    };
    struct Event {
        enum class Kind : std::uint8_t { Ready, ChunkEnds, AnswerComes };
        double time = 0;
        WorkerId worker = 0;
        std::uint32_t chunks = 0; ///< of an answer
        Kind kind = Kind::Ready;

        bool operator>(const Event &other) const
        {
            return time != other.time ? time > other.time : worker > other.worker;
        }
    };

    double readyTime(std::size_t position) const;
    Worker &worker(WorkerId id) { return m_workers[id - 1]; }
    void becomeReady(const Event &event);
    void endChunk(const Event &event);
    void takeAnswer(const Event &event);
    void send(WorkerId id, double time);
    void begin(WorkerId id, double time);
    void answer(WorkerId id, double time);
    double occupy(double time, double cost);
    double timeOf(const Chunk &chunk) const;

    const RecordedWork &m_work;
    const HandoverCosts &m_costs;
    WorkCursor m_cursor;
    Scheduler m_scheduler;
    std::vector<Worker> m_workers;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> m_events;
    std::optional<ReplayedLanes> m_lanes;
    const bool m_isCrowded;
    const double m_crowding;
    double m_coordinatorFree = 0;
    std::size_t m_busyWorkers = 0;
    double m_displaced = 0; ///< what the coordinator did on a core that a worker needed
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
    , m_cursor(work.pieces)
    , m_scheduler(scheduleOf(setting), work.inputs)
    , m_workers(setting.workers)
    , m_isCrowded(isCrowded(setting.workers, work.cores))
    , m_crowding(crowdingOf(work.costs, setting.workers, work.cores))
{
    if (detail == ReplayDetail::Lanes)
        m_lanes.emplace(setting.workers);
    m_run.lowerBound = lowerBound(work, setting.workers);
    for (std::size_t i = 0; i < m_workers.size(); ++i)
        m_events.push({readyTime(i), static_cast<WorkerId>(i + 1), 0, Event::Kind::Ready});
}

/// As recorded; the workers beyond are taken to need as long as the first, and are started in turn.
double Replay::readyTime(std::size_t position) const
{
    const std::vector<double> &known = m_work.readyTimes;
    return position < known.size() ? known[position]
                                   : static_cast<double>(position) * m_costs.start.nanoseconds;
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
        }
    }
    if (m_lanes)
        m_run.lanes = m_lanes->lanes();
    return std::move(m_run);
}

/// The coordinator does something that takes so long, as soon as it can; returns when it begins.
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
    send(event.worker, begin);
}

void Replay::send(WorkerId id, double time)
{
    while (const auto range = m_scheduler.nextChunk(id)) {
        Worker &receiver = worker(id);
        const WorkCursor::Taken taken = m_cursor.take(range->count);
        receiver.held.push_back({*range, taken.first, taken.duration, time,
            time + m_costs.outward.nanoseconds * m_crowding, 0});
        ++m_run.chunks;
        if (!receiver.isBusy)
            begin(id, receiver.held.back().arrived);
    }
}

void Replay::begin(WorkerId id, double time)
{
    Worker &runner = worker(id);
    Chunk &chunk = runner.held.front();
    if (runner.lastEnded >= 0)
        chunk.idle = time - std::max(runner.lastEnded, chunk.sent);
    runner.isBusy = true;
    ++m_busyWorkers;
    runner.lastEnded = time + timeOf(chunk) + std::exchange(m_displaced, 0);
    m_events.push({runner.lastEnded, id, 0, Event::Kind::ChunkEnds});
    if (m_lanes)
        m_lanes->add(id,
            {static_cast<std::uint64_t>(time), static_cast<std::uint64_t>(chunk.duration),
                chunk.first, chunk.range.count});
}

/// With what passes between its spans, which are about those that a worker makes: see
/// worker/batchsizer.h. One in Python makes them a quarter longer.
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
    const bool wasLong = runner.held.front().duration > answerInterval;
    runner.told.push_back(runner.held.front());
    runner.held.pop_front();
    runner.isBusy = false;
    --m_busyWorkers;
    ++runner.untold;
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
    Worker &teller = worker(id);
    teller.lastAnswer = time;
    const bool sleeps = time - m_coordinatorFree > static_cast<double>(watchTime);
    const double way = sleeps ? m_costs.inward.nanoseconds + m_costs.wake.nanoseconds
                              : m_costs.inward.nanoseconds * m_crowding;
    m_events.push({time + way, id, teller.untold, Event::Kind::AnswerComes});
    teller.untold = 0;
}

void Replay::takeAnswer(const Event &event)
{
    Worker &teller = worker(event.worker);
    double content = m_costs.chunk.nanoseconds * event.chunks;
    for (std::uint32_t i = 0; i < event.chunks; ++i)
        content += m_costs.value.nanoseconds * static_cast<double>(teller.told[i].range.count);
    const double begin = occupy(event.time, m_costs.answer.nanoseconds + content);
    for (std::uint32_t i = 0; i < event.chunks; ++i) {
        const Chunk &chunk = teller.told.front();
        if (chunk.idle > 0)
            m_scheduler.measuredHandover(
                std::chrono::nanoseconds(static_cast<std::int64_t>(chunk.idle)));
        const auto busy = std::chrono::nanoseconds(static_cast<std::int64_t>(chunk.duration));
        if (!m_scheduler.answered(event.worker, chunk.range, busy))
            return; // never: workers answer what they were given, in order
        teller.told.pop_front();
    }
    m_run.makespan = begin;
    send(event.worker, begin + m_costs.turn.nanoseconds + content);
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
