// SPDX-License-Identifier: GPL-3.0-or-later
// StartCosts: the costs of starting workers in a run. They predict the start of any number of
// workers, as new interpreters or as copies of a process that has loaded the task.
//
// New interpreters start side by side and share the cores. Copies are made one after the other by a
// process that has loaded the task once. Any thread.
#pragma once

#include "record/timeline.h"
#include "spec/runspec.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// The costs of one worker that starts alone, in nanoseconds. All zero if loading was not measured.
struct StartCosts {
    WorkerStart recorded = WorkerStart::Spawn; ///< how the workers of the run started
    double interpreter = 0; ///< from the start of the process until it loads the task
    double load = 0; ///< loading the task
    double loadCpu = 0; ///< CPU time of load
    double contendedLoad = 0; ///< loading the task while the run's other workers start
    double memory = 0; ///< bytes that loading added to a process

    bool areKnown() const { return load > 0; }
};

/// Returns the costs in a run on this number of usable cores. 0 (unknown) counts as enough.
StartCosts startCostsOf(const Timeline &timeline, std::uint32_t cores);

/// Returns whether loading took so much time or memory that copies should be advised.
bool areWorthSharing(const StartCosts &costs);

/// Returns the times at which workers would be ready, sorted, in nanoseconds since the run's start.
std::vector<double> readyTimes(
    const StartCosts &costs, WorkerStart start, std::uint32_t workers, std::uint32_t cores);

/// Returns the bytes that this number of workers saves as copies, compared with new interpreters.
double memorySavedByCopies(const StartCosts &costs, std::uint32_t workers);

} // namespace poolscope
