// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/sweeprunner.h"

#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

PlannedRun runWith(RunSpec spec, const SweepSetting &setting)
{
    spec.pool.workers = setting.workers;
    spec.pool.chunk = setting.chunk;
    return {std::move(spec), toString(setting)};
}

} // namespace

SweepRunner::SweepRunner(std::unique_ptr<InputSource> inputs, const RunSpec &spec, SweepPlan plan,
    std::vector<SweepMeasurement> known)
    : m_plan(std::move(plan))
    , m_measurements(std::move(known))
    , m_steps(missingSteps(m_plan, m_measurements))
    , m_stepCount(stepsOf(m_plan).size())
{
    std::vector<PlannedRun> runs;
    for (const SweepStep &step : m_steps)
        runs.push_back(runWith(spec, step.setting));
    m_series = std::make_unique<RunSeries>(
        std::move(inputs), runWith(spec, warmUpOf(m_plan)), std::move(runs));
    connect(m_series.get(), &RunSeries::measured, this,
        [this](std::size_t, const RunMeasurement &measurement) { keep(measurement); });
    connect(m_series.get(), &RunSeries::ended, this, &SweepRunner::ended);
}

SweepRunner::~SweepRunner() = default;

void SweepRunner::keep(const RunMeasurement &measurement)
{
    const SweepMeasurement kept{m_steps.front(), measurement.throughput, measurement.makespan,
        measurement.elapsed, measurement.failed};
    m_measurements.push_back(kept);
    m_steps.erase(m_steps.begin());
    emit measured(kept);
}

std::optional<SweepSetting> SweepRunner::settingNow() const
{
    if (isWarmingUp())
        return warmUpOf(m_plan);
    return m_series->runNow() && !m_steps.empty() ? std::optional(m_steps.front().setting)
                                                  : std::nullopt;
}

/// The run that goes on is taken to need as long as others like it, less what it has taken.
std::optional<double> SweepRunner::secondsLeft() const
{
    const auto all = poolscope::secondsLeft(m_steps, m_measurements);
    if (!all || isWarmingUp() || m_steps.empty())
        return all;
    const auto others =
        *poolscope::secondsLeft({m_steps.begin() + 1, m_steps.end()}, m_measurements);
    return others + std::max(*all - others - m_series->secondsOfRun(), 0.0);
}

} // namespace poolscope
