// SPDX-License-Identifier: GPL-3.0-or-later
// A run's timeline as a Chrome trace: JSON as the Trace Event Format has it, for chrome://tracing
// and Perfetto.
//
// Each run is a process, from 1 on. Its thread 0 sends and decodes chunks, and thread N is worker
// N. Times are microseconds since the start of the first run, with nanoseconds behind the point.
//
//     X  category span     index and count of the inputs; named "input 3", or as the input of an
//                          imported run
//     i  category chunk    "sent" and "decoded", of thread 0, with the worker
//     s, t, f              the flow of a chunk from sent by begun to decoded
//     i  category mark     a rare event with its value; a failure has kind, type, message, detail
//     C  it/s
//
// Opened again, a trace has the spans, lanes and names, as any other trace. Run files have the
// rest. The trace is written as it is read from the timeline, so that memory does not grow with the
// run.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "result.h"

#include <filesystem>
#include <vector>

namespace poolscope {

/// Writes what is recorded so far, whole or not at all. Any thread, also while the
/// run goes on.
Result<void> writeChromeTrace(const RunRecord &record, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue = {});

/// Writes the runs of a session, in order of start.
Result<void> writeChromeTrace(const std::vector<const RunRecord *> &runs,
    const std::filesystem::path &path, const ShouldContinue &shouldContinue = {});

} // namespace poolscope
