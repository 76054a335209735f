// SPDX-License-Identifier: GPL-3.0-or-later
// The summary of a run: its figures, as JSON.
#pragma once

#include "analysis/verdict.h"
#include "record/runrecord.h"

#include <cstdint>
#include <optional>
#include <string>

namespace poolscope {

/// Returns an indented object, with a line break at its end: tasks, succeeded, failed, quarantined,
/// attempts, makespan_s, rate, workers, accounting and verdict (see report/analysisjson.h). Each
/// worker has id, pid, host, iterations, busy_s, cpu_s, max_rss_bytes, restarts, and in an imported
/// run name. A figure that is not known is null, such as tasks while more inputs will arrive.
/// lines_dropped is `linesDropped`, the number of lines of the log that were not written, if it is
/// known.
std::string summaryJson(const RunRecord &record, const Analysis &analysis,
    std::optional<std::uint64_t> linesDropped = {});

/// Returns the settled inputs per second from the first dispatch to the last outcome, without
/// pauses. 0 if that is not known.
double rateOf(const Timeline &timeline);

} // namespace poolscope
