// SPDX-License-Identifier: GPL-3.0-or-later
// ExperimentPlan: the runs that are made to compare settings, in their order.
//
// Plain data and arithmetic. A sweep and a verification each make a plan of their own (sweep.h,
// verification.h); run/experiment.h makes the runs.
#pragma once

#include "spec/runspec.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// Figures of one run.
struct RunMeasurement {
    double throughput = 0; ///< iterations per second, from the first dispatch to the last outcome
    double makespan = 0; ///< seconds
    double elapsed = 0; ///< seconds from its start, with that of its workers, to its end
    std::uint64_t failed = 0; ///< inputs
};

struct ExperimentPlan {
    struct Setting {
        std::string name; ///< as progress and errors have it
        RunSpec spec;
        std::vector<double> seconds = {}; ///< that each run of the setting has taken so far
    };

    std::vector<Setting> settings;
    std::size_t warmUp = 0; ///< the setting of a run before the first, which is not measured
    std::vector<std::size_t> order; ///< the setting of each run that is to be made
};

/// How many runs of a plan were made so far.
std::size_t runsMade(const ExperimentPlan &plan);

/// Seconds that the runs from `first` on in the plan's order will take: each as long as others of
/// its setting took, or of its chunk size, or any. Nothing if no run was made yet.
std::optional<double> secondsLeft(const ExperimentPlan &plan, std::size_t first);

} // namespace poolscope
