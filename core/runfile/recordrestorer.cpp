// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/recordrestorer.h"

#include "runfile/piececodec.h"
#include "wire/codec.h"

#include <algorithm>
#include <cstring>

namespace poolscope {

namespace {

const Error malformed{"it is malformed"};

/// `inner` lies within [0, count).
bool liesBelow(std::uint64_t count, std::uint64_t first, std::uint64_t length)
{
    return length > 0 && first < count && length <= count - first;
}

Result<void> orMalformed(bool good)
{
    return good ? Result<void>() : tl::unexpected(malformed);
}

} // namespace

Result<void> RecordRestorer::take(const Piece &piece)
{
    switch (piece.kind) {
    case PieceKind::Reals:
        return takeNumbers(piece, OutcomeKind::Real);
    case PieceKind::Integers:
        return takeNumbers(piece, OutcomeKind::Integer);
    case PieceKind::Outcomes:
        return takeOutcomes(piece);
    case PieceKind::Part:
        m_part += piece.data;
        return orMalformed(m_part.size() <= wire::maxFrameBody);
    case PieceKind::Spans:
        return takeSpans(piece);
    case PieceKind::ChunkTimes:
        return takeChunkTimes(piece);
    case PieceKind::Marks:
        return takeMarks(piece);
    case PieceKind::Worker:
        return takeWorker(piece);
    case PieceKind::Log:
        return takeLog(piece);
    case PieceKind::Reopened:
        return liesBelow(m_record.inputCount, piece.first, piece.count)
            ? forget({piece.first, piece.count})
            : tl::unexpected(malformed);
    }
    return tl::unexpected(malformed);
}

WorkerRecord *RecordRestorer::worker(std::uint32_t id)
{
    auto &workers = m_record.timeline.m_workers;
    while (workers.size() < id)
        workers.append(std::make_unique<WorkerRecord>(static_cast<WorkerId>(workers.size() + 1)));
    return workers.mutableAt(id - 1).get();
}

void RecordRestorer::count(OutcomeKind kind, std::string_view failureKind, std::uint64_t change)
{
    Timeline &timeline = m_record.timeline;
    if (kind != OutcomeKind::Failure) {
        timeline.m_succeeded += change;
        return;
    }
    timeline.m_failed += change;
    if (failureKind == failureQuarantined)
        timeline.m_quarantined += change;
}

/// Takes back what indices came to earlier, where they came to anything.
Result<void> RecordRestorer::forget(IndexRange indices)
{
    OutcomeStore &outcomes = *m_record.outcomes;
    for (std::uint64_t index = outcomes.firstSettled(indices.first); index < indices.end();
         index = outcomes.firstSettled(index)) {
        const auto outcome = outcomes.read(index);
        if (!outcome)
            return tl::unexpected(outcome.error());
        count(outcome->view.kind, outcome->view.failure.kind, ~std::uint64_t{0});
        outcomes.forget(index);
    }
    return {};
}

Result<void> RecordRestorer::takeNumbers(const Piece &piece, OutcomeKind kind)
{
    if (!liesBelow(m_record.inputCount, piece.first, piece.count)
        || piece.data.size() / sizeof(std::uint64_t) != piece.count
        || piece.data.size() % sizeof(std::uint64_t) != 0)
        return tl::unexpected(malformed);
    if (auto forgotten = forget({piece.first, piece.count}); !forgotten)
        return forgotten;
    m_record.outcomes->addNumbers(piece.first, kind, piece.data);
    count(kind, {}, piece.count);
    return {};
}

Result<void> RecordRestorer::takeOutcomes(const Piece &piece)
{
    if (!liesBelow(m_record.inputCount, piece.first, piece.count))
        return tl::unexpected(malformed);
    const bool inParts = !m_part.empty();
    m_part += inParts ? piece.data : std::string_view();
    wire::FieldReader reader(inParts ? std::string_view(m_part) : piece.data);
    for (std::uint64_t index = piece.first; index < piece.first + piece.count; ++index) {
        const auto outcome = wire::decodeKeptOutcome(reader);
        if (!outcome)
            return tl::unexpected(malformed);
        if (auto taken = takeOutcome(index, *outcome); !taken)
            return taken;
    }
    m_part = {};
    return orMalformed(reader.atEnd());
}

Result<void> RecordRestorer::takeOutcome(std::uint64_t index, const OutcomeView &outcome)
{
    if (auto forgotten = forget({index, 1}); !forgotten)
        return forgotten;
    count(outcome.kind, outcome.failure.kind, 1);
    return m_record.outcomes->add(index, outcome);
}

Result<void> RecordRestorer::takeSpans(const Piece &piece)
{
    return orMalformed(piece.worker > 0
        && unpackSpans(piece.data, piece.count, m_record.inputCount, worker(piece.worker)->m_lane));
}

Result<void> RecordRestorer::takeChunkTimes(const Piece &piece)
{
    constexpr std::size_t longestChunk = 60;
    if (piece.worker == 0)
        return tl::unexpected(malformed);
    WorkerRecord &of = *worker(piece.worker);
    std::string &bytes = m_chunkTimes[piece.worker];
    bytes += piece.data;
    const auto taken = of.m_chunkTimes.restore(bytes, of.m_lane);
    if (!taken)
        return tl::unexpected(malformed);
    bytes.erase(0, *taken);
    return orMalformed(bytes.size() < longestChunk);
}

Result<void> RecordRestorer::takeMarks(const Piece &piece)
{
    std::vector<Mark> marks;
    if (!unpackMarks(piece.data, piece.count, marks))
        return tl::unexpected(malformed);
    for (const Mark &mark : marks) {
        const bool namesIndex =
            mark.kind >= Mark::Kind::Failed && mark.kind <= Mark::Kind::Reopened;
        if ((mark.kind == Mark::Kind::Idle && mark.value >= idleReasonCount)
            || mark.worker > m_record.timeline.workerCount()
            || (namesIndex && mark.value >= m_record.inputCount))
            return tl::unexpected(malformed);
        m_record.timeline.m_marks.append(mark);
        takePace(mark);
    }
    return {};
}

void RecordRestorer::takePace(const Mark &mark)
{
    AppendLog<std::uint64_t> &changes = m_record.timeline.m_paceChanges;
    const bool isPaused = changes.size() % 2 == 1;
    const bool endsPause = mark.kind == Mark::Kind::Resumed || mark.kind == Mark::Kind::Continued;
    if (isPaused ? endsPause : mark.kind == Mark::Kind::Paused)
        changes.append(mark.time);
    if (const auto stop = stopOf(mark))
        m_stops.push_back(*stop);
}

Result<void> RecordRestorer::takeWorker(const Piece &piece)
{
    WorkerFigures figures;
    if (piece.worker == 0 || !unpackWorker(piece.data, figures))
        return tl::unexpected(malformed);
    WorkerRecord &restored = *worker(piece.worker);
    restored.m_identity = std::move(figures.identity);
    restored.m_loading = figures.loading;
    restored.m_state = figures.state;
    restored.m_cpuBefore = figures.cpu;
    restored.m_runQueueBefore = figures.runQueue;
    restored.m_maxRss = figures.maxRss;
    restored.m_decodingBefore = figures.decoding;
    restored.m_starts = figures.starts;
    restored.m_setUpCpu = figures.setUpCpu;
    restored.m_setUpRunQueue = figures.setUpRunQueue;
    restored.m_threads = figures.threads;
    restored.m_threadRunQueueBefore = figures.threadRunQueue;
    restored.m_openSpan = figures.openSpan;
    const OpenSpan &open = restored.m_openSpan;
    return orMalformed(open.count == 0 || liesBelow(m_record.inputCount, open.first, open.count));
}

Result<void> RecordRestorer::takeLog(const Piece &piece)
{
    std::vector<LogEntry> entries;
    if (!unpackLog(piece.data, piece.count, entries))
        return tl::unexpected(malformed);
    for (LogEntry &entry : entries)
        m_record.log.add(std::move(entry));
    return {};
}

Result<void> RecordRestorer::finish(const RunProgress &progress)
{
    Timeline &timeline = m_record.timeline;
    timeline.m_firstDispatch = progress.firstDispatch;
    timeline.m_lastOutcome = progress.lastOutcome;
    timeline.m_stopped = progress.stopped;
    timeline.m_attempts = progress.attempts;
    timeline.m_coordinatorBefore = progress.coordinator;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        WorkerRecord &restored = *worker(static_cast<std::uint32_t>(i + 1));
        const Lane &lane = restored.m_lane;
        lane.forEach(0, lane.size(), [&](const Span &span) {
            const std::uint64_t time = timeNotStopped(m_stops, span.begin, span.duration);
            timeline.m_iterationTimes.add(span.count, time);
            restored.m_iterations += span.count;
            restored.m_busy += time;
        });
        closeOpenSpan(restored, progress);
    }
    m_record.elapsed = progress.elapsed;
    const bool chunkTimesEnd = std::all_of(m_chunkTimes.begin(), m_chunkTimes.end(),
        [](const auto &entry) { return entry.second.empty(); });
    return m_part.empty() && chunkTimesEnd && timeline.workerCount() == progress.workers
        ? Result<void>()
        : failure("its figures contradict what it tells");
}

