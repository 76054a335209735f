// SPDX-License-Identifier: GPL-3.0-or-later
// readTrace(): reads a Chrome trace as a run. Traces that Poolscope wrote are read in the same way.
//
// Each thread that has events of a duration (X, or B and E) becomes a worker, and each outermost
// event becomes a span of one input. The inputs are in the order of their begins, and their texts
// are the names of the events. Events within others are counted as nested. Events that overlap
// without nesting, and asynchronous events (b and e) that overlap, are in lanes of their own.
// ImportNotes count events that are not shown.
#pragma once

#include "import/importedrun.h"
#include "result.h"

#include <string>

namespace poolscope {

/// Fails if the file is not a trace or has no such events.
Result<ImportedRun> readTrace(const std::string &path);

} // namespace poolscope
