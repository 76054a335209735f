// SPDX-License-Identifier: GPL-3.0-or-later
// ComparedRun: the figures of a run for a comparison. RunDifference: the difference of two runs,
// with confidence intervals.
//
// A run is measured once, so its spread is estimated from how unevenly it went. The run is divided
// into slices of equal time without pauses, and intervals come from resampled blocks of
// neighbouring slices. They show whether two runs differ by more than each run varied within
// itself. They do not show how much the same run varies from day to day; a sweep does. One thread.
#pragma once

#include "analysis/latency.h"
#include "analysis/statistics.h"
#include "record/timeline.h"

#include <cstdint>
#include <string>
#include <vector>

namespace poolscope {

/// The work in one slice of a run.
struct RunSlice {
    double iterations = 0;
    double busy = 0; ///< nanoseconds, of all workers
};

/// The figures of a run so far.
struct ComparedRun {
    std::uint64_t makespan = 0; ///< nanoseconds, pauses included
    std::uint64_t active = 0; ///< nanoseconds, without pauses
    std::uint64_t iterations = 0; ///< all that have a span, including those that were tried again
    double throughput = 0; ///< iterations per second of `active`
    std::size_t workers = 0; ///< workers with at least one iteration
    DurationHistogram durations; ///< of an iteration
    std::vector<RunSlice> slices; ///< in the order of time. Empty if the run is too short
};

ComparedRun comparedRun(const Timeline &timeline);

/// The difference of a second run from a first one.
struct RunDifference {
    Estimate throughput; ///< the second over the first
    Estimate duration; ///< the second over the first, of the mean duration of an iteration

    enum class Kind { Unknown, Alike, Faster, Slower };
    /// Returns Alike if the interval of the throughput contains 1, and Unknown if there is none.
    Kind kind() const;
};

RunDifference runDifference(
    const ComparedRun &first, const ComparedRun &second, const Bootstrap &bootstrap = {});

/// "B does 1.42 times the iterations per second of A (1.38 to 1.46, with 95% confidence)", or that
/// they are not distinguishable, or that a run is too short.
std::string differenceText(
    const RunDifference &difference, const std::string &first, const std::string &second);

} // namespace poolscope