/// It lasted until the run was stopped or, if the program was killed, as far as the file tells.
void RecordRestorer::closeOpenSpan(WorkerRecord &worker, const RunProgress &progress)
{
    Timeline &timeline = m_record.timeline;
    OpenSpan &open = worker.m_openSpan;
    const std::uint64_t end = progress.stopped > 0 ? progress.stopped : progress.elapsed;
    if (progress.state == RunState::Completed || open.count == 0 || open.begin >= end) {
        open = {};
        return;
    }
    open.seen = end;
    timeline.m_stopped = end;
}

void RecordRestorer::closeWorkers()
{
    Timeline &timeline = m_record.timeline;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        WorkerRecord &restored = *worker(static_cast<std::uint32_t>(i + 1));
        const WorkerState state = restored.state();
        if (state == WorkerState::Dead || state == WorkerState::Gone)
            continue;
        restored.m_state = WorkerState::Gone;
        timeline.m_marks.append(Mark{m_record.elapsed, 0, restored.id(), Mark::Kind::Gone});
    }
}

RecordPositions RecordRestorer::positions() const
{
    RecordPositions positions;
    const Timeline &timeline = m_record.timeline;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        positions.workers.push_back(
            {worker.lane().size(), worker.chunkTimes().packedSize(), figuresOf(worker)});
    }
    positions.marks = timeline.marks().size();
    positions.logLines = m_record.log.end();
    return positions;
}

} // namespace poolscope
