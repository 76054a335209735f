// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/replay.h"

#include "wire/outcomecodec.h"

#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

const Error malformedBatch{"it is malformed"};

Result<void> orMalformed(bool isGood)
{
    return isGood ? Result<void>() : tl::unexpected(malformedBatch);
}

/// Returns the position of a kind in a transaction. Kinds of one position may alternate.
int stageOf(BatchKind kind)
{
    switch (kind) {
    case BatchKind::Failures:
        return 0;
    case BatchKind::Worker:
    case BatchKind::Spans:
    case BatchKind::ChunkTimes:
        return 1;
    case BatchKind::Marks:
        return 2;
    case BatchKind::Reals:
    case BatchKind::Integers:
    case BatchKind::Outcomes:
    case BatchKind::Part:
        return 3;
    case BatchKind::Log:
        return 4;
    }
    return 0;
}

bool hasEnded(WorkerState state)
{
    return state == WorkerState::Dead || state == WorkerState::Gone;
}

event::Attempt attemptOf(Mark::Kind kind)
{
    return kind == Mark::Kind::Failed ? event::Attempt::Ended : event::Attempt::Lost;
}

} // namespace

Replay::Replay(EventCheck &events, const RunProgress &progress)
    : m_events(events)
    , m_progress(progress)
{
}

/// Takes a batch. Spans are reported once marks are known, since a mark can be between two spans.
Result<void> Replay::take(const RecordBatch &batch)
{
    const int stage = stageOf(batch.kind);
    Result<void> before;
    if (stage < m_stage)
        before = endTransaction();
    else if (stage > stageOf(BatchKind::Marks))
        before = reportLanes();
    m_stage = stage;
    return before.and_then([&] { return takeBatch(batch); });
}

Result<void> Replay::takeBatch(const RecordBatch &batch)
{
    switch (batch.kind) {
    case BatchKind::Reals:
        return takeNumbers(batch, OutcomeKind::Real);
    case BatchKind::Integers:
        return takeNumbers(batch, OutcomeKind::Integer);
    case BatchKind::Outcomes:
        return takeOutcomes(batch);
    case BatchKind::Part:
        m_part += batch.data;
        return orMalformed(m_part.size() <= wire::maxFrameBody);
    case BatchKind::Failures:
        return takeFailures(batch);
    case BatchKind::Worker:
        return takeWorker(batch);
    case BatchKind::Spans:
        return takeSpans(batch);
    case BatchKind::ChunkTimes:
        return takeChunkTimes(batch);
    case BatchKind::Marks:
        return takeMarks(batch);
    case BatchKind::Log:
        return takeLog(batch);
    }
    return tl::unexpected(malformedBatch);
}

/// Skips values that are known already. A file has a value twice if its input was retried after the
/// snapshot that reports its failure, and before that snapshot was written.
Result<void> Replay::takeNumbers(const RecordBatch &batch, OutcomeKind kind)
{
    constexpr std::size_t cell = sizeof(std::uint64_t);
    if (batch.first >= m_events.inputs() || batch.count > m_events.inputs() - batch.first
        || batch.data.size() / cell != batch.count || batch.data.size() % cell != 0)
        return tl::unexpected(malformedBatch);
    const std::uint64_t end = batch.first + batch.count;
    for (std::uint64_t index = batch.first; index < end;) {
        const std::uint64_t newEnd = std::min(m_events.firstSettled(index), end);
        if (newEnd == index) {
            ++index;
            continue;
        }
        const event::NumbersDone numbers{{index, newEnd - index}, kind, m_progress.lastOutcome,
            batch.data.substr((index - batch.first) * cell, (newEnd - index) * cell)};
        if (auto taken = m_events.take(numbers); !taken)
            return taken;
        index = newEnd;
    }
    return {};
}

Result<void> Replay::takeOutcomes(const RecordBatch &batch)
{
    const bool isInParts = !m_part.empty();
    m_part += isInParts ? batch.data : std::string_view();
    wire::FieldReader reader(isInParts ? std::string_view(m_part) : batch.data);
    for (std::uint64_t i = 0; i < batch.count; ++i) {
        const auto outcome = wire::decodeKeptOutcome(reader);
        if (!outcome)
            return tl::unexpected(malformedBatch);
        if (m_events.hasOutcome(batch.first + i))
            continue; // as in takeNumbers()
        const event::OutcomeDone done{batch.first + i, *outcome, noWorker, m_progress.lastOutcome};
        if (auto taken = m_events.take(done); !taken)
            return taken;
    }
    m_part.clear();
    return orMalformed(reader.atEnd());
}

Result<void> Replay::takeFailures(const RecordBatch &batch)
{
    return orMalformed(unpackFailures(
        batch.data, batch.count, [this](std::uint64_t index, std::string_view outcome) {
            m_failures.insert_or_assign(index, outcome);
        }));
}

