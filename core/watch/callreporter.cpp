// SPDX-License-Identifier: GPL-3.0-or-later
#include "watch/callreporter.h"

#include "spec/runspec.h"

#include <algorithm>
#include <array>
#include <utility>

namespace poolscope::watch {

namespace {

std::uint64_t difference(std::uint64_t later, std::uint64_t earlier)
{
    return later > earlier ? later - earlier : 0;
}

} // namespace

CallReporter::CallReporter(EventSink &sink, WatchedCall call, std::uint64_t begin)
    : m_call(std::move(call))
    , m_clock{begin}
    , m_events(sink, mostInputs, maxWorkers,
          {[this](std::uint64_t from) {
               while (from < m_outcomes.size() && !m_outcomes[from])
                   ++from;
               return from < m_outcomes.size() ? from : mostInputs;
           },
              [](std::uint64_t) {
                  return false;
              }})
{
    const std::uint32_t workers = std::max(m_call.processes, 1U);
    take(event::PoolResized{std::min(workers, maxWorkers), 1});
    take(event::FirstDispatched{1});
}

CallReporter::Lane &CallReporter::lane(std::size_t slot)
{
    if (m_lanes.size() <= slot)
        m_lanes.resize(slot + 1);
    return m_lanes[slot];
}

/// Returns the time for an event, which is at least 1.
std::uint64_t CallReporter::since(std::uint64_t time) const
{
    return std::max<std::uint64_t>(m_clock.at(time), 1);
}

void CallReporter::workerBegan(std::size_t slot, const PoolWorker &worker)
{
    Lane &began = lane(slot);
    const std::uint64_t ready = std::max(since(worker.ready), began.reached);
    const std::uint64_t started = std::clamp(since(worker.started), began.reached, ready);
    began.isThere = true;
    take(event::WorkerChanged{workerOf(slot), WorkerState::Starting, started});
    take(event::WorkerChanged{workerOf(slot), WorkerState::Ready, ready});
    take(event::WorkerIntroduced{workerOf(slot), worker.identity});
}

void CallReporter::workerEnded(std::size_t slot, std::uint64_t time, WorkerState how)
{
    if (slot >= m_lanes.size() || !std::exchange(m_lanes[slot].isThere, false))
        return;
    const std::uint64_t at = std::max(since(time), m_lanes[slot].reached);
    take(event::WorkerChanged{workerOf(slot), how, at});
    m_lanes[slot].reached = at;
}

bool CallReporter::isSettled(std::uint64_t index) const
{
    return index < m_outcomes.size() && m_outcomes[index];
}

std::uint64_t CallReporter::firstMissing()
{
    while (isSettled(m_missing))
        ++m_missing;
    return m_missing;
}

void CallReporter::noteCost(const Chunk &chunk)
{
    ++m_times.count;
    m_times.in += difference(chunk.begun, chunk.received);
    m_times.out += difference(chunk.sent, chunk.ended);
    CallCost &cost = m_call.cost;
    ++cost.tasks;
    cost.lockWaits += difference(chunk.locked, chunk.asked);
    cost.unpickling += difference(chunk.unpickled, chunk.received);
    cost.picklingResults += difference(chunk.pickled, chunk.ended);
    cost.sending += difference(chunk.sent, chunk.pickled);
}

void CallReporter::chunkEnded(std::size_t slot, const EndedChunk &ended, std::uint64_t firstInput)
{
    const Chunk &chunk = ended.chunk;
    if (m_hasEnded || chunk.inputs == 0 || firstInput >= mostInputs
        || chunk.inputs > mostInputs - firstInput)
        return;
    if (ended.isTimed)
        noteCost(chunk);
    Lane &worker = lane(slot);
    const std::uint64_t count = std::max<std::uint64_t>(m_times.count, 1);
    ChunkTimes times;
    times.begun = std::max(since(chunk.begun), worker.reached);
    times.ended = std::max(since(chunk.ended), times.begun);
    times.received =
        ended.isTimed ? since(chunk.received) : difference(times.begun, m_times.in / count);
    times.received =
        std::clamp(times.received, std::min(worker.answered, times.begun), times.begun);
    times.answered = std::max(
        ended.isTimed ? since(chunk.sent) : times.ended + m_times.out / count, times.ended);
    times.sent = ended.sentAt > 0 ? std::min(since(ended.sentAt), times.received) : times.received;
    times.decoded = times.answered;
    times.spans = reportSpans(slot, ended, firstInput);
    worker.answered = times.answered;
    take(event::ChunkDone{workerOf(slot), times});
    reportOutcomes(slot, ended, firstInput);
    addTexts(ended, firstInput);
}

void CallReporter::addTexts(const EndedChunk &ended, std::uint64_t first)
{
    for (const InputText &text : ended.texts) {
        if (text.input < ended.chunk.inputs && m_call.inputTexts.size() < mostTexts)
            m_call.inputTexts.insert_or_assign(first + text.input, text.text);
    }
}

/// Returns the number of spans of the chunk.
std::uint64_t CallReporter::reportSpans(
    std::size_t slot, const EndedChunk &ended, std::uint64_t first)
{
    const Chunk &chunk = ended.chunk;
    std::uint64_t spans = 0;
    std::uint64_t reached = 0; // input in the chunk
    for (const ChunkSpan &span : ended.spans) {
        if (span.first != reached || span.inputs == 0 || span.inputs > chunk.inputs - reached)
            break;
        reportSpan(slot, span.begun, span.ended, {first + reached, span.inputs});
        reached += span.inputs;
        ++spans;
    }
    if (reached == chunk.inputs)
        return spans;
    const std::uint64_t begun = spans > 0 ? ended.spans[spans - 1].ended : chunk.begun;
    reportSpan(slot, begun, chunk.ended, {first + reached, chunk.inputs - reached});
    return spans + 1;
}

void CallReporter::reportSpan(
    std::size_t slot, std::uint64_t begun, std::uint64_t ended, IndexRange inputs)
{
    Lane &worker = lane(slot);
    const std::uint64_t begin = std::max(since(begun), worker.reached);
    const std::uint64_t end = std::max(since(ended), begin);
    worker.reached = end;
    worker.busy += end - begin;
    worker.isOpen = false;
    take(event::SpanDone{workerOf(slot), {begin, end - begin, inputs.first, inputs.count}});
}

void CallReporter::reportOutcomes(std::size_t slot, const EndedChunk &ended, std::uint64_t first)
{
    const Chunk &chunk = ended.chunk;
    const std::uint64_t time = since(chunk.ended);
    if (chunk.failed == 0)
        return settle({first, chunk.inputs}, time);
    const FailedInput unknown;
    const FailedInput &one = ended.failures.empty() ? unknown : ended.failures.front();
    if (chunk.failed >= chunk.inputs) {
        for (std::uint64_t i = 0; i < chunk.inputs; ++i)
            fail(slot, first + i, one, time);
        return;
    }
    std::uint64_t reached = 0;
    for (const FailedInput &failed : ended.failures) {
        if (failed.input == none || failed.input < reached || failed.input >= chunk.inputs)
            continue;
        settle({first + reached, failed.input - reached}, time);
        fail(slot, first + failed.input, failed, time);
        reached = failed.input + 1;
    }
    settle({first + reached, chunk.inputs - reached}, time);
}

/// Reports values. If some of the indices have outcomes already, which were reported for inputs of
/// lost chunks, the first indices without outcomes are used in their place.
void CallReporter::settle(IndexRange indices, std::uint64_t time)
{
    constexpr std::uint64_t most = 4096;
    static constexpr std::array<std::uint64_t, most> zeros{};
    m_lastOutcome = std::max(m_lastOutcome, time);
    std::uint64_t doubled = 0;
    const auto settleRun = [&](IndexRange range) {
        for (; range.count > 0;) {
            const std::uint64_t count = std::min(range.count, most);
            take(event::NumbersDone{{range.first, count}, OutcomeKind::Integer, m_lastOutcome,
                {reinterpret_cast<const char *>(zeros.data()), count * sizeof(std::uint64_t)}});
            if (m_outcomes.size() < range.first + count)
                m_outcomes.resize(range.first + count);
            std::fill_n(m_outcomes.begin() + static_cast<std::ptrdiff_t>(range.first), count, true);
            m_settled += count;
            range.first += count;
            range.count -= count;
        }
    };
    for (std::uint64_t index = indices.first; index < indices.end();) {
        std::uint64_t end = index;
        while (end < indices.end() && !isSettled(end))
            ++end;
        settleRun({index, end - index});
        doubled += end < indices.end() ? 1 : 0;
        index = end + 1;
    }
    for (; doubled > 0; --doubled)
        settleRun({firstMissing(), 1});
}

void CallReporter::fail(
    std::size_t slot, std::uint64_t index, const FailedInput &why, std::uint64_t time)
{
    settleAsFailure(slot, isSettled(index) ? firstMissing() : index,
        {failureException, why.type, why.message, why.traceback}, event::Attempt::Ended, time);
}

void CallReporter::settleAsFailure(std::size_t slot, std::uint64_t index, const FailureView &why,
    event::Attempt attempt, std::uint64_t time)
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    outcome.failure = why;
    outcome.failure.context.worker = workerOf(slot);
    m_lastOutcome = std::max(m_lastOutcome, time);
    take(event::OutcomeDone{index, outcome, workerOf(slot), m_lastOutcome, attempt});
    if (m_outcomes.size() <= index)
        m_outcomes.resize(index + 1);
    m_outcomes[index] = true;
    ++m_settled;
}

