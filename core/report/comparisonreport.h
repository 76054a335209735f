// SPDX-License-Identifier: GPL-3.0-or-later
// The comparison of several runs as tables and text.
#pragma once

#include "analysis/accounting.h"
#include "analysis/comparison.h"
#include "record/runrecord.h"

#include <array>
#include <string>
#include <vector>

namespace poolscope {

struct ComparisonSubject {
    std::uint64_t failed = 0; ///< inputs
    ComparedRun figures;
    CauseTimes times; ///< of its workers
};

/// Returns the figures of a run so far, for a comparison.
ComparisonSubject comparisonSubject(const RunRecord &record);

/// A quantile of the durations of iterations that is reported for each run.
struct ReportedQuantile {
    const char *name;
    const char *key; ///< for programs
    double share;
};
inline constexpr std::array reportedQuantiles{ReportedQuantile{"median", "median_s", 0.5},
    ReportedQuantile{"p90", "p90_s", 0.9}, ReportedQuantile{"p99", "p99_s", 0.99},
    ReportedQuantile{"longest", "longest_s", 1}};

/// Returns the name of the run at this position: "A", "B", ... "Z", "AA", ...
std::string letterOf(std::size_t position);

/// Returns the differences of all runs but the first from the first.
std::vector<RunDifference> differencesOf(const std::vector<ComparisonSubject> &runs);

struct ComparisonRow {
    std::string name;
    std::vector<std::string> figures; ///< of each run
    std::vector<std::string> differences; ///< of each run but the first. Empty if there are none
};

/// Returns rows for throughput, makespan, latencies, and the time by cause.
std::vector<ComparisonRow> comparisonRows(
    const std::vector<ComparisonSubject> &runs, const std::vector<RunDifference> &differences);

} // namespace poolscope
