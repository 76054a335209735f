// SPDX-License-Identifier: GPL-3.0-or-later
// RecordedWork: what a run has told of its inputs and of handing them over, for replaying it.
//
// What each input took comes from the lanes: spans cut into pieces of consecutive indices, in which
// an input takes the mean, since finer was not measured. All attempts at an index count. The costs
// of handing over come from the stations of chunks; what the run had no occasion to show is
// assumed, and marked so.
#pragma once

#include "record/timeline.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// Inputs with consecutive indices, and what they took together.
struct WorkPiece {
    std::uint64_t first = 0;
    std::uint32_t count = 0; ///< at least 1
    float duration = 0; ///< nanoseconds

    IndexRange indices() const { return {first, count}; }
    double ofEach() const { return static_cast<double>(duration) / count; }
};

/// A mean duration.
struct MeanCost {
    double nanoseconds = 0;
    std::uint64_t cases = 0; ///< it is the mean of these; 0: assumed
};

/// Each way is of a worker that is handed one chunk after the other. Where it seldom was idle, it
/// was so when the pool started or ended, and what came of that is not what a way costs: then the
/// costs that were measured in lock-step on two cores are assumed, for workers in C++.
struct HandoverCosts {
    /// From sending a chunk to an idle worker until it begins.
    MeanCost outward{5'000};
    /// From the end of the last input that a worker had until the coordinator has its answer.
    MeanCost inward{8'000};
    /// From there until the coordinator sends this worker its next chunk.
    MeanCost turn{500};
    /// How long an answer, which may tell of several chunks, keeps the coordinator from others.
    MeanCost answer{8'000};
    /// How much longer for each chunk.
    MeanCost chunk{300};
    /// Between two chunks that a worker holds.
    MeanCost gap{100};
    /// Between starting one worker and the next one, which the coordinator does in turn.
    MeanCost start{500'000};
};

struct RecordedWork {
    std::vector<WorkPiece> pieces; ///< disjoint, in the order in which they are to be handed out
    std::uint64_t inputs = 0;
    double total = 0; ///< of all pieces, nanoseconds
    double longest = 0; ///< of one input, nanoseconds
    HandoverCosts costs;
    /// When the workers of the recorded run were ready, counted from the first dispatch, sorted.
    std::vector<double> readyTimes;
};

/// What the timeline tells so far. The pieces are in the order of their indices. An index without a
/// span, such as one in quarantine, is left out.
RecordedWork recordedWork(const Timeline &timeline);

/// The same work with the inputs that take longest in front.
RecordedWork longestFirst(RecordedWork work);

} // namespace poolscope