void CallReporter::chunksLost(
    std::size_t slot, const LostChunks &lost, const std::vector<FailedInput> &failures)
{
    if (m_hasEnded || lost.inputs > mostInputs)
        return;
    m_call.cost.lostInputs += lost.inputs;
    const std::uint64_t time = std::max(since(lost.ended), m_lastOutcome);
    const std::uint64_t failed = std::min(lost.failed, lost.inputs);
    for (std::uint64_t left = lost.inputs - failed; left > 0;) {
        const std::uint64_t first = firstMissing();
        std::uint64_t count = 1;
        while (count < left && !isSettled(first + count))
            ++count;
        settle({first, count}, time);
        left -= count;
    }
    for (std::uint64_t i = 0; i < failed; ++i) {
        const bool isKnown = i < failures.size() && failures[i].input < mostInputs;
        fail(slot, isKnown ? failures[i].input : firstMissing(),
            isKnown ? failures[i] : FailedInput(), time);
    }
}

void CallReporter::chunkOpen(
    std::size_t slot, const OpenChunk &open, IndexRange inputs, std::uint64_t now)
{
    if (m_hasEnded)
        return;
    Lane &worker = lane(slot);
    const bool isNew = open.isOpen && inputs.count > open.firstInput
        && since(open.begun) >= worker.reached && inputs.first < mostInputs
        && inputs.count <= mostInputs - inputs.first;
    if (!isNew && !worker.isOpen)
        return;
    worker.isOpen = isNew;
    OpenSpan span;
    if (isNew)
        span = {std::max(since(open.begun), worker.reached), inputs.first + open.firstInput,
            inputs.count - open.firstInput, since(now)};
    take(event::SpanOpen{workerOf(slot), span});
}

