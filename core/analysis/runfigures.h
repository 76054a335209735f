// SPDX-License-Identifier: GPL-3.0-or-later
// RunFigures: the figures of a run on which its verdict depends, as plain data.
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
    std::uint32_t workers = 0; ///< the largest number wanted
    std::uint32_t cores = 0; ///< usable cores, 0 if unknown
    std::optional<std::uint64_t> chunk; ///< as set. Empty if automatic
    std::optional<std::uint64_t> window; ///< as set. Empty if automatic
    bool startsPrograms = false; ///< see RunConditions
    bool hasSpansOnly = false; ///< see RunConditions
    Duration makespan{};
    Duration startUp{}; ///< before the makespan
    CauseTimes times; ///< of the pool
    std::uint64_t iterations = 0; ///< all finished attempts
    std::uint64_t settled = 0;
    std::uint64_t chunks = 0;
    Duration busy{}; ///< worker time within iterations
    Duration workersCpu{}; ///< CPU time of workers, since they were ready
    Duration coordinatorBusy{};
    Duration throttled{}; ///< the time for which the CPU quota stopped workers or this program
    Duration longestIteration{};
    Duration longestChunk{};
    /// The input that had run longest when the run was stopped. Count is 0 if there was none.
    struct Unfinished {
        std::uint64_t first = 0;
        std::uint64_t count = 0; ///< more than 1 if the worker was on one of these inputs
        WorkerId worker = noWorker;
        Duration duration{};
    };
    Unfinished unfinished;
    std::uint32_t restarts = 0;
    std::uint64_t failed = 0;
    std::uint32_t threads = 0; ///< the most within a worker, 0 if unknown
    Duration threadRunQueue{}; ///< waiting for a core, of all threads but the first of each worker
    struct WorkerPace {
        WorkerId worker = noWorker;
        std::uint64_t iterations = 0;
        Duration busy{};
    };
    struct SizePace {
        std::uint32_t workers = 0; ///< the number wanted
        std::uint64_t iterations = 0;
        Duration busy{};
    };
    std::vector<WorkerPace> byWorker; ///< without the longest iteration of each
    std::vector<SizePace> bySize; ///< ascending
    bool couldBeCopies = false; ///< workers were new interpreters that could have been copies
    StartCosts starts;
};

RunFigures figuresOf(const Accounting &accounting, const Origin &origin, const Timeline &timeline,
    const RunConditions &conditions);

} // namespace poolscope
