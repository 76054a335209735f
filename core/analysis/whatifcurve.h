// SPDX-License-Identifier: GPL-3.0-or-later
// What if, as a curve: how long recorded work would take with any number of workers.
#pragma once

#include "analysis/whatif.h"

#include <functional>
#include <vector>

namespace poolscope {

struct CurvePoint {
    std::uint32_t workers = 1;
    double makespan = 0; ///< nanoseconds, predicted
    double lowerBound = 0; ///< the same
    std::uint64_t chunks = 0; ///< that were replayed
    double startUp = 0; ///< nanoseconds, before the makespan
};

/// Replays the work with 1 to maxWorkers workers, whatever number the setting has, first with a few
/// of these numbers and then ever more finely, and calls visit(point) for each as it comes. Numbers
/// that `known`, sorted, has are left out. Work of so many chunks that this would take long is
/// drawn coarsely. False when it was stopped.
bool replayCurve(const RecordedWork &work, ReplaySetting setting,
    const std::vector<CurvePoint> &known, const std::function<void(const CurvePoint &)> &visit,
    const std::stop_token &stop = {});

CurvePoint pointOf(const ReplayedRun &run, std::uint32_t workers);

/// Puts a point where it belongs.
void insertPoint(std::vector<CurvePoint> &curve, const CurvePoint &point);

} // namespace poolscope
