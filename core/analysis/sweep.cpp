// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/sweep.h"

#include <algorithm>
#include <random>
#include <utility>

namespace poolscope {

namespace {

/// Shuffles. Unlike with std::shuffle, the order is the same with any standard library.
void shuffle(std::vector<SweepStep>::iterator begin, std::size_t size, std::mt19937_64 &random)
{
    for (std::size_t left = size; left > 1; --left)
        std::iter_swap(begin + static_cast<std::ptrdiff_t>(left - 1),
            begin + static_cast<std::ptrdiff_t>(random() % left));
}

/// Returns the position of a setting among those of its plan.
std::size_t positionOf(const SweepSetting &setting, const std::vector<SweepSetting> &settings)
{
    return static_cast<std::size_t>(
        std::find(settings.begin(), settings.end(), setting) - settings.begin());
}

bool isOfPlan(const SweepStep &step, const SweepPlan &plan, const SweepSetting &setting)
{
    return step.setting == setting && step.repeat <= plan.repeats;
}

SweepCell cellOf(const SweepPlan &plan, const SweepSetting &setting,
    const std::vector<SweepMeasurement> &measurements)
{
    SweepCell cell;
    cell.setting = setting;
    for (const SweepMeasurement &measurement : measurements) {
        if (!isOfPlan(measurement.step, plan, setting))
            continue;
        cell.throughputs.push_back(measurement.run.throughput);
        cell.failed += measurement.run.failed;
    }
    cell.throughput = estimateMedian(cell.throughputs, {plan.seed});
    return cell;
}

Estimate divided(Estimate estimate, double divisor)
{
    estimate.value /= divisor;
    if (estimate.interval)
        estimate.interval = {estimate.interval->low / divisor, estimate.interval->high / divisor};
    return estimate;
}

void addSpeedups(SweepResult &result, std::uint64_t seed)
{
    for (const SweepCell &one : result.cells) {
        if (one.setting.workers != 1)
            continue;
        for (SweepCell &cell : result.cells) {
            if (cell.setting.chunk != one.setting.chunk)
                continue;
            cell.speedup = &cell == &one
                ? Estimate{1, Interval{1, 1}}
                : ratioOfMedians(cell.throughputs, one.throughputs, {seed});
            cell.efficiency = divided(*cell.speedup, cell.setting.workers);
        }
    }
}

void choose(SweepResult &result)
{
    const auto throughput = [&](std::size_t cell) {
        return result.cells[cell].throughput.value;
    };
    for (std::size_t i = 0; i < result.cells.size(); ++i) {
        if (!result.best || throughput(i) > throughput(*result.best))
            result.best = i;
    }
    for (std::size_t i = 0; i < result.cells.size(); ++i) {
        if (throughput(i) < (1 - cheapestWithin) * throughput(*result.best))
            continue;
        const auto isCheaper = [&](std::size_t other) {
            const std::uint32_t workers = result.cells[i].setting.workers;
            const std::uint32_t others = result.cells[other].setting.workers;
            return workers != others ? workers < others : throughput(i) > throughput(other);
        };
        if (!result.cheapest || isCheaper(*result.cheapest))
            result.cheapest = i;
    }
}

} // namespace

std::string toString(const SweepSetting &setting)
{
    return std::to_string(setting.workers) + (setting.workers == 1 ? " worker" : " workers")
        + ", chunk " + (setting.chunk ? std::to_string(*setting.chunk) : "auto");
}

std::vector<SweepSetting> settingsOf(const SweepPlan &plan)
{
    std::vector<SweepSetting> settings;
    for (const auto &chunk : plan.chunks) {
        for (const std::uint32_t workers : plan.workers)
            settings.push_back({workers, chunk});
    }
    return settings;
}

std::vector<SweepStep> stepsOf(const SweepPlan &plan)
{
    std::mt19937_64 random(plan.seed);
    const std::vector<SweepSetting> settings = settingsOf(plan);
    std::vector<SweepStep> steps;
    for (std::uint32_t repeat = 1; repeat <= plan.repeats; ++repeat) {
        for (const SweepSetting &setting : settings)
            steps.push_back({setting, repeat});
        shuffle(
            steps.end() - static_cast<std::ptrdiff_t>(settings.size()), settings.size(), random);
    }
    return steps;
}

std::vector<SweepStep> missingSteps(
    const SweepPlan &plan, const std::vector<SweepMeasurement> &measurements)
{
    std::vector<SweepStep> steps = stepsOf(plan);
    std::erase_if(steps, [&](const SweepStep &step) {
        return std::any_of(measurements.begin(), measurements.end(),
            [&](const SweepMeasurement &measurement) { return measurement.step == step; });
    });
    return steps;
}

/// Returns the setting with the most workers, and with automatic or else the largest chunks.
SweepSetting warmUpOf(const SweepPlan &plan)
{
    const auto automatic = std::find(plan.chunks.begin(), plan.chunks.end(), std::nullopt);
    return {*std::max_element(plan.workers.begin(), plan.workers.end()),
        automatic != plan.chunks.end() ? *automatic
                                       : *std::max_element(plan.chunks.begin(), plan.chunks.end())};
}

ExperimentPlan experimentOf(
    const SweepPlan &plan, const RunSpec &spec, const std::vector<SweepMeasurement> &measurements)
{
    const std::vector<SweepSetting> settings = settingsOf(plan);
    ExperimentPlan experiment;
    for (const SweepSetting &setting : settings) {
        experiment.settings.push_back({toString(setting), spec});
        experiment.settings.back().spec.pool.workers = setting.workers;
        experiment.settings.back().spec.pool.chunk = setting.chunk;
        for (const SweepMeasurement &measurement : measurements) {
            if (isOfPlan(measurement.step, plan, setting))
                experiment.settings.back().seconds.push_back(measurement.run.elapsed);
        }
    }
    experiment.warmUp = positionOf(warmUpOf(plan), settings);
    for (const SweepStep &step : missingSteps(plan, measurements))
        experiment.order.push_back(positionOf(step.setting, settings));
    return experiment;
}

std::uint64_t failedInputsIn(const std::vector<SweepMeasurement> &measurements)
{
    std::uint64_t failed = 0;
    for (const SweepMeasurement &measurement : measurements)
        failed += measurement.run.failed;
    return failed;
}

SweepResult sweepResult(const SweepPlan &plan, const std::vector<SweepMeasurement> &measurements)
{
    SweepResult result;
    for (const SweepSetting &setting : settingsOf(plan)) {
        SweepCell cell = cellOf(plan, setting, measurements);
        if (!cell.throughputs.empty())
            result.cells.push_back(std::move(cell));
    }
    addSpeedups(result, plan.seed);
    choose(result);
    return result;
}

std::vector<ScalingPoint> scalingPoints(
    const SweepResult &result, const std::optional<std::uint64_t> &chunk)
{
    std::vector<ScalingPoint> points;
    for (const SweepCell &cell : result.cells) {
        if (cell.setting.chunk != chunk)
            continue;
        for (const double throughput : cell.throughputs)
            points.push_back({static_cast<double>(cell.setting.workers), throughput});
    }
    return points;
}

} // namespace poolscope
