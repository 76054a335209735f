// SPDX-License-Identifier: GPL-3.0-or-later
// RunProgress: how far a run is.
#pragma once

#include "record/timeline.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace poolscope {

/// The process that writes a run file.
struct RunFileWriter {
    std::uint32_t pid = 0; ///< 0: none
    std::uint64_t startTicks = 0; ///< when that process began, as /proc has it
    std::string host;
};

/// WrongValues: some values may belong to other inputs.
enum class RunState : std::uint8_t { Running, Completed, Cancelled, Failed, Halted, WrongValues };

/// How far a run is.
struct RunProgress {
    RunState state = RunState::Running;
    std::string error; ///< why it failed or was halted
    RunFileWriter writer;
    std::uint64_t batchesBefore = 0; ///< batches in the file before the first one of this run
    std::uint64_t batches = 0;
    std::uint64_t inputsCame = 0; ///< so far, where inputs still came when the run began
    bool areInputsComplete = true;
    std::uint64_t elapsed = 0; ///< nanoseconds of the run's clock
    std::uint64_t firstDispatch = 0;
    std::uint64_t lastOutcome = 0;
    std::uint64_t stopped = 0; ///< when it was stopped before its end. 0 if it was not
    std::uint64_t paused = 0; ///< of the makespan
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t attempts = 0;
    std::uint64_t workers = 0;
    CoordinatorUsage coordinator = {};

    std::uint64_t settled() const { return succeeded + failed; }
    std::uint64_t makespan() const
    {
        const std::uint64_t end = std::max(lastOutcome, stopped);
        return firstDispatch > 0 && end > firstDispatch ? end - firstDispatch : 0;
    }
    /// Iterations per second of the makespan, pauses left out. 0 if there is none.
    double rate() const
    {
        const std::uint64_t running = makespan() - (paused < makespan() ? paused : makespan());
        return running > 0 ? static_cast<double>(settled()) * 1e9 / static_cast<double>(running)
                           : 0;
    }
};

/// All of a progress but how the run ended. `elapsed`: nanoseconds since the run's start. Any
/// thread.
RunProgress progressOf(const Timeline &timeline, std::uint64_t elapsed);

} // namespace poolscope
