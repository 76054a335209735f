// SPDX-License-Identifier: GPL-3.0-or-later
// RecordWriter: writes what is new in a record to a run file, a transaction at a time.
//
// A call that fails changes nothing that is known here. The caller rolls the file back then, and
// may try again with the same snapshots.
#pragma once

#include "record/recordsnapshot.h"
#include "record/runrecord.h"
#include "runfile/runfile.h"

#include <vector>

namespace poolscope {

class RecordWriter {
public:
    /// File and record outlive this, but the file may end once nothing more is written. It has what
    /// `written` says.
    RecordWriter(RunFile &file, const RunRecord &record, RecordPositions written);

    /// Writes everything up to the last of the snapshots, which follow each other. At least one.
    Result<void> write(const std::vector<RecordSnapshot> &snapshots);
    /// Leaves out everything up to there, since the file is lost.
    void skip(const RecordPositions &reached) { m_written = reached; }

    const RecordPositions &written() const { return m_written; }

private:
    Result<void> writeFailures(std::size_t marksReached);
    Result<void> writeOutcomes(const std::vector<IndexRange> &settled);
    void leaveOutCost(RecordPositions &reached) const;
    Result<void> writeWorkers(const RecordPositions &reached);
    Result<void> writeSpans(WorkerId worker, const RecordPositions::Worker &reached);
    Result<void> writeChunkTimes(WorkerId worker, const RecordPositions::Worker &reached);
    Result<void> writeMarks(std::size_t reached);
    Result<void> writeLog(std::uint64_t &reached);

    RunFile &m_file;
    const RunRecord &m_record;
    RecordPositions m_written;
};

} // namespace poolscope
