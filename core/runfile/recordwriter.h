// SPDX-License-Identifier: GPL-3.0-or-later
// RecordWriter: writes the new parts of a record to a run file, a transaction at a time.
//
// A call that fails does not change the writer. The caller then rolls the file back, and may try
// again with the same snapshots.
#pragma once

#include "record/recordsnapshot.h"
#include "record/runrecord.h"
#include "runfile/runfile.h"

#include <vector>

namespace poolscope {

class RecordWriter {
public:
    /// The record outlives the writer, and the file its last write(). `written` is the part of the
    /// record that the file contains.
    RecordWriter(RunFile &file, const RunRecord &record, RecordPositions written);

    /// Writes the record up to the last of these snapshots, which are consecutive and at least one.
    Result<void> write(const std::vector<RecordSnapshot> &snapshots);
    /// Treats the record up to `reached` as written, since the file is lost.
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
