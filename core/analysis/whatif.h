// SPDX-License-Identifier: GPL-3.0-or-later
// What if: how long recorded work would take in another pool.
//
// A discrete-event replay: the Scheduler itself decides who gets which chunk, workers take as long
// for their inputs as was recorded, and every message costs what it was measured to cost. The
// coordinator does one thing at a time, and so limits how many workers it can keep busy; where
// there are as many workers as cores, it takes one of these from them meanwhile. Workers are taken
// not to slow each other: for more of them than the machine has cores this predicts a machine that
// has so many, and so it does where they share something else, such as memory bandwidth.
//
// A million inputs, each a chunk of its own, replay in under a second. Plain C++, any thread.
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
    ChunkOptions chunks; ///< as a run has them
    std::optional<WorkerStart> start = {}; ///< as in the recorded run if empty
};

enum class ReplayDetail { Totals, Lanes };

struct ReplayedRun {
    double startUp = 0; ///< nanoseconds, before the first dispatch
    double makespan = 0; ///< nanoseconds, from the first dispatch to the last outcome
    double lowerBound = 0; ///< that no pool of so many workers can go below
    double coordinatorBusy = 0; ///< nanoseconds, of the makespan
    std::uint64_t chunks = 0;
    /// A span for each chunk, counted from the first dispatch, for each worker; only where asked
    /// for. Of more than mostReplayedSpans chunks, neighbours of a worker share a span, which is as
    /// long as they are together; its first index is that of the first.
    std::vector<std::unique_ptr<Lane>> lanes;
};

inline constexpr std::size_t mostReplayedSpans = 200'000;

/// Replays the groups in their order. Nothing when it was stopped.
std::optional<ReplayedRun> replay(const RecordedWork &work, const ReplaySetting &setting,
    ReplayDetail detail = ReplayDetail::Totals, const std::stop_token &stop = {});

/// max(the longest input, all work / workers), in nanoseconds.
double lowerBound(const RecordedWork &work, std::uint32_t workers);

/// Whether so many workers need a machine with more cores than this one has. False if the number of
/// its cores is 0, which means unknown.
inline bool isForAnotherMachine(std::uint32_t workers, std::uint32_t usableCores)
{
    return usableCores > 0 && workers > usableCores;
}

/// The numbers of workers at which a curve from 1 to `most` is drawn: all to 8, then about eight to
/// a doubling, and `most`.
std::vector<std::uint32_t> workersOfCurve(std::uint32_t most);

} // namespace poolscope
