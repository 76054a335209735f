// SPDX-License-Identifier: GPL-3.0-or-later
// Comparison: the figures of runs side by side, and whether they really differ.
//
// A run is measured once, so its spread is known only from how unevenly it went: it is cut into
// slices of equal time, pauses left out, and intervals come from drawing blocks of neighbouring
// slices anew. They show whether two runs differ by more than each differed within itself. How much
// the same run would differ on another day they cannot show; a sweep can.
//
// Plain C++, one thread.
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

/// The figures of one run, or of one so far.
struct ComparedRun {
    std::uint64_t makespan = 0; ///< nanoseconds, pauses included
    std::uint64_t active = 0; ///< the same without pauses
    std::uint64_t iterations = 0; ///< attempts included, of inputs that have a span
    double throughput = 0; ///< iterations per second of `active`
    std::size_t workers = 0; ///< that did an iteration
    DurationHistogram durations; ///< of an iteration
    std::vector<RunSlice>
        slices; ///< in the order of time; few, or none, of a run that is too short
};

ComparedRun comparedRun(const Timeline &timeline);

/// How one run differs from another.
struct RunDifference {
    Estimate throughput; ///< of the second over that of the first
    Estimate duration; ///< the mean duration of an iteration, the same

    enum class Kind { Unknown, Alike, Faster, Slower };
    /// How the second run differs, by the confidence interval of the throughput.
    Kind kind() const;
};

RunDifference runDifference(
    const ComparedRun &first, const ComparedRun &second, const Bootstrap &bootstrap = {});

/// "B does 1.42 times the iterations per second of A (1.38 to 1.46, with 95% confidence)", or that
/// they are not distinguishable, or that this cannot be told.
std::string differenceText(
    const RunDifference &difference, const std::string &first, const std::string &second);

} // namespace poolscope
