// SPDX-License-Identifier: GPL-3.0-or-later
// Loading the runs of a run file as records, with the structures of a live run.
//
// Runs nothing and opens no input. Inputs other than a range fail when they are read.
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
    std::string file; ///< the run file. Empty for an imported file
    RunFileInfo info;
    std::unique_ptr<RunRecord> record;
    RecordPositions written; ///< the part of the record that is in the file
};

/// Loads the run of this number, by default the longest run. A run that was cut off is loaded as
/// far as the file contains it. Fails if there is no such run.
Result<LoadedRun> loadRunFile(const std::string &path, std::optional<std::uint32_t> run = {});

/// Loads all runs of the file, in the order in which they started.
Result<std::vector<LoadedRun>> loadSession(const std::string &path);

} // namespace poolscope