void CallReporter::inputLost(
    std::size_t slot, std::uint64_t index, const std::string &why, std::uint64_t time)
{
    if (m_hasEnded || index >= mostInputs || isSettled(index))
        return;
    settleAsFailure(
        slot, index, {failureQuarantined, {}, why, {}}, event::Attempt::Lost, since(time));
}

std::uint64_t CallReporter::newWork(std::size_t slot) const
{
    if (m_hasEnded || slot >= m_lanes.size() || !m_lanes[slot].isThere)
        return 0;
    const Lane &worker = m_lanes[slot];
    return worker.busy - worker.busyWhenSeen + (worker.isOpen ? 1 : 0);
}

void CallReporter::addCost(std::size_t slot, const WorkerUsage &used, const ThreadUsage &threads)
{
    Lane &worker = lane(slot);
    worker.cost.cpu += used.cpu;
    worker.cost.runQueue += used.runQueue;
    worker.cost.maxRss = std::max(worker.cost.maxRss, used.maxRss);
    worker.cost.threads = std::max(worker.cost.threads, threads.count);
    worker.cost.threadRunQueue = std::max(worker.cost.threadRunQueue, threads.runQueue);
    worker.busyWhenSeen = worker.busy;
    take(event::WorkerCostSeen{workerOf(slot), worker.cost});
}

