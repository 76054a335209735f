// SPDX-License-Identifier: GPL-3.0-or-later
// Verification: whether what a verdict predicted of its advice came true, by measuring the present
// setting and the advised one in alternation.
//
// Plans and arithmetic; run/verifier.h makes the runs.
#pragma once

#include "analysis/experiment.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope {

inline constexpr std::size_t presentSetting = 0; // of the plan
inline constexpr std::size_t advisedSetting = 1;

/// Runs each setting so many times: in pairs, each first in every other one, so that drift affects
/// both alike.
ExperimentPlan verificationPlan(
    const RunSpec &present, const RunSpec &advised, std::uint32_t repeats);

/// How many inputs take no longer than `most` seconds, if all of them take `seconds`; one at least.
std::uint64_t inputsWithin(std::uint64_t inputs, double seconds, double most);

struct Verification {
    std::optional<double> predicted; ///< the factor of throughput, where one was
    std::vector<double> present; ///< iterations per second, as they were measured; one at least
    std::vector<double> advised; ///< likewise
    std::uint64_t failed = 0; ///< inputs, of all runs
    bool countsStartUp = false; ///< whether throughputs include the start-up
    std::uint64_t inputs = 0; ///< of each run: all, or the first of them
    std::uint64_t allInputs = 0;

    void add(std::size_t setting, const RunMeasurement &measurement);
    /// The factor that came of it.
    double measured() const;
    /// Whether at least `heldFrom` of what was predicted came. Nothing if nothing was.
    std::optional<bool> held() const;
};

inline constexpr double heldFrom = 0.7;

} // namespace poolscope
