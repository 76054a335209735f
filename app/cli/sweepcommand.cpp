// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/sweepcommand.h"

#include "cli/complaint.h"
#include "cli/interrupt.h"
#include "cli/outputs.h"
#include "cli/program.h"
#include "cli/standardoutput.h"
#include "pool/taskcheck.h"
#include "report/sweepreport.h"

#include <cstdio>
#include <utility>

namespace poolscope {

namespace {

constexpr int showInterval = 50; // milliseconds

std::string runsWithFailures(const std::vector<SweepMeasurement> &measurements)
{
    std::size_t runs = 0;
    std::uint64_t failed = 0;
    for (const SweepMeasurement &measurement : measurements) {
        runs += measurement.failed > 0 ? 1 : 0;
        failed += measurement.failed;
    }
    if (failed == 0)
        return {};
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
    if (const auto prepared = prepare(); !prepared) {
        complain(Interrupt::hasCome() ? "interrupted" : prepared.error().message);
        return Interrupt::hasCome() ? exitInterrupted : exitWrongUse;
    }
    connect(&interruption, &Interrupt::came, m_runner.get(), &SweepRunner::cancel);
    connect(m_runner.get(), &SweepRunner::measured, this, &SweepCommand::keep);
    connect(m_runner.get(), &SweepRunner::ended, &m_loop, &QEventLoop::quit, Qt::QueuedConnection);
    connect(&m_timer, &QTimer::timeout, this, &SweepCommand::showProgress);
    m_timer.start(showInterval);
    m_clock.start();
    m_runner->start();
    m_loop.exec();
    m_timer.stop();
    return finish();
}

Result<void> SweepCommand::prepare()
{
    if (const auto checked = StandardOutput::check(); !checked)
        return checked;
    if (const auto checked = checkTask(m_options.spec.task, Interrupt::hasNotCome); !checked)
        return checked;
    Result<std::unique_ptr<InputSource>> inputs;
    const bool opened = Interrupt::waitForJob([&] { inputs = openInput(m_options.spec.input); });
    if (!opened)
        Interrupt::leave();
    if (!inputs)
        return tl::unexpected(inputs.error());
    if ((*inputs)->size() == 0)
        return failure("there are no inputs to measure with");
    if (const auto checked = checkIsNotInput(m_options.spec.input, {m_options.output}); !checked)
        return checked;
    if (m_options.output) {
        auto output = AtomicFile::open(*m_options.output);
        if (!output)
            return tl::unexpected(output.error());
        m_output = std::move(*output);
    }
    if (const auto opened = openFile(**inputs); !opened)
        return opened;
    m_runner = std::make_unique<SweepRunner>(std::move(*inputs), m_options.spec, m_options.plan,
        m_file ? m_file->measurements() : std::vector<SweepMeasurement>());
    return {};
}

Result<void> SweepCommand::openFile(const InputSource &inputs)
{
    if (!m_options.save)
        return {};
    const auto subject =
        sweepSubject(m_options.spec, inputs, "poolscope " POOLSCOPE_VERSION, Interrupt::hasNotCome);
    if (!subject)
        return tl::unexpected(subject.error());
    return SweepFile::open(*m_options.save, *subject).map([this](SweepFile file) {
        m_file.emplace(std::move(file));
    });
}

void SweepCommand::keep(const SweepMeasurement &measurement)
{
    if (!m_file || m_fileError)
        return;
    if (const auto kept = m_file->append(measurement); !kept) {
        m_fileError = kept.error();
        m_progress.clear();
        complain(m_fileError->message + "; the sweep goes on without it");
    }
}

void SweepCommand::showProgress()
{
    SweepProgress progress;
    progress.done = m_runner->stepsDone();
    progress.total = m_runner->stepCount();
    progress.shareOfRun = m_runner->isWarmingUp() ? 0 : m_runner->shareOfRun();
    progress.seconds = static_cast<double>(m_clock.elapsed()) / 1e3;
    progress.left = m_runner->secondsLeft();
    if (const auto setting = m_runner->settingNow())
        progress.now = (m_runner->isWarmingUp() ? "warming up: " : "") + toString(*setting);
    m_progress.update(progress);
}

int SweepCommand::finish()
{
    m_progress.clear();
    const int status = exitStatus();
    if (status != exitAllSucceeded && status != exitSomeFailed)
        return status;
    if (const auto written = writeResults(); !written)
        return complainOfOutput(written.error());
    const std::string text =
        sweepText(m_options.plan, sweepResult(m_options.plan, m_runner->measurements()));
    if (const int printed = print(text); printed != exitAllSucceeded)
        return printed;
    return m_fileError ? exitPoolFailed : status;
}

/// Says why, where the sweep did not come to its end.
int SweepCommand::exitStatus()
{
    if (m_runner->end() == SweepRunner::End::Failed) {
        complain(m_runner->error());
        if (!m_runner->errorDetail().empty())
            tell(m_runner->errorDetail());
        return exitPoolFailed;
    }
    if (m_runner->end() == SweepRunner::End::Cancelled) {
        complain("interrupted after " + std::to_string(m_runner->stepsDone()) + " of "
            + std::to_string(m_runner->stepCount()) + " runs"
            + (m_file && !m_fileError ? "; the same command goes on with it" : ""));
        return exitInterrupted;
    }
    const std::string failures = runsWithFailures(m_runner->measurements());
    if (failures.empty())
        return exitAllSucceeded;
    complain(failures);
    return exitSomeFailed;
}

Result<void> SweepCommand::writeResults() const
{
    if (!m_output)
        return {};
    const SweepResult result = sweepResult(m_options.plan, m_runner->measurements());
    const bool isCsv = m_options.output->ends_with(".csv");
    if (const auto written = m_output->append(isCsv ? sweepCsv(result) : sweepJsonLines(result));
        !written)
        return written;
    return m_output->commit();
}

} // namespace poolscope
