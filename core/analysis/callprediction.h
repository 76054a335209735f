// SPDX-License-Identifier: GPL-3.0-or-later
// Call prediction: how long a call of a watched pool takes with other chunks or another number of
// processes.
//
// A pool of Python has two stages. The process that made the call pickles, writes, receives and
// returns results. The workers unpickle, compute, pickle and send. In each stage a chunk has a
// fixed cost, and an input adds to it. The slower stage determines the rate. Parent and workers
// also share the cores. Only a sample of the chunks was timed, and times include waits for the
// interpreter lock. So a prediction is a range, from the longest to the shortest possible costs.
//
// Pools of threads are not modelled. Any thread.
#pragma once

#include "analysis/pooledcall.h"
#include "analysis/recordedwork.h"
#include "analysis/whatif.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>

namespace poolscope {

struct CallSettings {
    std::uint64_t chunk = 1;
    std::uint32_t processes = 1;
};

/// The bounds of a rate, in inputs per second.
struct ExpectedRate {
    double low = 0;
    double high = 0;

    double middle() const;
    /// Returns whether the range is so wide that only its lower end should be reported.
    bool isWide() const { return high > widest * low; }

    static constexpr double widest = 3;
};

/// Returns the rate of the call with other settings, as if all inputs took as long as the mean.
ExpectedRate expectedRate(const PooledCall &call, const CallSettings &settings);

/// Returns whether the call can be replayed: it has processes, and some of its chunks were timed.
bool canReplay(const PooledCall &call);

/// Replays the inputs of the call, which take as long as `work` has, with other settings. Each
/// chunk goes to the process that is free first. The makespan is that of the whole call, with a
/// range. Returns nothing if it was stopped.
std::optional<ReplayedRun> replayCall(const PooledCall &call, const RecordedWork &work,
    const CallSettings &settings, ReplayDetail detail = ReplayDetail::Totals,
    const std::stop_token &stop = {});

/// Returns the smallest power of two with nearly the best rate and several chunks per worker.
std::uint64_t bestChunk(const PooledCall &call);

} // namespace poolscope
