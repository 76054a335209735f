// SPDX-License-Identifier: GPL-3.0-or-later
// A run file as the record of its run, through the same structures that a live run has.
//
// Runs nothing and opens no input; the record's inputs answer that they were not read.
#pragma once

#include "record/recordpositions.h"
#include "record/runrecord.h"
#include "result.h"
#include "runfile/runfileformat.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

struct LoadedRun {
    std::string file; ///< the run file; empty where it came from a file of another kind
    RunFileInfo info;
    std::unique_ptr<RunRecord> record;
    RecordPositions written; ///< how far the file tells of the record
};

/// Loads one run of the file at `path`, by its number, or the run that took longest. Of a run that
/// was cut off that is what it had done by then. Fails if there is no such run.
Result<LoadedRun> loadRunFile(const std::string &path, std::optional<std::uint32_t> run = {});

/// Loads all runs of the file, in the order in which they started.
Result<std::vector<LoadedRun>> loadSession(const std::string &path);

} // namespace poolscope
