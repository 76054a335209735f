// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/accounting.h"

#include "analysis/completionorder.h"
#include "spec/tasktraits.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <utility>

namespace poolscope {

namespace {

/// A pool that used this share of its cores left no core free for long.
constexpr double saturatedCores = 0.7;

struct CauseWords {
    std::string_view name;
    std::string_view text;
};

constexpr std::array<CauseWords, causeCount> causeWords{{
    {"computing", "computing on a core"},
    {"running", "within an iteration: computing or waiting (which of the two is not recorded)"},
    {"waiting", "within an iteration: waiting for a device, another program or a sleep"},
    {"preempted", "within an iteration: waiting for a core"},
    {"throttled", "within an iteration: held back by the CPU quota"},
    {"coordinator", "waiting for a chunk: the coordinator was busy"},
    {"under_way", "waiting for a chunk: a message was under way"},
    {"transfer_in", "taking in a chunk"},
    {"transfer_out", "sending results"},
    {"blocked_by_order", "blocked: results waited for an earlier one"},
    {"blocked_by_consumer", "blocked: results were not read fast enough"},
    {"blocked_by_disk", "blocked: results could not be written"},
    {"waiting_for_input", "idle: more inputs were to come"},
    {"tail", "idle: no work left while others still ran"},
    {"idle", "idle: between iterations (for what reason is not recorded)"},
    {"starting", "starting: process, interpreter, imports"},
    {"dead_or_restarting", "dead, being replaced, or on work that a death undid"},
    {"paused", "paused"},
    {"absent", "not in the pool"},
    {"unknown", "not measured"},
}};

/// Subtracts up to `wanted` from `rest`. Returns the amount.
std::uint64_t take(std::uint64_t &rest, double wanted)
{
    const auto most = static_cast<double>(rest);
    const std::uint64_t taken =
        wanted >= most ? rest : static_cast<std::uint64_t>(std::max(wanted, 0.0));
    rest -= taken;
    return taken;
}

double share(std::uint64_t part, std::uint64_t whole)
{
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

/// The figures of the pool by which the time of a worker is divided.
struct PoolShares {
    double coordinatorBusy = 0;
    double throttledOfRunQueue = 0;
    bool coresSaturated = false;
};

std::uint64_t difference(std::uint64_t larger, std::uint64_t smaller)
{
    return larger > smaller ? larger - smaller : 0;
}

PoolShares poolShares(const Timeline &timeline, const RunConditions &conditions)
{
    std::uint64_t cpu = 0;
    std::uint64_t runQueue = 0;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        cpu += difference(worker.cpu(), worker.setUpCpu());
        runQueue += difference(worker.runQueue(), worker.setUpRunQueue());
    }
    const CoordinatorUsage coordinator = timeline.coordinator();
    const std::uint64_t cores = std::min<std::uint64_t>(conditions.cores, timeline.workerCount());
    return {std::min(share(coordinator.busy, timeline.makespan()), 1.0),
        std::min(share(coordinator.throttled, runQueue), 1.0),
        share(cpu, cores * timeline.makespan()) >= saturatedCores};
}

enum class Cpu { Measured, Unknown };

CauseTimes causesOf(const ActivityTimes &activities, const WorkerAccounting &worker, Cpu cpu,
    const PoolShares &pool, const RunConditions &conditions)
{
    const auto of = [&](Activity activity) {
        return activities[static_cast<std::size_t>(activity)];
    };
    CauseTimes times;
    std::uint64_t computing = of(Activity::Computing);
    std::uint64_t &rest = computing;
    const bool isMeasured = cpu == Cpu::Measured;
    if (isMeasured) {
        times[Cause::OnCpu] = take(rest, static_cast<double>(worker.cpu));
        const std::uint64_t queued = take(rest, static_cast<double>(worker.runQueue));
        std::uint64_t preempted = queued;
        times[Cause::Throttled] =
            take(preempted, static_cast<double>(queued) * pool.throttledOfRunQueue);
        times[Cause::Preempted] = preempted;
    }
    const bool couldBePreempted = conditions.startsPrograms && pool.coresSaturated;
    times[isMeasured && !couldBePreempted ? Cause::Waiting : Cause::Unknown] = rest;

    std::uint64_t answering = of(Activity::Answering);
    times[Cause::Coordinator] = of(Activity::Coordinator)
        + take(answering, static_cast<double>(answering) * pool.coordinatorBusy);
    times[Cause::UnderWay] = of(Activity::UnderWay) + answering;
    std::uint64_t sending = of(Activity::TransferOut);
    times[Cause::TransferIn] =
        of(Activity::TransferIn) + take(sending, static_cast<double>(worker.decoding));
    times[Cause::TransferOut] = sending;
    times[Cause::Order] = of(Activity::Order);
    times[Cause::Consumer] = of(Activity::Consumer);
    times[Cause::Disk] = of(Activity::Disk);
    times[Cause::Input] = of(Activity::NoInputYet);
    times[Cause::Tail] = of(Activity::NothingLeft);
    times[Cause::Starting] = of(Activity::Starting);
    times[Cause::Lost] = of(Activity::Lost);
    times[Cause::Paused] = of(Activity::Paused);
    times[Cause::Absent] = of(Activity::Absent);
    times[Cause::Unknown] += of(Activity::Unknown);
    return times;
}

/// Returns the time at which the last span of all workers began.
std::uint64_t lastBeginOf(const Timeline &timeline)
{
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const Lane &lane = timeline.worker(i).lane();
        if (const std::size_t size = lane.size(); size > 0)
            last = std::max(last, lane.span(size - 1).begin);
    }
    return last;
}

/// Divides [begin, end) by the spans of a lane alone.
CauseTimes causesOfSpans(
    const Lane &lane, std::uint64_t begin, std::uint64_t end, std::uint64_t lastBegin)
{
    CauseTimes times;
    std::uint64_t reached = begin;
    const auto addUntil = [&](Cause cause, std::uint64_t until) {
        until = std::clamp(until, reached, end);
        times[cause] += until - reached;
        reached = until;
    };
    const auto addIdleUntil = [&](std::uint64_t until) {
        addUntil(Cause::Idle, std::min(until, lastBegin));
        addUntil(Cause::Tail, until);
    };
    bool isFirst = true;
    lane.forEach(0, lane.size(), [&](const Span &span) {
        if (std::exchange(isFirst, false))
            addUntil(Cause::Absent, span.begin);
        else
            addIdleUntil(span.begin);
        addUntil(Cause::Running, span.begin + span.duration);
    });
    if (isFirst)
        addUntil(Cause::Absent, end);
    addIdleUntil(end);
    return times;
}

bool isOfWorker(Mark::Kind kind)
{
    return kind == Mark::Kind::State || kind == Mark::Kind::Idle;
}

void apply(TimeAccount &account, const Mark &mark)
{
    switch (mark.kind) {
    case Mark::Kind::State:
        account.changed(static_cast<WorkerState>(mark.value), mark.time);
        return;
    case Mark::Kind::Idle:
        account.idle(static_cast<IdleReason>(mark.value), mark.time);
        return;
    case Mark::Kind::Resized:
        account.resized(static_cast<std::uint32_t>(mark.value));
        return;
    case Mark::Kind::Continued:
        account.continued(mark.time);
        return;
    case Mark::Kind::Resumed:
        if (const auto stop = stopOf(mark))
            account.suspended(*stop);
        return;
    default:
        return;
    }
}

} // namespace

