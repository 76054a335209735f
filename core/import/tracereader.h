// SPDX-License-Identifier: GPL-3.0-or-later
// A Chrome trace as a run.
//
// Each thread that has events of a duration (X, or B and E) becomes a worker, and each outermost of
// these a span of one input. The inputs are numbered as they began, and their texts are the events'
// names. Events within others are part of them. An event that only overlaps another has a lane of
// its own. Asynchronous events (b and e) have a lane for each that overlaps. ImportNotes count what
// is not shown.
//
// The traces that Poolscope writes are read in this way, too.
#pragma once

#include "import/importedrun.h"
#include "result.h"

#include <string>

namespace poolscope {

/// Fails if it is not a trace or has no such events. The error names the place.
Result<ImportedRun> readTrace(const std::string &path);

} // namespace poolscope
