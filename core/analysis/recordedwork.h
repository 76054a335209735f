// SPDX-License-Identifier: GPL-3.0-or-later
// RecordedWork: the durations of the inputs of a run and the costs of their dispatch, for replaying
// it.
//
// What each input took comes from the lanes: spans cut into groups of consecutive indices, in which
// an input takes the mean, since finer was not measured. All attempts at an index count. The costs
// of handing over come from chunk times, and from how long the coordinator was busy with
// them; what the run had no occasion to show is assumed, and marked so.
#pragma once

#include "analysis/startcosts.h"
#include "record/timeline.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// Inputs with consecutive indices, and what they took together.
struct InputGroup {
    std::uint64_t first = 0;
    std::uint32_t count = 0; ///< at least 1
    float duration = 0; ///< nanoseconds

    IndexRange indices() const { return {first, count}; }
    double ofEach() const { return static_cast<double>(duration) / count; }
};

/// The typical cost of one step.
struct Cost {
    double nanoseconds = 0;
    std::uint64_t cases = 0; ///< that showed it. 0 if assumed
};

/// The costs of dispatch. Each way is that of a worker that receives one chunk after the other. If
/// workers were seldom idle in the run, they were idle at its start and end only, and those times
/// do not show the cost of a way. Then the costs are assumed that were measured in lock-step on two
/// cores, for workers in C++.
struct DispatchCosts {
    /// From sending a chunk to an idle worker until it begins.
    Cost outward{3'500};
    /// From the end of the last input that a worker had until the coordinator has its answer.
    Cost inward{5'500};
    /// From there until the coordinator sends this worker its next chunk, without the cost of
    /// reading the answer's chunks and values.
    Cost turn{500};
    /// How much later an answer is handled by a coordinator that sleeps, as it does when no message
    /// has arrived for watchTime.
    Cost wake{40'000};
    /// Coordinator and workers look for messages again and again, before they sleep. With a worker
    /// for each of N cores there is one thread too many, and a way takes 1 + crowding / N times as
    /// long. 0: workers sleep at once.
    double crowding = 2;
    /// How long an answer, which may contain several chunks, occupies the coordinator.
    Cost answer{5'000};
    /// How much longer for each chunk.
    Cost chunk{300};
    /// How much longer for each value.
    Cost value{0};
    /// Between two spans of a worker that has more to do, in the same chunk or in the next.
    Cost gap{400};
    /// Between starting one worker and the next one, which the coordinator does in turn.
    Cost start{500'000};
};

struct RecordedWork {
    std::vector<InputGroup> groups; ///< disjoint, in the order in which they are to be handed out
    std::uint64_t inputs = 0;
    double total = 0; ///< of all groups, nanoseconds
    double longest = 0; ///< of one input, nanoseconds
    DispatchCosts costs;
    /// The usable cores of the machine. 0 if unknown: then there are taken to be enough.
    std::uint32_t cores = 0;
    /// When the workers of the recorded run were ready, counted from the first dispatch, sorted.
    std::vector<double> readyTimes;
    double startUp = 0; ///< of the recorded run, until the first dispatch, nanoseconds
    StartCosts starts;
};

/// Whether this number of workers and the coordinator are more than the cores. False if `cores` is
/// 0, which means unknown.
inline bool isCrowded(std::uint32_t workers, std::uint32_t cores)
{
    return cores > 0 && workers >= cores;
}

/// How many times as long a way takes between so many workers and the coordinator.
double crowdingOf(const DispatchCosts &costs, std::uint32_t workers, std::uint32_t cores);

/// The work in the timeline so far, of a run on this number of usable cores (0 if unknown). The
/// groups are in the order of their indices. An index without a span, such as one in quarantine, is
/// left out.
RecordedWork recordedWork(const Timeline &timeline, std::uint32_t cores);

/// The work with the longest inputs first.
RecordedWork longestFirst(RecordedWork work);

} // namespace poolscope