void CallReporter::parentCostSeen(const WorkerUsage &now)
{
    if (m_hasEnded)
        return;
    if (!m_parentAtBegin)
        m_parentAtBegin = now;
    const std::uint64_t cpu = difference(now.cpu, m_parentAtBegin->cpu);
    take(event::CoordinatorCostSeen{{cpu, cpu, 0}});
}

/// Adds a step that the parent recorded, and those since the last one that it did not record.
void CallReporter::addParentStep(
    ParentActivity activity, std::uint64_t &last, const ParentStep &step)
{
    const bool hasOthers = step.steps > 1 && last > 0 && last < step.begin;
    const std::uint64_t begin = hasOthers ? last : step.begin;
    m_call.parent.add(activity, since(begin), since(step.end), step.steps * step.busy);
    last = std::max(last, step.end);
}

void CallReporter::chunkSent(const Put &put, std::uint64_t chunks)
{
    const std::uint64_t pickling = difference(put.pickled, put.taken);
    const std::uint64_t writing = difference(put.written, put.pickled);
    CallCost &cost = m_call.cost;
    ++cost.chunks;
    cost.pickling += pickling;
    cost.writing += writing;
    cost.bytesOut += put.bytes;
    // A longer time is a wait for room in the pipe.
    constexpr std::uint64_t longestWrite = 20'000;
    const std::uint64_t written = std::min(writing, longestWrite + put.bytes);
    addParentStep(
        ParentActivity::Sending, m_lastSent, {put.taken, put.written, pickling + written, chunks});
}

void CallReporter::resultReceived(const Got &got, std::uint64_t results)
{
    CallCost &cost = m_call.cost;
    ++cost.results;
    cost.unpicklingResults += difference(got.unpickled, got.received);
    cost.bytesBack += got.bytes;
    const std::uint64_t end = std::max(got.unpickled, got.handled);
    addParentStep(ParentActivity::Receiving, m_lastReceived,
        {got.received, end, difference(end, got.received), results});
}

void CallReporter::resultsUsed(const Consumed &consumed)
{
    CallCost &cost = m_call.cost;
    cost.consumed += consumed.results;
    cost.loopWaited += consumed.waited;
    cost.loopUsed += consumed.used;
    const std::uint64_t before = difference(consumed.time, consumed.waited + consumed.used);
    m_call.parent.add(
        ParentActivity::Looping, m_clock.at(before), m_clock.at(consumed.time), consumed.used);
}

void CallReporter::log(const std::string &line)
{
    take(event::Logged{noWorker, line, since(RunClock::monotonic())});
}

/// Scales the cost of a worker that worked after its last addCost() to all of its spans.
void CallReporter::end(std::uint64_t time)
{
    if (m_hasEnded)
        return;
    const std::uint64_t at = isComplete() ? m_lastOutcome : std::max(since(time), m_lastOutcome);
    for (std::size_t slot = 0; slot < m_lanes.size(); ++slot) {
        Lane &worker = m_lanes[slot];
        const bool isBehind = worker.busyWhenSeen > 0 && worker.busy > worker.busyWhenSeen;
        if (isBehind) {
            const double factor =
                static_cast<double>(worker.busy) / static_cast<double>(worker.busyWhenSeen);
            worker.cost.cpu =
                static_cast<std::uint64_t>(static_cast<double>(worker.cost.cpu) * factor);
            take(event::WorkerCostSeen{workerOf(slot), worker.cost});
        }
        if (worker.isOpen)
            take(event::SpanOpen{workerOf(slot), OpenSpan()});
        if (worker.isThere) {
            const std::uint64_t idle =
                std::max({worker.reached, worker.answered, std::uint64_t{1}});
            take(event::WorkerIdle{workerOf(slot), IdleReason::NothingLeft, idle});
            take(event::WorkerChanged{workerOf(slot), WorkerState::Gone, std::max(at, idle)});
        }
    }
    if (!isComplete())
        take(event::RunStopped{at});
    m_hasEnded = true;
}

} // namespace poolscope::watch
