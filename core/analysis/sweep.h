// SPDX-License-Identifier: GPL-3.0-or-later
// Sweep: the measurement of several numbers of workers and chunk sizes, to find the best ones.
//
// Every setting is run once in each of several rounds, in a random order, so that drift of the
// machine affects all settings alike. A run before the first warms caches and is not measured.
// Medians have bootstrap intervals.
//
// A plan is plain data. run/sweeper.h makes the runs. The same plan and seed always have the same
// steps, so that a sweep that was stopped resumes with the missing ones.
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
    std::vector<std::optional<std::uint64_t>> chunks; ///< each once, at least one
    std::uint32_t repeats = 5; ///< at least 1
    std::uint64_t seed = 1; ///< of the order and of the intervals
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

/// Returns all settings of a plan, by chunk and then by workers, in the order of the plan.
std::vector<SweepSetting> settingsOf(const SweepPlan &plan);
/// Returns all runs of a plan, in order.
std::vector<SweepStep> stepsOf(const SweepPlan &plan);
/// Returns the runs of a plan that are not among the measurements.
std::vector<SweepStep> missingSteps(
    const SweepPlan &plan, const std::vector<SweepMeasurement> &measurements);
/// Returns the setting for the run before the first.
SweepSetting warmUpOf(const SweepPlan &plan);

/// Returns the missingSteps(), in their order, as an experiment with this spec. The workers and the
/// chunk of the spec are ignored.
ExperimentPlan experimentOf(
    const SweepPlan &plan, const RunSpec &spec, const std::vector<SweepMeasurement> &measurements);

/// Returns the number of inputs that failed in all of these runs.
std::uint64_t failedInputsIn(const std::vector<SweepMeasurement> &measurements);

/// The measurements of one setting.
struct SweepCell {
    SweepSetting setting;
    std::vector<double> throughputs; ///< as measured, at least one
    Estimate throughput; ///< their median
    /// The throughput divided by that of one worker with this chunk size. Nothing if not measured.
    std::optional<Estimate> speedup = {};
    std::optional<Estimate> efficiency = {}; ///< the speedup divided by the number of workers
    std::uint64_t failed = 0; ///< inputs, of all runs of the setting
};

struct SweepResult {
    std::vector<SweepCell> cells; ///< the measured settings, in the order of settingsOf()
    std::optional<std::size_t> best = {}; ///< the cell with the highest throughput
    /// The cell with the fewest workers of those within 5% of the best throughput, and the fastest
    /// of these.
    std::optional<std::size_t> cheapest = {};
};

inline constexpr double cheapestWithin = 0.05;

/// Returns the result of the measurements so far. Ignores those that are not of the plan.
SweepResult sweepResult(const SweepPlan &plan, const std::vector<SweepMeasurement> &measurements);

/// Returns the measurements of one chunk size, for fitScaling().
std::vector<ScalingPoint> scalingPoints(
    const SweepResult &result, const std::optional<std::uint64_t> &chunk);

} // namespace poolscope
