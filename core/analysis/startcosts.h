// SPDX-License-Identifier: GPL-3.0-or-later
// StartCosts: what starting workers took in a run, and what it would take with any number of them,
// as new interpreters or as copies of one that has loaded the task.
//
// New interpreters start side by side and share the cores; copies are made one after the other, by
// a process that has loaded the task once. Plain C++, any thread.
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
    double loadCpu = 0; ///< of that, CPU time
    double contendedLoad = 0; ///< loading the task beside the run's other workers
    double memory = 0; ///< bytes that loading added to a process

    bool areKnown() const { return load > 0; }
};

/// The costs in a run on so many usable cores. 0 means unknown, and is taken to be enough.
StartCosts startCostsOf(const Timeline &timeline, std::uint32_t cores);

/// Whether loading took so long, or so much memory, that copies are worth proposing.
bool areWorthSharing(const StartCosts &costs);

/// The times at which so many workers would be ready, in nanoseconds since the run's start, sorted.
std::vector<double> readyTimes(
    const StartCosts &costs, WorkerStart start, std::uint32_t workers, std::uint32_t cores);

/// The bytes that so many workers save as copies, compared with new interpreters.
double memorySavedByCopies(const StartCosts &costs, std::uint32_t workers);

} // namespace poolscope
