// SPDX-License-Identifier: GPL-3.0-or-later
// RunProgress: the state, times and counts of a run at one moment.
#pragma once

#include "record/timeline.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace poolscope {

/// The process that writes a run file.
struct RunFileWriter {
    std::uint32_t pid = 0; ///< 0 if there is none
    std::uint64_t startTicks = 0; ///< when that process began, as in /proc
    std::string host;
};

/// The state of a run. WrongValues if some values may belong to other inputs.
enum class RunState : std::uint8_t { Running, Completed, Cancelled, Failed, Halted, WrongValues };

struct RunProgress {
    RunState state = RunState::Running;
    std::string error; ///< why the run failed or was halted
    RunFileWriter writer;
    std::uint64_t batchesBefore = 0; ///< batches in the file before the first of this run
    std::uint64_t batches = 0;
    std::uint64_t inputsArrived = 0; ///< inputs that have arrived so far
    bool areInputsComplete = true;
    std::uint64_t elapsed = 0; ///< nanoseconds of the run's clock
    std::uint64_t firstDispatch = 0;
    std::uint64_t lastOutcome = 0;
    std::uint64_t stopped = 0; ///< when the run was stopped before its end. 0 if it was not
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
    /// Iterations per second of the makespan without pauses. 0 if that is 0.
    double rate() const
    {
        const std::uint64_t running = makespan() - (paused < makespan() ? paused : makespan());
        return running > 0 ? static_cast<double>(settled()) * 1e9 / static_cast<double>(running)
                           : 0;
    }
};

/// Returns the times and counts of a run, without state, writer, batches and inputs. `elapsed` is
/// in nanoseconds since the run's start. Any thread.
RunProgress progressOf(const Timeline &timeline, std::uint64_t elapsed);

} // namespace poolscope
