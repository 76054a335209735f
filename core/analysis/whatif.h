// SPDX-License-Identifier: GPL-3.0-or-later
// ReplayedRun: the prediction of how long recorded work takes in another pool.
//
// The prediction is a discrete-event replay. The Scheduler itself decides which worker gets which
// chunk, inputs take as long as recorded, and every message has its measured cost. The coordinator
// does one thing at a time, which limits the number of workers that it can supply. If there are as
// many workers as cores, it also uses one of their cores. Workers are assumed not to slow each
// other, so more workers than cores predict a machine with more cores.
//
// A million inputs, each a chunk of its own, replay in under a second. Any thread.
#pragma once

#include "analysis/recordedwork.h"
#include "record/lane.h"
#include "schedule/chunksizer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace poolscope {

struct ReplaySetting {
    std::uint32_t workers = 1; ///< 1 to maxWorkers
    ChunkOptions chunks;
    std::optional<WorkerStart> start = {}; ///< as in the recorded run if empty
};

enum class ReplayDetail { Totals, Lanes };

/// The bounds of a predicted time, in nanoseconds. Both are 0 if there is only one prediction.
struct PredictedRange {
    double shortest = 0;
    double longest = 0;

    bool isKnown() const { return longest > 0; }
    friend bool operator==(const PredictedRange &, const PredictedRange &) = default;
};

struct ReplayedRun {
    double startUp = 0; ///< nanoseconds, before the first dispatch
    double makespan = 0; ///< nanoseconds, from the first dispatch to the last outcome
    PredictedRange range = {}; ///< of the makespan
    double lowerBound = 0; ///< nanoseconds, for any pool with so many workers
    double coordinatorBusy = 0; ///< nanoseconds, within the makespan
    std::uint64_t chunks = 0;
    /// A span for each chunk, by worker, in nanoseconds since the first dispatch. Empty with
    /// ReplayDetail::Totals. With more than twice mostReplayedSpans chunks, neighbours of a worker
    /// share a span. It is as long as they are together, and has the first index of the first one.
    /// Lanes of a call of a watched pool begin with the call. They are empty with more than
    /// mostReplayedSpans chunks.
    std::vector<std::unique_ptr<Lane>> lanes;
};

inline constexpr std::size_t mostReplayedSpans = 200'000;

/// Replays the groups in order. Returns nothing if it was stopped.
std::optional<ReplayedRun> replay(const RecordedWork &work, const ReplaySetting &setting,
    ReplayDetail detail = ReplayDetail::Totals, const std::stop_token &stop = {});

/// Returns max(the longest input, all work / workers), in nanoseconds.
double lowerBound(const RecordedWork &work, std::uint32_t workers);

/// Returns whether this number of workers needs a machine with more cores. False if the number of
/// cores is 0, which means unknown.
inline bool isForAnotherMachine(std::uint32_t workers, std::uint32_t usableCores)
{
    return usableCores > 0 && workers > usableCores;
}

/// Returns the numbers of workers at which a curve from 1 to `most` is computed: all up to 8, then
/// about eight to a doubling, and `most`.
std::vector<std::uint32_t> workersOfCurve(std::uint32_t most);

} // namespace poolscope