std::string_view causeName(Cause cause)
{
    return causeWords[static_cast<std::size_t>(cause)].name;
}

std::string_view causeText(Cause cause)
{
    return causeWords[static_cast<std::size_t>(cause)].text;
}

std::string_view causeText(Cause cause, const Origin &origin)
{
    if (!isWatched(origin))
        return causeText(cause);
    switch (cause) {
    case Cause::Coordinator:
        return "waiting for the parent process";
    case Cause::UnderWay:
        return "waiting for the lock of the pipe";
    case Cause::TransferIn:
        return "unpickling";
    case Cause::TransferOut:
        return "pickling and sending results";
    default:
        return causeText(cause);
    }
}

std::uint64_t CauseTimes::sum() const
{
    return std::accumulate(m_times.begin(), m_times.end(), std::uint64_t{0});
}

CauseTimes &CauseTimes::operator+=(const CauseTimes &other)
{
    for (std::size_t i = 0; i < causeCount; ++i)
        m_times[i] += other.m_times[i];
    return *this;
}

std::vector<Cause> causesByTime(const CauseTimes &times)
{
    std::vector<Cause> causes;
    for (std::size_t i = 0; i < causeCount; ++i) {
        if (times[static_cast<Cause>(i)] > 0)
            causes.push_back(static_cast<Cause>(i));
    }
    std::stable_sort(
        causes.begin(), causes.end(), [&](Cause a, Cause b) { return times[a] > times[b]; });
    return causes;
}