Result<void> Replay::takeWorker(const RecordBatch &batch)
{
    WorkerFigures figures;
    if (batch.worker == noWorker || !unpackWorker(batch.data, figures))
        return tl::unexpected(malformedBatch);
    m_lanes[batch.worker].openSpan = figures.openSpan;
    return m_events.take(event::WorkerIntroduced{batch.worker, figures.identity}).and_then([&] {
        return m_events.take(event::WorkerCostSeen{batch.worker, figures.cost});
    });
}

Result<void> Replay::takeSpans(const RecordBatch &batch)
{
    if (batch.worker == noWorker)
        return tl::unexpected(malformedBatch);
    m_lanes[batch.worker].spans.push_back({std::string(batch.data), batch.count});
    return {};
}

Result<void> Replay::takeChunkTimes(const RecordBatch &batch)
{
    if (batch.worker == noWorker)
        return tl::unexpected(malformedBatch);
    m_lanes[batch.worker].chunks += batch.data;
    return {};
}

Result<void> Replay::takeMarks(const RecordBatch &batch)
{
    std::vector<Mark> marks;
    if (!unpackMarks(batch.data, batch.count, marks))
        return tl::unexpected(malformedBatch);
    for (const Mark &mark : marks) {
        if (auto reported = reportMark(mark); !reported)
            return reported;
    }
    return {};
}

Result<void> Replay::reportMark(const Mark &mark)
{
    switch (mark.kind) {
    case Mark::Kind::State:
        return mark.value <= static_cast<std::uint64_t>(WorkerState::Gone)
            ? reportState(mark, static_cast<WorkerState>(mark.value))
            : tl::unexpected(malformedBatch);
    case Mark::Kind::Resized:
        return m_events.take(event::PoolResized{static_cast<std::uint32_t>(mark.value), mark.time});
    case Mark::Kind::Paused:
        return reportPause(mark);
    case Mark::Kind::Resumed:
        return reportResumption(mark);
    case Mark::Kind::Failed:
    case Mark::Kind::Quarantined:
    case Mark::Kind::GivenUp:
        return reportFailure(mark);
    case Mark::Kind::Retried:
        return m_events.take(event::AttemptFailed{mark.value, mark.worker, mark.time});
    case Mark::Kind::Lost:
        return m_events.take(event::AttemptLost{mark.value, mark.worker, mark.time});
    case Mark::Kind::Reopened:
        return m_events.hasFailed(mark.value)
            ? m_events.take(event::InputReopened{mark.value, mark.time})
            : Result<void>();
    case Mark::Kind::Continued:
        m_pausedSince.reset();
        return m_events.take(event::RunContinued{mark.time});
    case Mark::Kind::Idle:
        return mark.value < idleReasonCount ? m_events.take(
                   event::WorkerIdle{mark.worker, static_cast<IdleReason>(mark.value), mark.time})
                                            : tl::unexpected(malformedBatch);
    }
    return tl::unexpected(malformedBatch);
}

Result<void> Replay::reportState(const Mark &mark, WorkerState state)
{
    Lane &lane = m_lanes[mark.worker];
    lane.state = state;
    const auto before =
        state == WorkerState::Starting ? reportLane(mark.worker, mark.time) : Result<void>();
    return before.and_then([&] {
        return m_events.take(event::WorkerChanged{mark.worker, state, mark.time});
    });
}

/// Reports a failure. If the input was reopened before the failure could be written, reports a
/// failed attempt. A Reopened mark then follows, or is lost.
Result<void> Replay::reportFailure(const Mark &mark)
{
    const auto found = m_failures.find(mark.value);
    if (found == m_failures.end())
        return m_events.take(event::AttemptFailed{mark.value, mark.worker, mark.time});
    wire::FieldReader reader(found->second);
    const auto outcome = wire::decodeKeptOutcome(reader);
    if (!outcome || outcome->kind != OutcomeKind::Failure || !reader.atEnd())
        return tl::unexpected(malformedBatch);
    return m_events.take(
        event::OutcomeDone{mark.value, *outcome, mark.worker, mark.time, attemptOf(mark.kind)});
}

/// Reports a pause. Skips the second mark of a pause that continues after a stop of the program.
Result<void> Replay::reportPause(const Mark &mark)
{
    if (m_pausedSince)
        return {};
    m_pausedSince = mark.time;
    return m_events.take(event::PoolPaused{mark.time});
}

Result<void> Replay::reportResumption(const Mark &mark)
{
    const auto stop = stopOf(mark);
    const bool isPausedLonger = stop && m_pausedSince && *m_pausedSince != stop->begin;
    if (!isPausedLonger)
        m_pausedSince.reset();
    if (stop)
        return m_events.take(event::ProgramStopped{stop->begin, stop->end});
    return m_events.take(event::PoolResumed{mark.time});
}

