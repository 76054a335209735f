// SPDX-License-Identifier: GPL-3.0-or-later
// The job log of GNU parallel (--joblog) as a run.
//
// Each job is an input, whose text is its command, in the order of Seq; a job that is told of again
// (--resume-failed) was tried again. Its log does not say in which slot a job ran: each is given
// the lowest lane of its host that is free.
#pragma once

#include "report/importedrun.h"
#include "result.h"

#include <string>
#include <string_view>

namespace poolscope {

/// Whether a file that begins like this is a job log.
bool isJobLog(std::string_view beginning);

/// Fails where it is none, in one line that names the line.
Result<ImportedRun> readJobLog(const std::string &path);

} // namespace poolscope
