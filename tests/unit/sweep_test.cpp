// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/sweep.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <set>

namespace poolscope {
namespace {

using testing::ElementsAre;

const SweepPlan plan{{1, 2, 4}, {1, 16, std::nullopt}, 5, 3};

/// Measurements of all steps, with a throughput for each setting.
template <typename Throughput>
std::vector<SweepMeasurement> measured(const SweepPlan &plan, Throughput throughput)
{
    std::vector<SweepMeasurement> measurements;
    for (const SweepStep &step : stepsOf(plan)) {
        const double rate = throughput(step.setting);
        measurements.push_back({step, {rate * (1 + 0.001 * step.repeat), 1000 / rate, 1, 0}});
    }
    return measurements;
}

TEST(Sweep, EveryRoundHasEverySettingInAnOrderOfItsOwn)
{
    const auto steps = stepsOf(plan);
    const auto settings = settingsOf(plan);
    ASSERT_EQ(settings.size(), 9U);
    ASSERT_EQ(steps.size(), 45U);
    std::set<std::vector<std::string>> orders;
    for (std::uint32_t round = 0; round < plan.repeats; ++round) {
        std::vector<std::string> order;
        for (std::size_t i = round * 9; i < (round + 1) * 9; ++i) {
            EXPECT_EQ(steps[i].repeat, round + 1);
            order.push_back(toString(steps[i].setting));
        }
        orders.insert(order);
        std::sort(order.begin(), order.end());
        EXPECT_EQ(std::unique(order.begin(), order.end()), order.end());
    }
    EXPECT_EQ(orders.size(), 5U);
}

TEST(Sweep, TheOrderFollowsFromTheSeed)
{
    SweepPlan other = plan;
    EXPECT_EQ(stepsOf(plan), stepsOf(other));
    other.seed = 4;
    EXPECT_NE(stepsOf(plan), stepsOf(other));
}

TEST(Sweep, GoesOnWithWhatIsMissing)
{
    auto measurements = measured(plan, [](const SweepSetting &) { return 10.0; });
    const auto steps = stepsOf(plan);
    EXPECT_TRUE(missingSteps(plan, measurements).empty());
    measurements.resize(40);
    EXPECT_EQ(missingSteps(plan, measurements), std::vector(steps.begin() + 40, steps.end()));
    SweepPlan more = plan;
    more.repeats = 6;
    EXPECT_EQ(missingSteps(more, measurements).size(), 14U);
}

TEST(Sweep, TheExperimentMakesTheRunsThatAreMissing)
{
    auto measurements = measured(plan, [](const SweepSetting &) { return 10.0; });
    measurements.resize(30);
    const auto steps = missingSteps(plan, measurements);
    RunSpec spec;
    spec.pool.window = 3;
    const ExperimentPlan experiment = experimentOf(plan, spec, measurements);
    EXPECT_EQ(runsMade(experiment), 30U);
    ASSERT_EQ(experiment.order.size(), steps.size());
    for (std::size_t run = 0; run < steps.size(); ++run) {
        const ExperimentPlan::Setting &setting = experiment.settings[experiment.order[run]];
        EXPECT_EQ(setting.name, toString(steps[run].setting));
        EXPECT_EQ(setting.spec.pool.workers, steps[run].setting.workers);
        EXPECT_EQ(setting.spec.pool.chunk, steps[run].setting.chunk);
        EXPECT_EQ(setting.spec.pool.window, 3U);
    }
    EXPECT_EQ(experiment.settings[experiment.warmUp].name, toString(warmUpOf(plan)));
}

TEST(Sweep, SpeedupIsAgainstOneWorkerAtTheSameChunkSize)
{
    const auto result = sweepResult(plan, measured(plan, [](const SweepSetting &setting) {
        return (setting.chunk == 1 ? 100.0 : 1000.0) * (setting.workers == 4 ? 3 : setting.workers);
    }));
    ASSERT_EQ(result.cells.size(), 9U);
    for (const SweepCell &cell : result.cells) {
        const double speedup = cell.setting.workers == 4 ? 3 : cell.setting.workers;
        EXPECT_NEAR(cell.speedup->value, speedup, 1e-9);
        EXPECT_NEAR(cell.efficiency->value, speedup / cell.setting.workers, 1e-9);
        EXPECT_TRUE(cell.speedup->interval->contains(speedup));
        EXPECT_EQ(cell.throughputs.size(), 5U);
    }
}

TEST(Sweep, WithoutOneWorkerSpeedupIsUnknown)
{
    const SweepPlan without{{2, 4}, {1}, 2, 1};
    const auto result =
        sweepResult(without, measured(without, [](const SweepSetting &) { return 5.0; }));
    ASSERT_EQ(result.cells.size(), 2U);
    EXPECT_FALSE(result.cells[0].speedup);
    EXPECT_FALSE(result.cells[1].efficiency);
}

TEST(Sweep, TheCheapestHasTheFewestWorkersWithinFivePercentOfTheBest)
{
    const auto result = sweepResult(plan, measured(plan, [](const SweepSetting &setting) {
        if (setting == SweepSetting{4, 16})
            return 1000.0;
        if (setting == SweepSetting{2, 1})
            return 955.0;
        if (setting == SweepSetting{2, 16})
            return 960.0;
        return 940.0;
    }));
    EXPECT_EQ(result.cells[*result.best].setting, (SweepSetting{4, 16}));
    EXPECT_EQ(result.cells[*result.cheapest].setting, (SweepSetting{2, 16}));
}

TEST(Sweep, OfNothingMeasuredThereIsNoBest)
{
    const auto result = sweepResult(plan, {});
    EXPECT_TRUE(result.cells.empty());
    EXPECT_FALSE(result.best);
    EXPECT_FALSE(result.cheapest);
}

TEST(Sweep, WhatIsNotOfThePlanIsLeftOut)
{
    std::vector<SweepMeasurement> measurements{
        {{{2, 16}, 1}, {7, 1, 1, 2}}, {{{2, 16}, 9}, {9, 1, 1, 1}}, {{{3, 16}, 1}, {9, 1, 1, 0}}};
    const auto result = sweepResult(plan, measurements);
    ASSERT_EQ(result.cells.size(), 1U);
    EXPECT_THAT(result.cells[0].throughputs, ElementsAre(7));
    EXPECT_FALSE(result.cells[0].throughput.interval);
    EXPECT_EQ(result.cells[0].failed, 2U);
}

TEST(Sweep, WarmsUpWithWhatLoadsMost)
{
    EXPECT_EQ(warmUpOf(plan), (SweepSetting{4, std::nullopt}));
    EXPECT_EQ(warmUpOf({{3, 1}, {1, 64, 2}, 1, 1}), (SweepSetting{3, 64}));
}

TEST(Sweep, GivesEveryMeasurementToAFit)
{
    const auto result = sweepResult(
        plan, measured(plan, [](const SweepSetting &setting) { return 10.0 * setting.workers; }));
    EXPECT_EQ(scalingPoints(result, 16).size(), 15U);
    EXPECT_EQ(scalingPoints(result, std::nullopt).size(), 15U);
    EXPECT_TRUE(scalingPoints(result, 17).empty());
    EXPECT_TRUE(fitScaling(ScalingLaw::Amdahl, scalingPoints(result, 16)));
}

} // namespace
} // namespace poolscope
