// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/recorder.h"

#include <utility>

namespace poolscope {

namespace {

Mark::Kind markFor(WorkerState state)
{
    switch (state) {
    case WorkerState::Starting:
        return Mark::Kind::Starting;
    case WorkerState::Ready:
        return Mark::Kind::Ready;
    case WorkerState::Leaving:
        return Mark::Kind::Leaving;
    case WorkerState::Dead:
        return Mark::Kind::Dead;
    case WorkerState::Gone:
        return Mark::Kind::Gone;
    }
    return Mark::Kind::Gone;
}

/// For counters that only this thread changes: no locked instruction.
template <typename T> void add(std::atomic<T> &counter, T value)
{
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

template <typename T> void subtract(std::atomic<T> &counter, T value)
{
    counter.store(counter.load(std::memory_order_relaxed) - value, std::memory_order_relaxed);
}

} // namespace

void SettledQueue::add(IndexRange indices)
{
    append(m_ranges, indices);
}

std::vector<IndexRange> SettledQueue::take()
{
    return std::exchange(m_ranges, {});
}

Recorder::Recorder(Timeline &timeline, OutcomeStore &outcomes, RunLog &log, SettledQueue *settled,
    Keep keep, std::function<void(const std::string &)> failed)
    : m_timeline(timeline)
    , m_outcomes(outcomes)
    , m_log(log)
    , m_settled(settled)
    , m_keep(keep)
    , m_failed(std::move(failed))
{
    m_timeline.m_holdsSpans = keep == Keep::Everything;
}

void Recorder::continued(std::uint64_t time)
{
    m_timeline.m_stopped = 0;
    for (std::size_t i = 0; i < m_timeline.workerCount(); ++i)
        setOpenSpan(record(static_cast<WorkerId>(i + 1)), {});
    if (m_timeline.m_paceChanges.size() % 2 == 1)
        m_timeline.m_paceChanges.append(time);
    mark(Mark::Kind::Continued, time, 0, 0);
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
    snapshot.reopened = std::exchange(m_newlyReopened, {});
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
    if (m_keep != Keep::UntilWritten)
        return;
    for (std::size_t i = 0; i < reached.workers.size(); ++i) {
        WorkerRecord &worker = *m_timeline.m_workers[i];
        worker.m_lane.letGoBelow(reached.workers[i].spans);
        worker.m_chunkTimes.letGoBelow(reached.workers[i].chunkTimeBytes);
    }
    m_timeline.m_marks.letGoBelow(reached.marks);
}

WorkerRecord &Recorder::record(WorkerId worker)
{
    while (m_timeline.m_workers.size() < worker)
        addWorker();
    return *m_timeline.m_workers.mutableAt(worker - 1);
}

void Recorder::addWorker()
{
    auto worker =
        std::make_unique<WorkerRecord>(static_cast<WorkerId>(m_timeline.m_workers.size() + 1));
    if (!m_timeline.holdsSpans())
        worker->m_account = std::make_unique<TimeAccount>(worker->id());
    m_timeline.m_workers.append(std::move(worker));
}

/// Null where the timeline holds spans, from which it follows.
TimeAccount *Recorder::account(WorkerId worker)
{
    return record(worker).m_account.get();
}

void Recorder::mark(Mark::Kind kind, std::uint64_t time, WorkerId worker, std::uint64_t value)
{
    m_timeline.m_marks.append(Mark{time, value, worker, kind});
}

void Recorder::workerChanged(WorkerId worker, WorkerState state, std::uint64_t time)
{
    WorkerRecord &changed = record(worker);
    changed.m_state = state;
    mark(markFor(state), time, worker, 0);
    if (TimeAccount *account = this->account(worker))
        account->changed(state, time);
    if (state == WorkerState::Dead || state == WorkerState::Gone)
        finishLines(worker, time);
    if (state != WorkerState::Starting)
        return;
    add(changed.m_starts, 1U);
    setOpenSpan(changed, {});
    changed.m_chunkTimes.abandonSpansBefore(changed.m_lane.size());
    changed.m_cpuBefore = changed.cpu();
    changed.m_cpu = 0;
    changed.m_runQueueBefore = changed.runQueue();
    changed.m_runQueue = 0;
    changed.m_decodingBefore = changed.decoding();
    changed.m_decoding = 0;
    changed.m_threadRunQueueBefore = changed.threadRunQueue();
    changed.m_threadRunQueue = 0;
}

void Recorder::workerIntroduced(WorkerId worker, const WorkerIdentity &identity)
{
    WorkerRecord &introduced = record(worker);
    const std::lock_guard lock(introduced.m_identityMutex);
    introduced.m_identity = identity;
}

void Recorder::workerDied(
    WorkerId worker, IndexRange running, std::string_view how, std::uint64_t time)
{
    setOpenSpan(record(worker), {});
    const bool knowsInput = running.count == 1;
    if (knowsInput)
        add(m_timeline.m_attempts, std::uint64_t{1});
    const std::string where = knowsInput ? " on input " + std::to_string(running.first) : "";
    m_log.add({time, worker, running, false, "the worker died" + where + ": " + std::string(how)});
}

void Recorder::workerUsed(WorkerId worker, const WorkerUsage &usage)
{
    WorkerRecord &used = record(worker);
    used.m_cpu.store(usage.cpu, std::memory_order_relaxed);
    used.m_runQueue.store(usage.runQueue, std::memory_order_relaxed);
    if (usage.maxRss > used.maxRss())
        used.m_maxRss.store(usage.maxRss, std::memory_order_relaxed);
    if (usage.decoding > used.m_decoding)
        used.m_decoding.store(usage.decoding, std::memory_order_relaxed);
}

void Recorder::workerSetUp(WorkerId worker, const WorkerUsage &usage)
{
    WorkerRecord &ready = record(worker);
    add(ready.m_setUpCpu, usage.cpu);
    add(ready.m_setUpRunQueue, usage.runQueue);
}

void Recorder::taskLoaded(WorkerId worker, const TaskLoading &loading)
{
    WorkerRecord &loaded = record(worker);
    const std::lock_guard lock(loaded.m_identityMutex);
    loaded.m_loading = loading;
}

void Recorder::workerThreads(WorkerId worker, const ThreadUsage &usage)
{
    WorkerRecord &seen = record(worker);
    if (usage.count > seen.threads())
        seen.m_threads.store(usage.count, std::memory_order_relaxed);
    // Threads that have ended are not counted any more.
    if (usage.runQueue > seen.m_threadRunQueue)
        seen.m_threadRunQueue.store(usage.runQueue, std::memory_order_relaxed);
}

void Recorder::workerIdle(WorkerId worker, IdleReason reason, std::uint64_t time)
{
    if (TimeAccount *account = this->account(worker))
        account->idle(reason, time);
    if (takesSpans())
        mark(Mark::Kind::Idle, time, worker, static_cast<std::uint64_t>(reason));
}

void Recorder::coordinatorUsed(const CoordinatorUsage &usage)
{
    m_timeline.m_coordinator.cpu.store(usage.cpu, std::memory_order_relaxed);
    m_timeline.m_coordinator.busy.store(usage.busy, std::memory_order_relaxed);
    m_timeline.m_coordinator.throttled.store(usage.throttled, std::memory_order_relaxed);
}

void Recorder::workerPrinted(WorkerId worker, const Output &output, std::uint64_t time)
{
    constexpr std::size_t longest = 64 * 1024;
    UnfinishedLine &line = m_unfinishedLines[{worker, output.source}];
    const bool isKnownInput = output.source != Output::Source::Process;
    if (isKnownInput && line.running != output.running)
        finishLine(worker, line, time); // a line is never that of two inputs
    for (const char c : output.text) {
        const bool ends = c == '\n' || c == '\r';
        if (line.text.empty())
            line.running = output.running;
        if (!ends)
            line.text += c;
        if (ends || line.text.size() >= longest)
            finishLine(worker, line, time);
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

void Recorder::workerRunning(WorkerId worker, const OpenSpan &span)
{
    WorkerRecord &running = record(worker);
    OpenSpan open = span.count > 0 ? span : OpenSpan{};
    const OpenSpan &before = running.m_openSpan;
    // Of a process that ends, the input is not seen any more on which it was seen to be.
    if (open.count > 1 && before.count == 1 && before.begin == open.begin) {
        open.first = before.first;
        open.count = 1;
    }
    if (open.count > 0 || before.count > 0)
        setOpenSpan(running, open);
}

void Recorder::spanDone(WorkerId worker, const Span &span)
{
    WorkerRecord &busy = record(worker);
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

void Recorder::chunkDone(WorkerId worker, const ChunkTimes &chunkTimes)
{
    WorkerRecord &handled = record(worker);
    if (takesSpans())
        handled.m_chunkTimes.append(chunkTimes);
    if (!handled.m_account)
        return;
    handled.m_account->chunk(chunkTimes);
    handled.m_account->settle(m_timeline.m_firstDispatch, m_timeline.m_lastOutcome);
}

std::unique_lock<std::mutex> Recorder::lockSettled()
{
    return m_settled ? m_settled->lock() : std::unique_lock<std::mutex>();
}

void Recorder::numbersDone(IndexRange indices, OutcomeKind kind, std::uint64_t time)
{
    const auto lock = lockSettled();
    m_outcomes.addNumbers(indices, kind);
    add(m_timeline.m_succeeded, indices.count);
    m_timeline.m_lastOutcome.store(time, std::memory_order_relaxed);
    if (m_settled)
        m_settled->add(indices);
    noteSettled(indices);
}

void Recorder::outcomeDone(
    std::uint64_t index, const OutcomeView &outcome, WorkerId worker, std::uint64_t time)
{
    const auto lock = lockSettled();
    if (!keep(index, outcome, time))
        return;
    if (outcome.kind == OutcomeKind::Failure)
        countFailure(Mark::Kind::Failed, index, worker, time);
    else
        add(m_timeline.m_succeeded, std::uint64_t{1});
}

void Recorder::givenUp(
    std::uint64_t index, const FailureView &failure, WorkerId worker, std::uint64_t time)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    outcome.failure = failure;
    const bool quarantined = failure.kind == failureQuarantined;
    const auto lock = lockSettled();
    if (!keep(index, outcome, time))
        return;
    add(m_timeline.m_quarantined, std::uint64_t{quarantined});
    countFailure(quarantined ? Mark::Kind::Quarantined : Mark::Kind::GivenUp, index, worker, time);
}

/// False where that is not possible, which ends the run.
bool Recorder::keep(std::uint64_t index, const OutcomeView &outcome, std::uint64_t time)
{
    if (const auto added = m_outcomes.add(index, outcome); !added) {
        m_failed(added.error().message);
        return false;
    }
    m_timeline.m_lastOutcome.store(time, std::memory_order_relaxed);
    if (m_settled)
        m_settled->add({index, 1});
    noteSettled({index, 1});
    return true;
}

void Recorder::countFailure(
    Mark::Kind kind, std::uint64_t index, WorkerId worker, std::uint64_t time)
{
    add(m_timeline.m_failed, std::uint64_t{1});
    if (takesSpans())
        mark(kind, time, worker, index);
}

void Recorder::attemptFailed(std::uint64_t index, WorkerId worker, std::uint64_t time)
{
    if (takesSpans())
        mark(Mark::Kind::Retried, time, worker, index);
}

void Recorder::reopened(std::uint64_t index, std::uint64_t time)
{
    const auto lock = lockSettled();
    const auto outcome = m_outcomes.read(index);
    const bool quarantined = outcome && outcome->view.failure.kind == failureQuarantined;
    m_outcomes.forget(index);
    subtract(m_timeline.m_failed, std::uint64_t{1});
    subtract(m_timeline.m_quarantined, std::uint64_t{quarantined});
    mark(Mark::Kind::Reopened, time, 0, index);
    if (m_many)
        append(m_newlyReopened, {index, 1});
}

void Recorder::noted(WorkerId worker, std::string_view text, std::uint64_t time)
{
    m_log.add({time, worker, {}, false, std::string(text)});
}

void Recorder::resized(std::uint32_t workers, std::uint64_t time)
{
    mark(Mark::Kind::Resized, time, 0, workers);
    for (std::size_t i = 0; i < m_timeline.workerCount(); ++i) {
        if (TimeAccount *account = this->account(static_cast<WorkerId>(i + 1)))
            account->resized(workers);
    }
}

void Recorder::paused(std::uint64_t time)
{
    mark(Mark::Kind::Paused, time, 0, 0);
    if (m_timeline.m_paceChanges.size() % 2 == 0)
        m_timeline.m_paceChanges.append(time);
}

void Recorder::resumed(std::uint64_t time)
{
    mark(Mark::Kind::Resumed, time, 0, 0);
    if (m_timeline.m_paceChanges.size() % 2 == 1)
        m_timeline.m_paceChanges.append(time);
}

/// If the user has paused the run, that pause continues after the stop. A pause that begins with
/// the stop is the mark by which a trace has the stop itself.
void Recorder::suspended(std::uint64_t begin, std::uint64_t end)
{
    AppendLog<std::uint64_t> &changes = m_timeline.m_paceChanges;
    const bool isPaused = changes.size() % 2 == 1;
    const bool goesOn = isPaused && changes[changes.size() - 1] != begin;
    if (!isPaused)
        paused(begin);
    mark(Mark::Kind::Resumed, end, 0, end - begin);
    if (goesOn)
        mark(Mark::Kind::Paused, end, 0, 0);
    else
        changes.append(end);
    m_stops.push_back({begin, end});
    for (std::size_t i = 0; i < m_timeline.workerCount(); ++i) {
        if (TimeAccount *account = this->account(static_cast<WorkerId>(i + 1)))
            account->suspended({begin, end});
    }
}

void Recorder::stopped(std::uint64_t time)
{
    m_timeline.m_stopped = time;
}

void Recorder::firstDispatch(std::uint64_t time)
{
    if (m_timeline.m_firstDispatch == 0)
        m_timeline.m_firstDispatch = time;
}

} // namespace poolscope