std::uint64_t Accounting::busy() const
{
    return std::accumulate(workers.begin(), workers.end(), std::uint64_t{0},
        [](std::uint64_t sum, const WorkerAccounting &worker) { return sum + worker.busy; });
}

double Accounting::utilization() const
{
    return share(busy(), presentTime());
}

RunConditions conditionsOf(const RunRecord &record, std::uint32_t cores)
{
    const RunSpec *spec = specOf(record.origin);
    return {cores, spec && traitsOf(spec->task).startsPrograms, isImported(record.origin)};
}

/// A worker's chunks and marks, merged in the order in which the pool reported them.
struct Accountant::Worker {
    explicit Worker(const WorkerRecord &record)
        : record(record)
        , account(record.id())
        , chunkTimes(record.chunkTimes(), record.lane())
        , spans(record.lane())
    {
    }

    /// Adds the chunk and its spans to the account.
    void takeChunk(SizeAccounting &size)
    {
        const std::size_t first = chunkTimes.firstSpan();
        if (spans.position() != first)
            spans = Lane::Reader(record.lane(), first);
        for (; spans.position() < first + chunk->spans; spans.advance()) {
            const Span span = spans.peek();
            size.busy += span.duration;
            size.iterations += span.count;
            account.span(span);
        }
        account.chunk(*std::exchange(chunk, std::nullopt));
    }
    /// Adds the spans that began before a time to the account.
    void takeSpansBefore(std::uint64_t time)
    {
        for (; !spans.atEnd() && spans.peek().begin < time; spans.advance())
            account.span(spans.peek());
    }

    /// Returns the account, including the known part of the chunk that is under way.
    TimeAccount now() const
    {
        TimeAccount known = record.account() ? *record.account() : account;
        if (!record.account()) {
            if (chunk || !marks.empty())
                return known;
            for (Lane::Reader open = spans; !open.atEnd(); open.advance())
                known.span(open.peek());
        }
        if (const OpenSpan open = record.openSpan(); open.count > 0)
            known.span({open.begin, open.duration(), open.first, open.count});
        return known;
    }

    const WorkerRecord &record;
    TimeAccount account;
    ChunkTimeLog::Reader chunkTimes;
    Lane::Reader spans;
    std::optional<ChunkTimes> chunk; ///< read, but not in the account yet
    std::deque<Mark> marks; ///< read, but not in the account yet
};

Accountant::Accountant(const Timeline &timeline, const RunConditions &conditions)
    : m_timeline(timeline)
    , m_conditions(conditions)
{
}

Accountant::~Accountant() = default;

bool Accountant::advance(std::size_t mostChunks)
{
    // Marks are read before chunks, so that every chunk before a mark that was read is read, too.
    takeMarks();
    if (!m_timeline.hasSpans())
        return true;
    std::size_t left = mostChunks;
    for (const auto &worker : m_workers) {
        left -= advanceWorker(*worker, left);
        if (left == 0)
            return false;
    }
    return true;
}

void Accountant::takeMarks()
{
    const AppendLog<Mark> &marks = m_timeline.marks();
    const std::size_t size = m_timeline.hasSpans() ? marks.size() : 0;
    while (m_workers.size() < m_timeline.workerCount()) {
        m_workers.push_back(std::make_unique<Worker>(m_timeline.worker(m_workers.size())));
        if (!m_wanted.empty())
            m_workers.back()->account.resized(m_wanted.rbegin()->second);
    }
    for (; m_marksTaken < size; ++m_marksTaken) {
        const Mark &mark = marks[m_marksTaken];
        const bool isResize = mark.kind == Mark::Kind::Resized;
        if (isResize)
            m_wanted[mark.time] = static_cast<std::uint32_t>(mark.value);
        if (isResize || stopOf(mark) || mark.kind == Mark::Kind::Continued) {
            for (const auto &worker : m_workers)
                worker->marks.push_back(mark);
        } else if (isOfWorker(mark.kind) && mark.worker != noWorker
            && numberOf(mark.worker) <= m_workers.size()) {
            m_workers[laneOf(mark.worker)]->marks.push_back(mark);
        }
    }
}

