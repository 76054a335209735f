// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/runseries.h"

#include "report/summary.h"

#include <algorithm>
#include <utility>

namespace poolscope {

RunSeries::RunSeries(
    std::unique_ptr<InputSource> inputs, PlannedRun warmUp, std::vector<PlannedRun> runs)
    : m_inputs(std::move(inputs))
    , m_runs(std::move(runs))
{
    if (!m_runs.empty())
        m_runs.insert(m_runs.begin(), std::move(warmUp));
}

RunSeries::~RunSeries() = default;

void RunSeries::start()
{
    if (m_inputs->size() == 0)
        finish(End::Failed, "there are no inputs to measure with");
    else
        runNext();
}

void RunSeries::cancel()
{
    m_isCancelled = true;
    if (m_run)
        m_run->cancel();
}

std::optional<std::size_t> RunSeries::runNow() const
{
    return m_run && m_next > 0 ? std::optional(m_next - 1) : std::nullopt;
}

void RunSeries::runNext()
{
    m_run.reset();
    if (m_isCancelled || m_next == m_runs.size()) {
        finish(m_isCancelled ? End::Cancelled : End::Completed);
        return;
    }
    Run::Reading reading;
    reading.timeline = Recorder::Keep::Totals;
    auto opened = m_inputs->duplicate().and_then([&](std::unique_ptr<InputSource> inputs) {
        return Run::open(m_runs[m_next].spec, std::move(inputs), reading);
    });
    if (!opened) {
        finish(End::Failed, opened.error().message);
        return;
    }
    m_run = std::make_unique<Run>(std::move(*opened));
    // Its signal comes from within it: it is taken down later.
    connect(m_run.get(), &Run::finished, this, &RunSeries::runFinished, Qt::QueuedConnection);
    m_run->start();
}

void RunSeries::runFinished()
{
    const PoolEnd end = m_run->end();
    if (end.how == PoolEnd::How::Failed || end.how == PoolEnd::How::Halted) {
        m_run.reset();
        finish(End::Failed, "with " + m_runs[m_next].name + ": " + end.error, end.detail);
        return;
    }
    if (end.how == PoolEnd::How::Completed) {
        const Timeline &timeline = m_run->timeline();
        const RunMeasurement measurement{rateOf(timeline),
            static_cast<double>(timeline.makespan()) / 1e9, secondsOfRun(), timeline.failed()};
        if (const auto run = runNow())
            emit measured(*run, measurement);
        ++m_next;
    }
    runNext();
}

double RunSeries::secondsOfRun() const
{
    return m_run ? static_cast<double>(m_run->now()) / 1e9 : 0;
}

double RunSeries::shareOfRun() const
{
    if (!m_run)
        return 0;
    return static_cast<double>(m_run->timeline().settled())
        / static_cast<double>(std::max<std::uint64_t>(m_run->inputCount(), 1));
}

void RunSeries::finish(End end, const std::string &error, const std::string &detail)
{
    m_end = end;
    m_error = error;
    m_errorDetail = detail;
    emit ended();
}

} // namespace poolscope
