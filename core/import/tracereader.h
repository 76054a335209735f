// SPDX-License-Identifier: GPL-3.0-or-later
// A Chrome trace as a run: one that Poolscope wrote (see tracewords.h), or somebody else's.
//
// Of somebody else's, each thread that has events of a duration (X, or B and E) becomes a worker,
// and each outermost of these a span of one input; the inputs are numbered as they began, and their
// texts are the events' names. Events within others are part of them, and what only overlaps has a
// lane of its own. So have asynchronous events (b and e), for each that overlaps. What is not shown
// is counted: see ImportNotes.
#pragma once

#include "import/importedrun.h"
#include "result.h"

#include <string>

namespace poolscope {

/// Fails where it is no trace, or has no such events, in one line that names the place.
Result<ImportedRun> readTrace(const std::string &path);

} // namespace poolscope