/// The next span that is not reported yet. Null if there is none or a batch is malformed.
inline const Span *Replay::nextSpan(Lane &lane)
{
    while (!lane.hasNext && !lane.spans.empty()) {
        if (!lane.unpacker)
            lane.unpacker.emplace(lane.spans.front().bytes, lane.spans.front().count);
        lane.hasNext = lane.unpacker->next(lane.next);
        if (lane.hasNext)
            break;
        if (!lane.unpacker->isComplete()) {
            lane.isMalformed = true;
            return nullptr;
        }
        lane.unpacker.reset();
        lane.spans.pop_front();
    }
    return lane.hasNext ? &lane.next : nullptr;
}

/// The next chunk, if its last span has been reported.
inline const ChunkTimeLog::Unpacker::Chunk *Replay::nextChunk(Lane &lane)
{
    if (!lane.hasNextChunk) {
        std::string_view rest = std::string_view(lane.chunks).substr(lane.chunksRead);
        lane.hasNextChunk = lane.chunkUnpacker.next(rest, lane.nextChunk);
        lane.chunksRead = lane.chunks.size() - rest.size();
    }
    return lane.hasNextChunk && lane.nextChunk.spans() <= lane.spansSinceChunk ? &lane.nextChunk
                                                                               : nullptr;
}

/// Reports chunks whose last span has been reported. A transaction can have the last span of a
/// chunk, and the next one its times.
inline Result<void> Replay::reportChunks(WorkerId worker, Lane &lane)
{
    while (const auto *chunk = nextChunk(lane)) {
        lane.spansSinceChunk -= chunk->spans();
        if (auto taken = m_events.take(event::ChunkDone{worker, chunk->times}); !taken)
            return taken;
        lane.hasNextChunk = false;
    }
    return {};
}

/// Reports spans that begin before `until`, and chunks whose last span is among them.
Result<void> Replay::reportLane(WorkerId worker, std::uint64_t until)
{
    Lane &lane = m_lanes[worker];
    if (auto reported = reportChunks(worker, lane); !reported)
        return reported;
    for (const Span *span = nextSpan(lane); span && span->begin < until; span = nextSpan(lane)) {
        if (auto taken = m_events.take(event::SpanDone{worker, *span}); !taken)
            return taken;
        lane.hasNext = false;
        ++lane.spansSinceChunk;
        if (auto reported = reportChunks(worker, lane); !reported)
            return reported;
    }
    return orMalformed(!lane.isMalformed);
}

Result<void> Replay::reportLanes()
{
    for (auto &[worker, lane] : m_lanes) {
        if (auto reported = reportLane(worker, UINT64_MAX); !reported)
            return reported;
        if (lane.hasNextChunk || lane.chunksRead < lane.chunks.size())
            return tl::unexpected(malformedBatch);
        lane.chunks.clear();
        lane.chunksRead = 0;
    }
    return {};
}

Result<void> Replay::takeLog(const RecordBatch &batch)
{
    std::vector<LogEntry> entries;
    if (!unpackLog(batch.data, batch.count, entries))
        return tl::unexpected(malformedBatch);
    for (const LogEntry &entry : entries) {
        const event::Logged line{
            entry.worker, entry.text, entry.time, entry.running, entry.printed};
        if (auto taken = m_events.take(line); !taken)
            return taken;
    }
    return {};
}

Result<void> Replay::endTransaction()
{
    m_failures.clear();
    return reportLanes();
}

Result<void> Replay::finish()
{
    if (!m_part.empty())
        return failure("its last outcome is not whole");
    return endTransaction()
        .and_then([&] { return m_events.take(event::CoordinatorCostSeen{m_progress.coordinator}); })
        .and_then([&] { return takeUnlessZero(event::FirstDispatched{m_progress.firstDispatch}); })
        .and_then([&] { return takeUnlessZero(event::RunStopped{m_progress.stopped}); })
        .and_then([&] { return reportOpenSpans(); });
}

/// Reports an event, unless its time is 0, which means that it did not happen.
template <typename Any> Result<void> Replay::takeUnlessZero(const Any &event)
{
    return event.time > 0 ? m_events.take(event) : Result<void>();
}

/// Reports unfinished spans, which lasted until the run was stopped or, if the program was killed,
/// until the last time in the file.
Result<void> Replay::reportOpenSpans()
{
    const std::uint64_t end = m_progress.stopped > 0 ? m_progress.stopped : m_progress.elapsed;
    Result<void> reported;
    for (const auto &[worker, lane] : m_lanes) {
        OpenSpan open = lane.openSpan;
        if (m_progress.state == RunState::Completed || open.count == 0 || open.begin >= end)
            continue;
        open.seen = end;
        const event::SpanOpen spanOpen{worker, open};
        reported =
            std::move(reported).and_then([&] { return m_events.take(spanOpen); }).and_then([&] {
                return m_events.take(event::RunStopped{end});
            });
    }
    return reported;
}

Result<void> Replay::closeWorkers()
{
    Result<void> closed;
    for (auto &[worker, lane] : m_lanes) {
        if (hasEnded(lane.state))
            continue;
        const event::WorkerChanged gone{worker, WorkerState::Gone, m_progress.elapsed};
        closed = std::move(closed).and_then([&] { return m_events.take(gone); });
    }
    return closed;
}

} // namespace poolscope
