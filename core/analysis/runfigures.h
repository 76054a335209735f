// SPDX-License-Identifier: GPL-3.0-or-later
// RunFigures: everything that a verdict depends on, as plain figures of a run.
#pragma once

#include "analysis/accounting.h"
#include "analysis/startcosts.h"
#include "events/origin.h"
#include "text/units.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope {

struct RunFigures {
    std::uint32_t workers = 0; ///< wanted, at most
    std::uint32_t cores = 0; ///< usable cores, 0 if unknown
    std::optional<std::uint64_t> chunk; ///< as it was set, empty if automatic
    std::optional<std::uint64_t> window; ///< as it was set, empty if automatic
    bool startsPrograms = false; ///< see RunConditions
    bool hasSpansOnly = false; ///< see RunConditions
    Duration makespan{};
    Duration startUp{}; ///< before the makespan
    CauseTimes times; ///< the pool's
    std::uint64_t iterations = 0; ///< all attempts that were finished
    std::uint64_t settled = 0;
    std::uint64_t chunks = 0;
    Duration busy{}; ///< worker time within iterations
    Duration workersCpu{}; ///< CPU time of workers, since they were ready
    Duration coordinatorBusy{};
    Duration throttled{}; ///< by the CPU quota: workers and this program, whatever they did
    Duration longestIteration{};
    Duration longestChunk{};
    /// The inputs that a run was on longest when it was stopped. Count 0 if there were none.
    struct Unfinished {
        std::uint64_t first = 0;
        std::uint64_t count = 0; ///< more than 1: one of these inputs
        WorkerId worker = 0;
        Duration duration{};
    };
    Unfinished unfinished;
    std::uint32_t restarts = 0;
    std::uint64_t failed = 0;
    std::uint32_t threads = 0; ///< the most within a worker, 0 if unknown
    Duration threadRunQueue{}; ///< for which all threads but the workers' first waited for a core
    struct Pace {
        std::uint32_t which = 0; ///< the worker, or how many workers were wanted
        std::uint64_t iterations = 0;
        Duration busy{};
    };
    std::vector<Pace> byWorker; ///< without the longest iteration of each
    std::vector<Pace> bySize; ///< in the order of size
    bool couldBeCopies = false; ///< workers were new interpreters, and could have been copies
    StartCosts starts;
};

RunFigures figuresOf(const Accounting &accounting, const Origin &origin, const Timeline &timeline,
    const RunConditions &conditions);

} // namespace poolscope
