// SPDX-License-Identifier: GPL-3.0-or-later
// The job log of GNU parallel (--joblog) as a run.
//
// Each job is an input, whose text is its command, in the order of Seq. A line with the Seq and the
// command of a job that failed before it is another attempt at that job (--retries,
// --resume-failed). Any other line with a Seq that was there before begins another run of parallel,
// whose jobs follow. A Seq without a line is an input without an outcome.
//
// The log does not record in which slot a job ran: each is given the lowest lane of its host that
// is free.
#pragma once

#include "import/importedrun.h"
#include "result.h"

#include <string>
#include <string_view>

namespace poolscope {

/// Whether a file that begins like this is a job log.
bool isJobLog(std::string_view beginning);

/// Lines that are not lines of a job log are left out and counted. Fails if no others are there, in
/// one line that names the first of them.
Result<ImportedRun> readJobLog(const std::string &path);

} // namespace poolscope
