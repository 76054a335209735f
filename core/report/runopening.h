// SPDX-License-Identifier: GPL-3.0-or-later
// A run out of whatever file holds one: a run file, a Chrome trace, a job log of GNU parallel.
//
// Runs nothing. What the file is, its first bytes tell.
#pragma once

#include "record/runfileload.h"
#include "result.h"

#include <string>

namespace poolscope {

enum class RunSource { RunFile, Trace, JobLog };

/// Of a file that cannot be read: RunFile, whose reader then says why.
RunSource runSourceOf(const std::string &path);

Result<LoadedRun> openRun(const std::string &path);

} // namespace poolscope
