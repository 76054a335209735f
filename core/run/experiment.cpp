// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/experiment.h"

#include "pool/taskcheck.h"
#include "report/summary.h"

#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

constexpr int progressInterval = 100; // milliseconds

double secondsFrom(std::uint64_t nanoseconds)
{
    return static_cast<double>(nanoseconds) / 1e9;
}

RunMeasurement measurementOf(const Run &run)
{
    const Timeline &timeline = run.timeline();
    return {rateOf(timeline), secondsFrom(timeline.makespan()), secondsFrom(run.now()),
        timeline.failed()};
}

double shareDone(const Run &run)
{
    return static_cast<double>(run.timeline().settled())
        / static_cast<double>(std::max<std::uint64_t>(run.inputCount(), 1));
}

} // namespace

Experiment::Experiment(QObject *parent)
    : QObject(parent)
{
    connect(&m_timer, &QTimer::timeout, this, &Experiment::progressed);
}

Experiment::~Experiment() = default;

void Experiment::start(Prepare prepare)
{
    if (isActive())
        return;
    m_phase = Phase::Preparing;
    m_plan = {};
    m_next = 0;
    m_clock.start();
    m_timer.start(progressInterval);
    m_preparing.start(this, std::move(prepare), [this](Result<Prepared> ready) {
        if (ready)
            begin(std::move(*ready));
        else
            finish({ExperimentEnd::How::Refused, ready.error().message});
    });
    emit activityChanged();
}

void Experiment::stop()
{
    if (m_phase == Phase::Preparing) {
        m_preparing.cancel();
        finish({ExperimentEnd::How::Stopped});
    } else if (isActive()) {
        m_phase = Phase::Stopping;
        if (m_run)
            m_run->cancel();
    }
}

void Experiment::begin(Prepared ready)
{
    m_inputs = std::move(ready.inputs);
    m_plan = std::move(ready.plan);
    m_madeBefore = runsMade(m_plan);
    m_phase = m_plan.order.empty() ? Phase::Measuring : Phase::WarmingUp;
    emit prepared();
    runNext();
}

void Experiment::runNext()
{
    m_run.reset();
    if (m_phase == Phase::Stopping || m_next == m_plan.order.size()) {
        finish({m_phase == Phase::Stopping ? ExperimentEnd::How::Stopped
                                           : ExperimentEnd::How::Completed});
        return;
    }
    Run::Reading reading;
    reading.timeline = Recorder::Retention::Totals;
    auto opened = m_inputs->duplicate().and_then([&](std::unique_ptr<InputSource> inputs) {
        return Run::open(settingNow().spec, std::move(inputs), reading);
    });
    if (!opened) {
        finish({ExperimentEnd::How::Failed, opened.error().message});
        return;
    }
    m_run = std::make_unique<Run>(std::move(*opened));
    // Queued, since runFinished() destroys the run, which emits the signal.
    connect(m_run.get(), &Run::finished, this, &Experiment::runFinished, Qt::QueuedConnection);
    m_run->start();
}

void Experiment::runFinished()
{
    const PoolEnd end = m_run->end();
    if (end.how != PoolEnd::How::Completed && end.how != PoolEnd::How::Cancelled) {
        finish({ExperimentEnd::How::Failed, "with " + settingNow().name + ": " + end.error,
            end.detail});
        return;
    }
    const bool isComplete = end.how == PoolEnd::How::Completed;
    if (isComplete && m_phase == Phase::WarmingUp)
        m_phase = Phase::Measuring;
    else if (isComplete && m_phase == Phase::Measuring)
        measure();
    runNext();
}

void Experiment::measure()
{
    const RunMeasurement measurement = measurementOf(*m_run);
    m_run.reset();
    const std::size_t run = m_next++;
    m_plan.settings[m_plan.order[run]].seconds.push_back(measurement.elapsed);
    emit measured(run, measurement);
}

const ExperimentPlan::Setting &Experiment::settingNow() const
{
    return m_plan.settings[m_phase == Phase::WarmingUp ? m_plan.warmUp : m_plan.order[m_next]];
}

ExperimentProgress Experiment::progress() const
{
    ExperimentProgress progress;
    progress.phase = m_phase;
    progress.done = m_madeBefore + m_next;
    progress.total = m_madeBefore + m_plan.order.size();
    progress.seconds = static_cast<double>(m_clock.elapsed()) / 1e3;
    if (!m_run)
        return progress;
    progress.setting = settingNow().name;
    progress.shareOfRun = m_phase == Phase::Measuring ? shareDone(*m_run) : 0;
    progress.secondsLeft = secondsLeft();
    return progress;
}

/// The present run is expected to take as long as others like it, less the time that it has taken.
std::optional<double> Experiment::secondsLeft() const
{
    const auto all = poolscope::secondsLeft(m_plan, m_next);
    if (!all || m_phase != Phase::Measuring)
        return all;
    const double others = *poolscope::secondsLeft(m_plan, m_next + 1);
    return others + std::max(*all - others - secondsFrom(m_run->now()), 0.0);
}

void Experiment::finish(ExperimentEnd end)
{
    m_run.reset();
    m_inputs.reset();
    m_timer.stop();
    m_phase = Phase::Idle;
    m_end = std::move(end);
    emit activityChanged();
    emit ended(m_end);
}

Result<std::unique_ptr<InputSource>> openForExperiment(
    const RunSpec &spec, const StillWanted &wanted)
{
    return checkTask(spec.task, wanted)
        .and_then([&] { return openInput(spec.input); })
        .and_then([](std::unique_ptr<InputSource> inputs) -> Result<std::unique_ptr<InputSource>> {
            if (inputs->size() == 0)
                return failure("there are no inputs to measure with");
            return inputs;
        });
}

} // namespace poolscope
