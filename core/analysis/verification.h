// SPDX-License-Identifier: GPL-3.0-or-later
// Verification: the measured gain by a verdict's advice beside the predicted one.
//
// The present setting and the advised one are measured in alternation. A plan is plain data;
// run/verifier.h makes the runs.
#pragma once

#include "analysis/experiment.h"
#include "text/units.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope {

inline constexpr std::size_t presentSetting = 0; // position in the plan
inline constexpr std::size_t advisedSetting = 1;

/// Returns a plan that runs each setting `repeats` times, in pairs. The settings alternate in being
/// first, so that drift affects both alike.
ExperimentPlan verificationPlan(
    const RunSpec &present, const RunSpec &advised, std::uint32_t repeats);

/// Returns how many inputs take no longer than `most` if all take `duration`, at least 1.
std::uint64_t inputsWithin(Count inputs, Seconds duration, Seconds most);

struct Verification {
    std::optional<double> predicted; ///< the factor of throughput, if one was predicted
    std::vector<double> present; ///< iterations per second of each run, at least one
    std::vector<double> advised; ///< iterations per second of each run, at least one
    std::uint64_t failed = 0; ///< inputs, of all runs
    bool countsStartUp = false; ///< whether throughputs include the start-up
    std::uint64_t inputs = 0; ///< of each run, which may be only the first of all
    std::uint64_t allInputs = 0;

    void add(std::size_t setting, const RunMeasurement &measurement);
    /// Returns the measured factor of throughput.
    double measured() const;
    /// Returns whether the measured factor is at least `heldFrom` of the predicted one. Nothing if
    /// none was predicted.
    std::optional<bool> held() const;
};

inline constexpr double heldFrom = 0.7;

} // namespace poolscope
