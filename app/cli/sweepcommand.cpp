// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/sweepcommand.h"

#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/interrupt.h"
#include "cli/outputs.h"
#include "cli/standardoutput.h"
#include "report/sweepreport.h"

#include <QThreadPool>
#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

constexpr int patienceAtEnd = 500; // milliseconds

std::string runsWithFailures(const std::vector<SweepMeasurement> &measurements)
{
    const std::uint64_t failed = failedInputsIn(measurements);
    if (failed == 0)
        return {};
    const auto runs = std::count_if(measurements.begin(), measurements.end(),
        [](const SweepMeasurement &measurement) { return measurement.run.failed > 0; });
    return "inputs failed in " + std::to_string(runs) + " of " + std::to_string(measurements.size())
        + " runs, " + std::to_string(failed) + " in all: what was measured is how fast they fail";
}

} // namespace

SweepCommand::SweepCommand(SweepOptions options)
    : m_options(std::move(options))
    , m_progress(m_options.quiet ? ProgressLine::Show::Never : ProgressLine::Show::Always)
{
}

int SweepCommand::execute()
{
    Interrupt interruption;
    if (const auto opened = openOutput(); !opened)
        return complain(opened.error(), exitWrongUse);
    Experiment &experiment = m_sweeper.experiment();
    connect(&interruption, &Interrupt::came, &experiment, &Experiment::stop);
    connect(&m_sweeper, &Sweeper::fileFailed, this, [this](const std::string &why) {
        m_progress.clear();
        complain(why);
    });
    connect(&experiment, &Experiment::progressed, this,
        [this, &experiment] { m_progress.update(experiment.progress()); });
    connect(&experiment, &Experiment::ended, &m_loop, &QEventLoop::quit, Qt::QueuedConnection);
    m_sweeper.start({m_options.spec, m_options.plan, m_options.save.value_or(""), {}});
    m_loop.exec();
    return finish();
}

Result<void> SweepCommand::openOutput()
{
    if (const auto checked = StandardOutput::check(); !checked)
        return checked;
    if (!m_options.output)
        return {};
    return checkIsNotInput(m_options.spec.input, {m_options.output})
        .and_then([&] { return AtomicFile::open(*m_options.output); })
        .map([&](std::unique_ptr<AtomicFile> output) { m_output = std::move(output); });
}

int SweepCommand::finish()
{
    m_progress.clear();
    const int status = exitStatus();
    if (status != exitAllSucceeded && status != exitSomeFailed)
        return status;
    if (const auto written = writeResults(); !written)
        return reportOutputError(written.error());
    const std::string text =
        sweepText(m_options.plan, sweepResult(m_options.plan, m_sweeper.measurements()));
    if (const int printed = print(text); printed != exitAllSucceeded)
        return printed;
    return m_sweeper.file() == Sweeper::File::Failed ? exitPoolFailed : status;
}

/// Returns the exit status. Reports why the sweep was not completed, or that inputs failed.
int SweepCommand::exitStatus()
{
    const ExperimentEnd &end = m_sweeper.experiment().end();
    if (end.how == ExperimentEnd::How::Stopped)
        return reportInterruption();
    if (end.how != ExperimentEnd::How::Completed) {
        complain(end.error);
        if (!end.detail.empty())
            printLines(end.detail);
        return end.how == ExperimentEnd::How::Refused ? exitWrongUse : exitPoolFailed;
    }
    const std::string failures = runsWithFailures(m_sweeper.measurements());
    if (failures.empty())
        return exitAllSucceeded;
    complain(failures);
    return exitSomeFailed;
}

/// Reports how far the sweep was when it was interrupted. Returns the exit status.
int SweepCommand::reportInterruption()
{
    const ExperimentProgress progress = m_sweeper.experiment().progress();
    if (progress.total == 0) {
        m_output.reset();
        // A thread may still read an input that never ends.
        if (!QThreadPool::globalInstance()->waitForDone(patienceAtEnd))
            Interrupt::leave();
        return complain(Error{"interrupted"}, exitInterrupted);
    }
    const bool canContinue = m_sweeper.file() == Sweeper::File::HasAll;
    complain("interrupted after " + std::to_string(progress.done) + " of "
        + std::to_string(progress.total) + " runs"
        + (canContinue ? "; the same command continues it" : ""));
    return exitInterrupted;
}

Result<void> SweepCommand::writeResults() const
{
    if (!m_output)
        return {};
    const SweepResult result = sweepResult(m_options.plan, m_sweeper.measurements());
    const bool isCsv = m_options.output->ends_with(".csv");
    if (const auto written = m_output->append(isCsv ? sweepCsv(result) : sweepJsonLines(result));
        !written)
        return written;
    return m_output->commit();
}

} // namespace poolscope
