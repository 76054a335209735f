// SPDX-License-Identifier: GPL-3.0-or-later
// A run's timeline as a Chrome trace: JSON in the Trace Event Format, for chrome://tracing and
// Perfetto.
//
// Each run is a process, from 1 on. Its thread 0 sends and decodes chunks, and thread N is worker
// N. Times are microseconds since the start of the first run, with three decimals.
//
//     X  category span     index and count of the inputs; named "input 3", or as the input of an
//                          imported run
//     i  category chunk    "sent" and "decoded", of thread 0, with the worker
//     s, t, f              the flow of a chunk from sent by begun to decoded
//     i  category mark     a rare event with its value; a failure has kind, type, message, detail
//     C  it/s
//
// Opening a trace restores the spans, lanes and names. Run files have the rest. The trace is
// written while the timeline is read, so memory does not grow with the run.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "result.h"

#include <filesystem>
#include <vector>

namespace poolscope {

/// Writes what is recorded so far, completely or not at all. Any thread, also during the run.
Result<void> writeChromeTrace(const RunRecord &record, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue = {});

/// Writes the runs of a session, of which there is at least one, in the order of start.
Result<void> writeChromeTrace(const std::vector<const RunRecord *> &runs,
    const std::filesystem::path &path, const ShouldContinue &shouldContinue = {});

} // namespace poolscope
