// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/recorder.h"

#include <utility>

namespace poolscope {

namespace {

/// Adds to a counter that only this thread changes, without a locked instruction.
template <typename T> void add(std::atomic<T> &counter, T value)
{
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

template <typename T> void subtract(std::atomic<T> &counter, T value)
{
    counter.store(counter.load(std::memory_order_relaxed) - value, std::memory_order_relaxed);
}

} // namespace

EventCheck::Outcomes askedOf(const OutcomeStore &outcomes)
{
    return {[&](std::uint64_t index) { return outcomes.firstSettled(index); },
        [&](std::uint64_t index) {
            return outcomes.isFailure(index);
        }};
}

void SettledQueue::add(IndexRange indices)
{
    append(m_ranges, indices);
}

std::vector<IndexRange> SettledQueue::take()
{
    return std::exchange(m_ranges, {});
}

Recorder::Recorder(Timeline &timeline, OutcomeStore &outcomes, RunLog &log, SettledQueue *settled,
    Retention retention, std::function<void(const std::string &)> failed)
    : m_timeline(timeline)
    , m_outcomes(outcomes)
    , m_log(log)
    , m_settled(settled)
    , m_retention(retention)
    , m_failed(std::move(failed))
{
    m_timeline.m_hasSpans = retention == Retention::Everything;
}

void Recorder::takeSnapshots(std::uint64_t manyOutcomes, std::function<void()> many)
{
    m_manyOutcomes = manyOutcomes;
    m_many = std::move(many);
}

void Recorder::noteSettled(IndexRange indices)
{
    if (!m_many)
        return;
    append(m_newlySettled, indices);
    const bool fewBefore = m_newlySettledCount < m_manyOutcomes;
    m_newlySettledCount += indices.count;
    if (fewBefore && m_newlySettledCount >= m_manyOutcomes)
        m_many();
}

RecordSnapshot Recorder::snapshot(std::uint64_t now)
{
    RecordSnapshot snapshot;
    snapshot.settled = std::exchange(m_newlySettled, {});
    m_newlySettledCount = 0;
    snapshot.settledBelow = m_settledBelow = m_outcomes.firstMissing(m_settledBelow);
    for (std::size_t i = 0; i < m_timeline.workerCount(); ++i) {
        const WorkerRecord &worker = m_timeline.worker(i);
        snapshot.reached.workers.push_back(
            {worker.lane().size(), worker.chunkTimes().packedSize(), figuresOf(worker)});
    }
    snapshot.reached.marks = m_timeline.marks().size();
    snapshot.reached.logLines = m_log.end();
    snapshot.progress = progressOf(m_timeline, now);
    return snapshot;
}

void Recorder::written(const RecordPositions &reached)
{
    if (m_retention != Retention::UntilWritten)
        return;
    for (std::size_t i = 0; i < reached.workers.size(); ++i) {
        WorkerRecord &worker = *m_timeline.m_workers[i];
        worker.m_lane.releaseBelow(reached.workers[i].spans);
        worker.m_chunkTimes.releaseBelow(reached.workers[i].chunkTimeBytes);
    }
    m_timeline.m_marks.releaseBelow(reached.marks);
}

WorkerRecord &Recorder::record(WorkerId worker)
{
    while (m_timeline.m_workers.size() < numberOf(worker))
        addWorker();
    return *m_timeline.m_workers.mutableAt(laneOf(worker));
}

void Recorder::addWorker()
{
    auto worker = std::make_unique<WorkerRecord>(workerOf(m_timeline.m_workers.size()));
    if (!m_timeline.hasSpans())
        worker->m_account = std::make_unique<TimeAccount>(worker->id());
    m_timeline.m_workers.append(std::move(worker));
}

/// Returns null if the timeline has spans, from which the account follows.
TimeAccount *Recorder::account(WorkerId worker)
{
    return record(worker).m_account.get();
}

void Recorder::mark(Mark::Kind kind, std::uint64_t time, WorkerId worker, std::uint64_t value)
{
    m_timeline.m_marks.append(Mark{time, value, worker, kind});
}

void Recorder::take(const event::WorkerChanged &event)
{
    WorkerRecord &changed = record(event.worker);
    changed.m_state = event.state;
    mark(Mark::Kind::State, event.time, event.worker, static_cast<std::uint64_t>(event.state));
    if (TimeAccount *account = this->account(event.worker))
        account->changed(event.state, event.time);
    const bool hasEnded = event.state == WorkerState::Dead || event.state == WorkerState::Gone;
    if (hasEnded)
        finishLines(event.worker, event.time);
    if (event.state == WorkerState::Dead)
        setOpenSpan(changed, {});
    if (event.state != WorkerState::Starting)
        return;
    add(changed.m_starts, 1U);
    setOpenSpan(changed, {});
    changed.m_chunkTimes.abandonSpansBefore(changed.m_lane.size());
}

void Recorder::take(const event::WorkerIntroduced &event)
{
    WorkerRecord &introduced = record(event.worker);
    const std::lock_guard lock(introduced.m_identityMutex);
    introduced.m_identity = event.identity;
}

void Recorder::take(const event::WorkerCostSeen &event)
{
    const bool isContinued = numberOf(event.worker) <= m_costBefore.size();
    keepCost(record(event.worker),
        isContinued ? sum(m_costBefore[laneOf(event.worker)], event.cost) : event.cost);
}

void Recorder::keepCost(WorkerRecord &worker, const WorkerCost &cost)
{
    constexpr auto relaxed = std::memory_order_relaxed;
    worker.m_cpu.store(cost.cpu, relaxed);
    worker.m_runQueue.store(cost.runQueue, relaxed);
    worker.m_maxRss.store(cost.maxRss, relaxed);
    worker.m_decoding.store(cost.decoding, relaxed);
    worker.m_setUpCpu.store(cost.setUpCpu, relaxed);
    worker.m_setUpRunQueue.store(cost.setUpRunQueue, relaxed);
    worker.m_threads.store(cost.threads, relaxed);
    worker.m_threadRunQueue.store(cost.threadRunQueue, relaxed);
    if (cost.loading == worker.m_loading)
        return;
    const std::lock_guard lock(worker.m_identityMutex);
    worker.m_loading = cost.loading;
}

void Recorder::take(const event::WorkerIdle &event)
{
    if (TimeAccount *account = this->account(event.worker))
        account->idle(event.reason, event.time);
    if (takesSpans())
        mark(Mark::Kind::Idle, event.time, event.worker, static_cast<std::uint64_t>(event.reason));
}

void Recorder::take(const event::CoordinatorCostSeen &event)
{
    constexpr auto relaxed = std::memory_order_relaxed;
    auto &coordinator = m_timeline.m_coordinator;
    coordinator.cpu.store(m_coordinatorBefore.cpu + event.usage.cpu, relaxed);
    coordinator.busy.store(m_coordinatorBefore.busy + event.usage.busy, relaxed);
    coordinator.throttled.store(m_coordinatorBefore.throttled + event.usage.throttled, relaxed);
}

void Recorder::take(const event::WorkerPrinted &event)
{
    constexpr std::size_t longest = 64 * 1024;
    const Output &output = event.output;
    UnfinishedLine &line = m_unfinishedLines[{event.worker, output.source}];
    const bool isKnownInput = output.source != Output::Source::Process;
    if (isKnownInput && line.running != output.running)
        finishLine(event.worker, line, event.time); // a line never contains text of two inputs
    for (const char c : output.text) {
        const bool ends = c == '\n' || c == '\r';
        if (line.text.empty())
            line.running = output.running;
        if (!ends)
            line.text += c;
        if (ends || line.text.size() >= longest)
            finishLine(event.worker, line, event.time);
    }
}

void Recorder::finishLine(WorkerId worker, UnfinishedLine &line, std::uint64_t time)
{
    if (!line.text.empty())
        m_log.add({time, worker, line.running, true, std::exchange(line.text, {})});
}

void Recorder::finishLines(WorkerId worker, std::uint64_t time)
{
    for (auto &[key, line] : m_unfinishedLines) {
        if (key.first == worker)
            finishLine(worker, line, time);
    }
}

void Recorder::setOpenSpan(WorkerRecord &worker, const OpenSpan &span)
{
    const std::lock_guard lock(worker.m_openSpanMutex);
    worker.m_openSpan = span;
}

void Recorder::take(const event::SpanOpen &event)
{
    WorkerRecord &running = record(event.worker);
    OpenSpan open = event.span.count > 0 ? event.span : OpenSpan{};
    const OpenSpan &before = running.m_openSpan;
    // The input of a process that ends is no longer known, so the one seen before is kept.
    if (open.count > 1 && before.count == 1 && before.begin == open.begin) {
        open.first = before.first;
        open.count = 1;
    }
    if (open.count > 0 || before.count > 0)
        setOpenSpan(running, open);
}

void Recorder::take(const event::SpanDone &event)
{
    const Span &span = event.span;
    WorkerRecord &busy = record(event.worker);
    if (busy.m_openSpan.count > 0 && span.begin + span.duration > busy.m_openSpan.begin)
        setOpenSpan(busy, {});
    if (takesSpans())
        busy.m_lane.append(span);
    if (busy.m_account)
        busy.m_account->span(span);
    const std::uint64_t time = timeNotStopped(m_stops, span.begin, span.duration);
    m_timeline.m_iterationTimes.add(span.count, time);
    add(busy.m_iterations, span.count);
    add(busy.m_busy, time);
    add(m_timeline.m_attempts, span.count);
}

void Recorder::take(const event::ChunkDone &event)
{
    WorkerRecord &handled = record(event.worker);
    if (takesSpans())
        handled.m_chunkTimes.append(event.times);
    if (!handled.m_account)
        return;
    handled.m_account->chunk(event.times);
    handled.m_account->settle(m_timeline.m_firstDispatch, m_timeline.m_lastOutcome);
}

std::unique_lock<std::mutex> Recorder::lockSettled()
{
    return m_settled ? m_settled->lock() : std::unique_lock<std::mutex>();
}

void Recorder::take(const event::NumbersDone &event)
{
    const auto lock = lockSettled();
    if (event.cells.empty())
        m_outcomes.addNumbers(event.indices, event.kind);
    else
        m_outcomes.addNumbers(event.indices.first, event.kind, event.cells);
    add(m_timeline.m_succeeded, event.indices.count);
    outcomeArrived(event.indices, event.time);
}

void Recorder::take(const event::OutcomeDone &event)
{
    const auto lock = lockSettled();
    if (!keep(event))
        return;
    if (event.outcome.kind != OutcomeKind::Failure) {
        add(m_timeline.m_succeeded, std::uint64_t{1});
        return;
    }
    const bool isQuarantined =
        event.attempt == event::Attempt::Lost && event.outcome.failure.kind == failureQuarantined;
    add(m_timeline.m_failed, std::uint64_t{1});
    add(m_timeline.m_quarantined, std::uint64_t{isQuarantined});
    const Mark::Kind kind = isQuarantined       ? Mark::Kind::Quarantined
        : event.attempt == event::Attempt::Lost ? Mark::Kind::GivenUp
                                                : Mark::Kind::Failed;
    if (takesSpans())
        mark(kind, event.time, event.worker, event.index);
}

/// Stores an outcome. Returns false if that fails, which ends the run.
bool Recorder::keep(const event::OutcomeDone &event)
{
    if (const auto added = m_outcomes.add(event.index, event.outcome); !added) {
        m_failed(added.error().message);
        return false;
    }
    outcomeArrived({event.index, 1}, event.time);
    return true;
}

void Recorder::outcomeArrived(IndexRange indices, std::uint64_t time)
{
    m_timeline.m_lastOutcome.store(time, std::memory_order_relaxed);
    if (m_settled)
        m_settled->add(indices);
    noteSettled(indices);
}

void Recorder::take(const event::AttemptFailed &event)
{
    if (takesSpans())
        mark(Mark::Kind::Retried, event.time, event.worker, event.index);
}

void Recorder::take(const event::AttemptLost &event)
{
    add(m_timeline.m_attempts, std::uint64_t{1});
    if (takesSpans())
        mark(Mark::Kind::Lost, event.time, event.worker, event.index);
}

void Recorder::take(const event::InputReopened &event)
{
    const auto lock = lockSettled();
    const auto outcome = m_outcomes.read(event.index);
    const bool isQuarantined = outcome && outcome->view.failure.kind == failureQuarantined;
    m_outcomes.remove(event.index);
    subtract(m_timeline.m_failed, std::uint64_t{1});
    subtract(m_timeline.m_quarantined, std::uint64_t{isQuarantined});
    mark(Mark::Kind::Reopened, event.time, noWorker, event.index);
}

void Recorder::take(const event::Logged &event)
{
    m_log.add({event.time, event.worker, event.running, event.isPrinted, std::string(event.text)});
}

void Recorder::take(const event::PoolResized &event)
{
    mark(Mark::Kind::Resized, event.time, noWorker, event.workers);
    for (std::size_t i = 0; i < m_timeline.workerCount(); ++i) {
        if (TimeAccount *account = this->account(workerOf(i)))
            account->resized(event.workers);
    }
}

void Recorder::take(const event::PoolPaused &event)
{
    mark(Mark::Kind::Paused, event.time, noWorker, 0);
    if (m_timeline.m_paceChanges.size() % 2 == 0)
        m_timeline.m_paceChanges.append(event.time);
}

void Recorder::take(const event::PoolResumed &event)
{
    mark(Mark::Kind::Resumed, event.time, noWorker, 0);
    if (m_timeline.m_paceChanges.size() % 2 == 1)
        m_timeline.m_paceChanges.append(event.time);
}

/// A pause by the user continues after the stop. A pause that begins with the stop is the mark by
/// which a run file records the stop itself.
void Recorder::take(const event::ProgramStopped &event)
{
    AppendLog<std::uint64_t> &changes = m_timeline.m_paceChanges;
    const bool isPaused = changes.size() % 2 == 1;
    const bool continues = isPaused && changes[changes.size() - 1] != event.begin;
    if (!isPaused)
        take(event::PoolPaused{event.begin});
    mark(Mark::Kind::Resumed, event.end, noWorker, event.end - event.begin);
    if (continues)
        mark(Mark::Kind::Paused, event.end, noWorker, 0);
    else
        changes.append(event.end);
    m_stops.push_back({event.begin, event.end});
    for (std::size_t i = 0; i < m_timeline.workerCount(); ++i) {
        if (TimeAccount *account = this->account(workerOf(i)))
            account->suspended({event.begin, event.end});
    }
}

void Recorder::take(const event::FirstDispatched &event)
{
    if (m_timeline.m_firstDispatch == 0)
        m_timeline.m_firstDispatch = event.time;
}

void Recorder::take(const event::RunStopped &event)
{
    m_timeline.m_stopped = event.time;
}

void Recorder::take(const event::RunContinued &event)
{
    m_timeline.m_stopped = 0;
    m_coordinatorBefore = m_timeline.coordinator();
    m_costBefore.clear();
    for (std::size_t i = 0; i < m_timeline.workerCount(); ++i) {
        WorkerRecord &worker = record(workerOf(i));
        setOpenSpan(worker, {});
        m_costBefore.push_back(worker.cost());
    }
    if (m_timeline.m_paceChanges.size() % 2 == 1)
        m_timeline.m_paceChanges.append(event.time);
    mark(Mark::Kind::Continued, event.time, noWorker, 0);
}

} // namespace poolscope
