// SPDX-License-Identifier: GPL-3.0-or-later
// Replay: reports the contents of a run file as events.
//
// Takes the batches of a run file in their order. They may contain anything: a batch that no writer
// can have written fails, and an EventCheck refuses events that no run can have. One thread.
#pragma once

#include "events/eventcheck.h"
#include "record/chunktimelog.h"
#include "record/runprogress.h"
#include "record/timeline.h"
#include "runfile/batchcodec.h"
#include "runfile/runfileformat.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace poolscope {

class Replay {
public:
    /// Both arguments outlive the replay.
    Replay(EventCheck &events, const RunProgress &progress);

    Result<void> take(const RecordBatch &batch);
    /// Reports the last events, which follow from the progress. To be called after the last batch.
    Result<void> finish();
    /// Reports the end of workers that had not ended when the run was cut off.
    Result<void> closeWorkers();

private:
    struct PackedSpans {
        std::string bytes;
        std::uint64_t count = 0;
    };
    /// Spans and chunks of a worker that are not reported yet, and its last reported state.
    struct Lane {
        std::deque<PackedSpans> spans;
        std::optional<SpanUnpacker> unpacker; ///< of the first of `spans`
        Span next{};
        bool hasNext = false;
        std::string chunks; ///< packed
        std::size_t chunksRead = 0; ///< bytes of them
        ChunkTimeLog::Unpacker chunkUnpacker;
        ChunkTimeLog::Unpacker::Chunk nextChunk;
        bool hasNextChunk = false;
        std::uint64_t spansSinceChunk = 0;
        WorkerState state = WorkerState::Gone;
        OpenSpan openSpan;
        bool isMalformed = false;
    };

    Result<void> takeBatch(const RecordBatch &batch);
    Result<void> takeNumbers(const RecordBatch &batch, OutcomeKind kind);
    Result<void> takeOutcomes(const RecordBatch &batch);
    Result<void> takeFailures(const RecordBatch &batch);
    Result<void> takeWorker(const RecordBatch &batch);
    Result<void> takeSpans(const RecordBatch &batch);
    Result<void> takeChunkTimes(const RecordBatch &batch);
    Result<void> takeMarks(const RecordBatch &batch);
    Result<void> takeLog(const RecordBatch &batch);

    Result<void> reportMark(const Mark &mark);
    Result<void> reportState(const Mark &mark, WorkerState state);
    Result<void> reportFailure(const Mark &mark);
    Result<void> reportPause(const Mark &mark);
    Result<void> reportResumption(const Mark &mark);
    Result<void> reportChunks(WorkerId worker, Lane &lane);
    Result<void> reportLane(WorkerId worker, std::uint64_t until);
    Result<void> reportLanes();
    Result<void> reportOpenSpans();
    Result<void> endTransaction();
    template <typename Any> Result<void> takeUnlessZero(const Any &event);
    static const Span *nextSpan(Lane &lane);
    static const ChunkTimeLog::Unpacker::Chunk *nextChunk(Lane &lane);

    EventCheck &m_events;
    const RunProgress &m_progress;
    int m_stage = 0; ///< of the transaction that is being read
    std::map<WorkerId, Lane> m_lanes;
    std::unordered_map<std::uint64_t, std::string> m_failures; ///< of the transaction, by index
    std::string m_part; ///< bytes of an outcome from Part batches so far
    std::optional<std::uint64_t> m_pausedSince;
};

} // namespace poolscope
