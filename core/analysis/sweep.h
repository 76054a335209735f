// SPDX-License-Identifier: GPL-3.0-or-later
// Sweep: which number of workers and which chunk size pay, by measuring all of them in turn.
//
// Every setting is run once in each of several rounds, in a random order of its own, so that what
// drifts (the machine's clock, its neighbours) hits all settings alike and does not decide. A run
// before the first warms caches and counts for nothing. Medians come with bootstrap intervals.
//
// Plans and arithmetic; run/sweeper.h makes the runs. One plan and seed always give the same steps,
// so that a sweep that was stopped continues with the missing ones.
#pragma once

#include "analysis/experiment.h"
#include "analysis/scalingfit.h"
#include "analysis/statistics.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

struct SweepSetting {
    std::uint32_t workers = 1;
    std::optional<std::uint64_t> chunk = {}; ///< inputs. Nothing if automatic

    friend bool operator==(const SweepSetting &, const SweepSetting &) = default;
};

/// "2 workers, chunk 16"
std::string toString(const SweepSetting &setting);

struct SweepPlan {
    std::vector<std::uint32_t> workers; ///< each once, at least one
    std::vector<std::optional<std::uint64_t>> chunks; ///< the same
    std::uint32_t repeats = 5; ///< at least 1
    std::uint64_t seed = 1; ///< of the order, and of the intervals
};

/// One run of a sweep.
struct SweepStep {
    SweepSetting setting;
    std::uint32_t repeat = 1; ///< from 1

    friend bool operator==(const SweepStep &, const SweepStep &) = default;
};

struct SweepMeasurement {
    SweepStep step;
    RunMeasurement run;
};

/// All settings of a plan, by chunk in their given order, and within a chunk by workers.
std::vector<SweepSetting> settingsOf(const SweepPlan &plan);
/// All runs of a plan in the order in which they are to be made.
std::vector<SweepStep> stepsOf(const SweepPlan &plan);
/// The runs of a plan that are not among the measurements.
std::vector<SweepStep> missingSteps(
    const SweepPlan &plan, const std::vector<SweepMeasurement> &measurements);
/// The setting for the run before the first.
SweepSetting warmUpOf(const SweepPlan &plan);

/// The runs that are not among the measurements, as an experiment with this spec, whose workers and
/// chunk do not matter. Its order is that of missingSteps().
ExperimentPlan experimentOf(
    const SweepPlan &plan, const RunSpec &spec, const std::vector<SweepMeasurement> &measurements);

/// Inputs that failed in all of these runs.
std::uint64_t failedInputsIn(const std::vector<SweepMeasurement> &measurements);

/// The measurements of one setting.
struct SweepCell {
    SweepSetting setting;
    std::vector<double> throughputs; ///< as they were measured; one at least
    Estimate throughput; ///< their median
    /// The throughput over that of one worker at the same chunk size. Nothing if that was not
    /// measured.
    std::optional<Estimate> speedup = {};
    std::optional<Estimate> efficiency = {}; ///< the speedup over the number of workers
    std::uint64_t failed = 0; ///< inputs, of all its runs
};

struct SweepResult {
    std::vector<SweepCell> cells; ///< of the settings that were measured, as settingsOf() has them
    std::optional<std::size_t> best = {}; ///< the cell with the highest throughput
    /// The cell with the fewest workers whose throughput is within 5% of the best one; the fastest
    /// of them if there are several.
    std::optional<std::size_t> cheapest = {};
};

inline constexpr double cheapestWithin = 0.05;

/// The result of the measurements so far. Measurements that are not of the plan are left out.
SweepResult sweepResult(const SweepPlan &plan, const std::vector<SweepMeasurement> &measurements);

/// The measurements of one chunk size, for fitScaling().
std::vector<ScalingPoint> scalingPoints(
    const SweepResult &result, const std::optional<std::uint64_t> &chunk);

} // namespace poolscope
