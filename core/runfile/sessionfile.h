// SPDX-License-Identifier: GPL-3.0-or-later
// Writing a session of runs that have ended to a run file.
#pragma once

#include "record/recordsnapshot.h"
#include "record/runrecord.h"
#include "runfile/runfile.h"

#include <string>
#include <vector>

namespace poolscope {

struct EndedRun {
    RunDescription description;
    const RunRecord *record = nullptr; ///< outlives the call
    RecordSnapshot all; ///< everything in the record, and how the run ended
};

/// Writes the runs, at least one, in this order. A file that cannot be completed is removed.
Result<void> writeSession(
    const std::string &path, RunFile::IfExists ifExists, const std::vector<EndedRun> &runs);

} // namespace poolscope
