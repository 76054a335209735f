// SPDX-License-Identifier: GPL-3.0-or-later
// A run's timeline as a Chrome trace (see tracewords.h), for chrome://tracing and Perfetto, and to
// be opened again.
//
// It is written as it is read from the timeline, so that memory does not grow with the run.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "result.h"

#include <filesystem>

namespace poolscope {

/// Writes what is recorded so far, whole or not at all. Any thread, also while the
/// run goes on.
Result<void> writeChromeTrace(
    const RunRecord &record, const std::filesystem::path &path, const GoOn &goOn = {});

} // namespace poolscope
