// SPDX-License-Identifier: GPL-3.0-or-later
// ExperimentPlan: the runs that compare settings, in order.
//
// A plan is plain data. A sweep and a verification each make a plan of their own (sweep.h,
// verification.h). run/experiment.h makes the runs.
#pragma once

#include "spec/runspec.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// The figures of one run.
struct RunMeasurement {
    double throughput = 0; ///< iterations per second, from the first dispatch to the last outcome
    double makespan = 0; ///< seconds
    double elapsed = 0; ///< seconds from start to end, including the start of workers
    std::uint64_t failed = 0; ///< inputs
};

struct ExperimentPlan {
    struct Setting {
        std::string name; ///< for progress and errors
        RunSpec spec;
        std::vector<double> seconds = {}; ///< elapsed time of each run of the setting so far
    };

    std::vector<Setting> settings;
    std::size_t warmUp = 0; ///< the setting of a run before the first, which is not measured
    std::vector<std::size_t> order; ///< the setting of each run, in order
};

/// Returns the number of runs of the plan made so far.
std::size_t runsMade(const ExperimentPlan &plan);

/// Estimates the seconds that the runs of `order` from `first` on take, from the median of earlier
/// runs of the same setting, else of its chunk size, else of all. Nothing if no run was made yet.
std::optional<double> secondsLeft(const ExperimentPlan &plan, std::size_t first);

} // namespace poolscope
