// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/sweeprunner.h"

#include "report/summary.h"

#include <algorithm>
#include <utility>

namespace poolscope {

SweepRunner::SweepRunner(RunSpec spec, SweepPlan plan, std::vector<SweepMeasurement> known)
    : m_spec(std::move(spec))
    , m_plan(std::move(plan))
    , m_measurements(std::move(known))
    , m_steps(missingSteps(m_plan, m_measurements))
    , m_stepCount(stepsOf(m_plan).size())
{
}

SweepRunner::~SweepRunner() = default;

void SweepRunner::start()
{
    runNext();
}

void SweepRunner::cancel()
{
    m_isCancelled = true;
    if (m_run)
        m_run->cancel();
}

std::optional<SweepSetting> SweepRunner::settingNow() const
{
    if (!m_run)
        return std::nullopt;
    return m_isWarmingUp ? warmUpOf(m_plan) : m_steps.front().setting;
}

void SweepRunner::runNext()
{
    m_run.reset();
    if (m_isCancelled || m_steps.empty()) {
        finish(m_isCancelled ? End::Cancelled : End::Completed);
        return;
    }
    const SweepSetting setting = m_isWarmingUp ? warmUpOf(m_plan) : m_steps.front().setting;
    m_spec.pool.workers = setting.workers;
    m_spec.pool.chunk = setting.chunk;
    Run::Reading reading;
    reading.timeline = Recorder::Keep::Totals;
    auto run = Run::prepare(m_spec, reading);
    if (!run) {
        finish(End::Failed, run.error().message);
        return;
    }
    if ((*run)->inputCount() == 0) {
        finish(End::Failed, "there are no inputs to measure with");
        return;
    }
    m_run = std::move(*run);
    // Its signal comes from within it: it is taken down later.
    connect(m_run.get(), &Run::finished, this, &SweepRunner::runFinished, Qt::QueuedConnection);
    m_run->start();
}

void SweepRunner::runFinished()
{
    const PoolEnd &end = m_run->end();
    if (end.how == PoolEnd::How::Failed || end.how == PoolEnd::How::Halted) {
        const SweepSetting setting = *settingNow();
        const PoolEnd copy = end;
        m_run.reset();
        finish(End::Failed, "with " + toString(setting) + ": " + copy.error, copy.detail);
        return;
    }
    if (end.how == PoolEnd::How::Completed && !std::exchange(m_isWarmingUp, false)) {
        const Timeline &timeline = m_run->timeline();
        const SweepMeasurement measurement{m_steps.front(), rateOf(timeline),
            static_cast<double>(timeline.makespan()) / 1e9, secondsOfRun(), timeline.failed()};
        m_measurements.push_back(measurement);
        m_steps.erase(m_steps.begin());
        emit measured(measurement);
    }
    runNext();
}

double SweepRunner::secondsOfRun() const
{
    return m_run ? static_cast<double>(m_run->now()) / 1e9 : 0;
}

double SweepRunner::shareOfRun() const
{
    if (!m_run)
        return 0;
    return static_cast<double>(m_run->timeline().settled())
        / static_cast<double>(std::max<std::uint64_t>(m_run->inputCount(), 1));
}

/// The run that goes on is taken to need as long as others like it, less what it has taken.
std::optional<double> SweepRunner::secondsLeft() const
{
    const auto all = poolscope::secondsLeft(m_steps, m_measurements);
    if (!all || m_isWarmingUp || m_steps.empty())
        return all;
    const auto others =
        *poolscope::secondsLeft({m_steps.begin() + 1, m_steps.end()}, m_measurements);
    return others + std::max(*all - others - secondsOfRun(), 0.0);
}

void SweepRunner::finish(End end, const std::string &error, const std::string &detail)
{
    m_end = end;
    m_error = error;
    m_errorDetail = detail;
    emit ended();
}

} // namespace poolscope
