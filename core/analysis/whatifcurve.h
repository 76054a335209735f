// SPDX-License-Identifier: GPL-3.0-or-later
// What-if curve: predictions of how long recorded work takes with different numbers of workers.
#pragma once

#include "analysis/whatif.h"

#include <functional>
#include <vector>

namespace poolscope {

struct CurvePoint {
    std::uint32_t workers = 1;
    double makespan = 0; ///< nanoseconds, predicted
    double lowerBound = 0; ///< nanoseconds, predicted
    std::uint64_t chunks = 0; ///< of the replay
    double startUp = 0; ///< nanoseconds, before the makespan
};

/// Replays the work with 1 to maxWorkers workers, first coarsely and then more finely, and calls
/// visit(point) after each replay. The number of workers in `setting` is ignored. Points of
/// `known`, which is sorted, are left out. The curve of work with many chunks, which would take
/// long, stays coarse. Returns false if it was stopped.
bool replayCurve(const RecordedWork &work, ReplaySetting setting,
    const std::vector<CurvePoint> &known, const std::function<void(const CurvePoint &)> &visit,
    const std::stop_token &stop = {});

CurvePoint pointOf(const ReplayedRun &run, std::uint32_t workers);

/// Inserts a point in order, or replaces the one of the same number of workers.
void insertPoint(std::vector<CurvePoint> &curve, const CurvePoint &point);

} // namespace poolscope
