// SPDX-License-Identifier: GPL-3.0-or-later
// readJobLog(): reads a job log of GNU parallel (--joblog) as a run.
//
// Each job is an input, whose text is its command, in the order of Seq. A line with the Seq and the
// command of a job that failed before it is another attempt at that job (--retries,
// --resume-failed). Any other line that repeats a Seq begins another run of parallel, whose jobs
// follow. A Seq without a line is an input without an outcome.
//
// The log does not record the slot of a job. Each job is placed in the lowest free lane of its
// host.
#pragma once

#include "import/importedrun.h"
#include "result.h"

#include <string>
#include <string_view>

namespace poolscope {

/// Whether a file with this beginning is a job log.
bool isJobLog(std::string_view beginning);

/// Reads a job log. Leaves out and counts lines that do not have the form of a job. Fails if the
/// file cannot be read or has no job. The error names the first line that is wrong.
Result<ImportedRun> readJobLog(const std::string &path);

} // namespace poolscope
