// SPDX-License-Identifier: GPL-3.0-or-later
// How several runs compare, side by side, as a person reads it.
#pragma once

#include "analysis/accounting.h"
#include "analysis/comparison.h"

#include <string>
#include <vector>

namespace poolscope {

struct ComparisonSubject {
    std::uint64_t failed = 0; ///< inputs
    ComparedRun figures;
    CauseTimes times; ///< where the time of its workers went
};

/// "A", "B", ... "Z", "AA", ...: what the run at this position is called.
std::string letterOf(std::size_t position);

/// How each run but the first differs from the first.
std::vector<RunDifference> differencesOf(const std::vector<ComparisonSubject> &runs);

struct ComparisonRow {
    std::string name;
    std::vector<std::string> figures; ///< of each run
    std::vector<std::string> differences; ///< of each but the first; empty: none is told
};

/// Throughput, makespan, latencies, and where the time went.
std::vector<ComparisonRow> comparisonRows(
    const std::vector<ComparisonSubject> &runs, const std::vector<RunDifference> &differences);

} // namespace poolscope
