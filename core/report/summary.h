// SPDX-License-Identifier: GPL-3.0-or-later
// The summary of a run: its figures, as JSON.
#pragma once

#include "analysis/verdict.h"
#include "record/runrecord.h"

#include <cstdint>
#include <optional>
#include <string>

namespace poolscope {

/// An indented object, with a line break at its end: tasks,
/// succeeded, failed, quarantined, attempts, makespan_s, rate, and for each worker id, pid, host,
/// iterations, busy_s, cpu_s, max_rss_bytes, restarts, and of an imported run name. A figure that
/// is not known is null, as the number of tasks is while inputs still come. Then accounting and
/// verdict: see report/analysisjson.h.
/// `linesDropped`, the lines of the log that were not written, is lines_dropped if it is known.
std::string summaryJson(const RunRecord &record, const Analysis &analysis,
    std::optional<std::uint64_t> linesDropped = {});

/// Iterations per second from the first dispatch to the last outcome, pauses left out. 0 if that
/// is not known.
double rateOf(const Timeline &timeline);

} // namespace poolscope