/// Returns the number of chunks that were read.
std::size_t Accountant::advanceWorker(Worker &worker, std::size_t mostChunks)
{
    const std::uint64_t begin = m_timeline.firstDispatch();
    const std::uint64_t end = begin + m_timeline.makespan();
    std::size_t taken = 0;
    while (taken < mostChunks) {
        if (!worker.chunk)
            worker.chunk = worker.chunkTimes.next();
        const bool chunkIsNext = worker.chunk
            && (worker.marks.empty() || worker.chunk->decoded <= worker.marks.front().time);
        if (chunkIsNext) {
            worker.takeChunk(m_sizes[sizeAt(worker.chunk->begun)]);
            worker.account.settle(begin, end);
            ++taken;
        } else if (!worker.marks.empty()) {
            const Mark mark = worker.marks.front();
            worker.marks.pop_front();
            if (hasState(mark, WorkerState::Dead) || hasState(mark, WorkerState::Gone))
                worker.takeSpansBefore(mark.time);
            apply(worker.account, mark);
        } else {
            break;
        }
    }
    return taken;
}

/// Returns the number of workers wanted at that time, 0 if unknown.
std::uint32_t Accountant::sizeAt(std::uint64_t time) const
{
    const auto next = m_wanted.upper_bound(time);
    return next == m_wanted.begin() ? 0 : std::prev(next)->second;
}

Accounting Accountant::accounting() const
{
    Accounting all;
    all.begin = all.startUp = m_timeline.firstDispatch();
    all.end = all.begin + m_timeline.makespan();
    all.coordinator = m_timeline.coordinator();
    all.sizes = m_sizes;
    const PoolShares pool = poolShares(m_timeline, m_conditions);
    const std::uint64_t lastBegin = m_conditions.hasSpansOnly ? lastBeginOf(m_timeline) : 0;
    for (const auto &worker : m_workers) {
        WorkerAccounting &of = all.workers.emplace_back();
        const TimeAccount account = worker->now();
        of.id = worker->record.id();
        of.busy = worker->record.busy();
        if (m_timeline.stopped() > 0)
            of.busy += worker->record.openSpan().duration();
        of.cpu = difference(worker->record.cpu(), worker->record.setUpCpu());
        of.runQueue = difference(worker->record.runQueue(), worker->record.setUpRunQueue());
        of.decoding = worker->record.decoding();
        of.iterations = worker->record.iterations();
        of.chunks = account.chunks();
        of.longestChunk = account.longestChunk();
        of.longestIteration = account.longestIteration();
        of.restarts = worker->record.restarts();
        of.threads = worker->record.threads();
        of.threadRunQueue = worker->record.threadRunQueue();
        const Cpu cpu = worker->record.cpu() > 0 ? Cpu::Measured : Cpu::Unknown;
        of.times = m_conditions.hasSpansOnly
            ? causesOfSpans(worker->record.lane(), all.begin, all.end, lastBegin)
            : causesOf(account.between(all.begin, all.end), of, cpu, pool, m_conditions);
        all.times += of.times;
    }
    return all;
}

Accounting accountingOf(const Timeline &timeline, const RunConditions &conditions)
{
    Accountant accountant(timeline, conditions);
    accountant.advance(SIZE_MAX);
    return accountant.accounting();
}

std::optional<HeldBack> heldBackOf(const RunRecord &record)
{
    const Timeline &timeline = record.timeline;
    if (!timeline.hasSpans() || isImported(record.origin))
        return std::nullopt;
    CompletionOrder order(timeline);
    while (!order.advance(UINT64_MAX, SIZE_MAX)) { }
    const CompletionOrder::Disorder disorder = order.disorder();
    const double meanSize = share(record.outcomes->bytes(), timeline.settled());
    const auto most = static_cast<double>(disorder.mostHeldBack);
    return HeldBack{disorder.mostHeldBack, most * meanSize, disorder.meanHeldBack};
}

} // namespace poolscope
