// SPDX-License-Identifier: GPL-3.0-or-later
// RecordRestorer: brings what a run file tells back into a record, as if the pool had told it.
//
// What it is told may be anything: what no run can have done fails, and changes no memory but the
// record's. For a record that nobody reads yet. One thread.
#pragma once

#include "record/recordpositions.h"
#include "record/runrecord.h"
#include "result.h"
#include "runfile/runfileformat.h"
#include "system/stopdetector.h"

#include <map>
#include <string>
#include <vector>

namespace poolscope {

class RecordRestorer {
public:
    /// The record has its outcomes, with room for all.
    explicit RecordRestorer(RunRecord &record)
        : m_record(record)
    {
    }

    Result<void> take(const Piece &piece);
    /// After the last piece: the figures that follow from no piece. Fails where they contradict the
    /// pieces.
    Result<void> finish(const RunProgress &progress);
    /// Marks every worker that was at work when the run was cut off as gone.
    void closeWorkers();

    /// How far the record reached after the last piece.
    RecordPositions positions() const;

private:
    void closeOpenSpan(WorkerRecord &worker, const RunProgress &progress);
    Result<void> takeNumbers(const Piece &piece, OutcomeKind kind);
    Result<void> takeOutcomes(const Piece &piece);
    Result<void> takeOutcome(std::uint64_t index, const OutcomeView &outcome);
    Result<void> takeSpans(const Piece &piece);
    Result<void> takeChunkTimes(const Piece &piece);
    Result<void> takeMarks(const Piece &piece);
    void takePace(const Mark &mark);
    Result<void> takeWorker(const Piece &piece);
    Result<void> takeLog(const Piece &piece);
    Result<void> forget(IndexRange indices);
    WorkerRecord *worker(std::uint32_t id);
    void count(OutcomeKind kind, std::string_view failureKind, std::uint64_t change);

    RunRecord &m_record;
    std::string m_part; ///< what Part pieces have brought of an outcome so far
    std::vector<StopInterval> m_stops;
    std::map<std::uint32_t, std::string> m_chunkTimes; ///< by worker, of a chunk that goes on
};

} // namespace poolscope
