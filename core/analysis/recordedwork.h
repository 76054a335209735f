// SPDX-License-Identifier: GPL-3.0-or-later
// RecordedWork: the durations of the inputs of a run and the costs of their dispatch, for a replay.
//
// The durations come from the lanes. Spans are divided into groups of consecutive indices, in which
// each input has the mean duration, since nothing finer was measured. All attempts at an index
// count. The costs of dispatch come from chunk times, and from the time for which the coordinator
// was busy. Costs that the run did not show are assumed; see Cost::cases.
#pragma once

#include "analysis/startcosts.h"
#include "record/timeline.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// Inputs with consecutive indices, and the duration of all of them.
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
    std::uint64_t cases = 0; ///< number of measurements. 0 if assumed
};

/// The costs of dispatch to a worker that receives one chunk after the other. A run in which
/// workers were idle only at the start and the end does not show the cost of messages. The initial
/// values, which are then assumed, were measured in lock-step with workers in C++ on two cores.
struct DispatchCosts {
    /// The time from sending a chunk to an idle worker until the worker begins it.
    Cost outward{3'500};
    /// The time from the end of a worker's last input until the coordinator has the answer.
    Cost inward{5'500};
    /// The time from then until the coordinator sends the worker its next chunk, without the time
    /// for reading the chunks and values of the answer.
    Cost turn{500};
    /// The additional time of an answer to a coordinator that sleeps, after watchTime without
    /// messages.
    Cost wake{40'000};
    /// The delay of messages if the pool needs all cores. Coordinator and workers poll for messages
    /// before they sleep. With N workers on N cores there is one thread too many, and a message
    /// takes 1 + crowding / N times as long. 0 if workers sleep at once.
    double crowding = 2;
    /// The time for which an answer occupies the coordinator. An answer may contain several chunks.
    Cost answer{5'000};
    /// The additional time for each chunk of an answer.
    Cost chunk{300};
    /// The additional time for each value of an answer.
    Cost value{0};
    /// The time between two spans of a worker that has more to do, in one chunk or two.
    Cost gap{400};
    /// The time between the starts of two workers, which the coordinator starts in turn.
    Cost start{500'000};
};

struct RecordedWork {
    std::vector<InputGroup> groups; ///< disjoint, in the order of dispatch
    std::uint64_t inputs = 0;
    double total = 0; ///< nanoseconds, of all groups
    double longest = 0; ///< nanoseconds, of one input
    DispatchCosts costs;
    /// The usable cores of the machine. 0 if unknown, which counts as enough.
    std::uint32_t cores = 0;
    /// The times at which workers became ready, sorted, in nanoseconds since the first dispatch.
    std::vector<double> readyTimes;
    double startUp = 0; ///< nanoseconds until the first dispatch of the recorded run
    StartCosts starts;
};

/// Returns whether workers and coordinator are more than the cores. False if `cores` is unknown.
inline bool isCrowded(std::uint32_t workers, std::uint32_t cores)
{
    return cores > 0 && workers >= cores;
}

/// Returns how many times as long a message takes with this number of workers.
double crowdingOf(const DispatchCosts &costs, std::uint32_t workers, std::uint32_t cores);

/// Returns the work so far of a run on this number of usable cores (0 if unknown). The groups are
/// in the order of indices. An index without a span, such as a quarantined one, is left out.
RecordedWork recordedWork(const Timeline &timeline, std::uint32_t cores);

/// Returns the work with the longest inputs first.
RecordedWork longestFirst(RecordedWork work);

} // namespace poolscope
