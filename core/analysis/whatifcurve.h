// SPDX-License-Identifier: GPL-3.0-or-later
// What-if curve: predictions of how long the work of a run takes with different numbers of workers.
#pragma once

#include "analysis/pooledcall.h"
#include "analysis/whatif.h"
#include "record/runrecord.h"

#include <functional>
#include <optional>
#include <vector>

namespace poolscope {

/// The work of a run, and how it is replayed: a call of a watched pool by the costs of that pool,
/// all others by this program's own pool.
struct ReplayableRun {
    RecordedWork work;
    std::optional<PooledCall> call = {};

    /// Returns whether there is anything that can be replayed.
    bool hasWork() const;
};

/// Returns the work of a run that has ended.
ReplayableRun replayableRun(const RunRecord &record);

/// As replay() and replayCall(). The start of workers is ignored for a call, and so is the window.
std::optional<ReplayedRun> replay(const ReplayableRun &run, const ReplaySetting &setting,
    ReplayDetail detail = ReplayDetail::Totals, const std::stop_token &stop = {});

struct CurvePoint {
    std::uint32_t workers = 1;
    double makespan = 0; ///< nanoseconds, predicted
    double lowerBound = 0; ///< nanoseconds, predicted
    std::uint64_t chunks = 0; ///< of the replay
    double startUp = 0; ///< nanoseconds, before the makespan
    PredictedRange range = {}; ///< of the makespan
};

/// Replays the work with 1 to maxWorkers workers, first coarsely and then more finely, and calls
/// visit(point) after each replay. The number of workers in `setting` is ignored. Points of
/// `known`, which is sorted, are left out. The curve of work with many chunks, which would take
/// long, stays coarse. Returns false if it was stopped.
bool replayCurve(const ReplayableRun &run, ReplaySetting setting,
    const std::vector<CurvePoint> &known, const std::function<void(const CurvePoint &)> &visit,
    const std::stop_token &stop = {});

CurvePoint pointOf(const ReplayedRun &run, std::uint32_t workers);

/// Inserts a point in order, or replaces the one of the same number of workers.
void insertPoint(std::vector<CurvePoint> &curve, const CurvePoint &point);

} // namespace poolscope
