// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/runcommand.h"

#include "analysis/verdict.h"
#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/interrupt.h"
#include "pool/taskcheck.h"
#include "report/valuetext.h"
#include "report/verdicttext.h"
#include "run/runopening.h"
#include "run/runsaving.h"
#include "spec/tasktraits.h"
#include "system/usablecores.h"
#include "task/builtin.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace poolscope {

namespace {

constexpr int readInterval = 10; // milliseconds
constexpr int roomInterval = 500;
constexpr std::uint64_t failuresToReport = 10; // if the output file has all

/// Whether the run may be faster than its run file is written, as with built-in tasks over numbers.
bool outrunsDisk(const RunOptions &options)
{
    return options.save && traitsOf(options.spec.task).isBuiltin
        && std::holds_alternative<RangeInput>(options.spec.input);
}

/// Whether opening the input takes less time than starting an interpreter.
bool isQuickToOpen(const InputSpec &input)
{
    constexpr std::uintmax_t most = 32 << 20;
    const std::string *file = inputFile(input);
    if (!file)
        return std::holds_alternative<RangeInput>(input);
    std::error_code error; // set for standard input, pipes and files that do not exist
    return std::filesystem::file_size(*file, error) <= most;
}

enum class Outputs { Values, All };

/// Lists the files that an unfinished run has not written, as the end of a message.
std::string notWrittenText(const OutputOptions &options, Outputs outputs)
{
    std::vector<std::string> files;
    const auto add = [&files](const std::optional<std::string> &file) {
        if (file && file != "-")
            files.push_back(*file);
    };
    add(options.output);
    if (outputs == Outputs::All) {
        for (const auto &file :
            {options.summary, options.trace, options.report, options.chartsFolder})
            add(file);
        for (const ChartFile &chart : options.charts)
            add(chart.path);
    }
    std::string text;
    for (std::size_t i = 0; i < files.size(); ++i)
        text += (i == 0 ? "; " : i + 1 < files.size() ? ", " : " and ") + files[i];
    return files.empty() ? text : text + (files.size() == 1 ? " was" : " were") + " not written";
}

/// Whether all values of the task are text, even if they look like numbers.
bool returnsText(const TaskSpec &task)
{
    if (const auto *builtin = std::get_if<BuiltinTask>(&task)) {
        const auto made = makeBuiltin(builtin->name, builtin->arguments);
        return made && std::holds_alternative<TextTask>(*made);
    }
    return traitsOf(task).returnsText;
}

} // namespace

RunCommand::RunCommand(RunOptions options, ChartWriter charts)
    : m_options(std::move(options))
    , m_charts(std::move(charts))
    , m_progress(m_options.quiet ? ProgressLine::Show::Never : ProgressLine::Show::Always)
{
}

int RunCommand::execute()
{
    Interrupt interruption;
    if (const auto prepared = prepare(); !prepared) {
        complain(Interrupt::hasArrived() ? "interrupted" : prepared.error().message);
        return Interrupt::hasArrived() ? exitInterrupted : exitWrongUse;
    }
    connect(&interruption, &Interrupt::came, m_run.get(), &Run::cancel);
    connect(&m_timer, &QTimer::timeout, this, &RunCommand::work);
    connect(m_run.get(), &Run::finished, &m_loop, &QEventLoop::quit);
    m_timer.setSingleShot(true);
    m_timer.start(readInterval);
    m_started = std::chrono::steady_clock::now();
    m_run->start();
    m_loop.exec();
    m_timer.stop();
    return finish();
}

Result<void> RunCommand::prepare()
{
    if (const auto checked = checkStandardOutput(); !checked)
        return checked;
    m_isTaskChecked = m_options.resumed || !isCheckedByWorkers();
    if (m_isTaskChecked && !m_options.resumed) {
        if (const auto checked = checkTask(m_options.spec.task, Interrupt::hasNotArrived); !checked)
            return checked;
    }
    if (const auto opened = openOutputs(); !opened)
        return opened;
    if (const auto checked = prepareOutputs(m_options); !checked)
        return checked;
    auto opened = open(reading());
    if (!opened)
        return tl::unexpected(opened.error());
    if (const auto checked = checkIsNotInput(specOf(opened->record->origin)->input,
            {m_options.output, m_options.summary, m_options.trace, m_options.report});
        !checked)
        return checked;
    if (m_options.save) {
        if (const auto saved = save(*opened); !saved)
            return saved;
    }
    m_run = std::make_unique<Run>(std::move(*opened));
    m_log.emplace(
        m_run->log(), [this](const std::string &lines) { return printToStandardError(lines); });
    m_reader = std::make_unique<OutcomeReader>(*m_run, m_writer.get(),
        m_options.unordered ? OutcomeReader::Order::AsTheyCome : OutcomeReader::Order::ByIndex,
        [this](std::uint64_t index, const FailureView &failure) { reportFailure(index, failure); });
    return {};
}

Run::Reading RunCommand::reading() const
{
    Run::Reading reading;
    // Trace and report contain the reasons of failures, too.
    const bool readsLater =
        (m_options.trace || m_options.report) && !isReadOnce(m_options.spec.input);
    reading.keep = readsLater    ? OutcomeStore::Keep::All
        : outrunsDisk(m_options) ? OutcomeStore::Keep::UntilSaved
                                 : OutcomeStore::Keep::UntilRead;
    reading.wantsSettledOrder = m_options.unordered;
    if (m_options.discard && !m_options.save && !m_options.resumed)
        reading.values = Pool::Values::Discarded;
    // Workers may write numbers into the output file if outcomes are not read afterwards.
    if (m_writer && !m_options.save && !m_options.resumed && !m_options.unordered && !readsLater) {
        reading.columnFor = [this](std::uint64_t inputs) {
            return m_writer->columnFor(inputs);
        };
    }
    // The summary of a saved run has what a reader in input order holds back. Standard input is an
    // exception, since it may never end.
    const bool reportsOrder =
        m_options.save && m_options.summary && !isReadOnce(m_options.spec.input);
    if (!m_options.wantsTimeline() && !m_options.resumed && !reportsOrder)
        reading.timeline =
            m_options.save ? Recorder::Retention::UntilWritten : Recorder::Retention::Totals;
    return reading;
}

Result<Run::Opened> RunCommand::open(Run::Reading reading)
{
    if (m_options.resumed)
        return unlessInterrupted<Run::Opened>([&] { return reopen(reading); });
    return unlessInterrupted<std::unique_ptr<InputSource>>([&] {
        return openInput(m_options.spec.input);
    }).and_then([&](std::unique_ptr<InputSource> source) {
        return Run::open(m_options.spec, std::move(source), reading);
    });
}

Result<void> RunCommand::save(Run::Opened &opened) const
{
    const auto ifExists =
        m_options.overwrite ? RunFile::IfExists::Replace : RunFile::IfExists::Refuse;
    return saveRun(opened, *m_options.save, ifExists, Interrupt::hasNotArrived);
}

/// Returns the result of a job that may take long, such as reading a large input. The job must not
/// do anything that would have to be undone, since a signal ends the program.
template <typename T, typename Job> Result<T> RunCommand::unlessInterrupted(Job job)
{
    Result<T> result = failure({});
    if (Interrupt::waitForJob([&] { result = job(); }))
        return result;
    m_writer.reset();
    m_summary.reset();
    Interrupt::leave();
}

/// Whether the start of workers checks the task. A separate check starts an interpreter, which can
/// take longer than a short run. It precedes making a run file or reading a large input.
bool RunCommand::isCheckedByWorkers() const
{
    return traitsOf(m_options.spec.task).runsPython && isQuickToOpen(m_options.spec.input)
        && !m_options.save;
}

/// Checks the task once a worker has died before any was ready.
void RunCommand::checkTaskIfWorkerDied()
{
    const Timeline &timeline = m_run->timeline();
    if (m_isTaskChecked || Interrupt::hasArrived())
        return;
    if (timeline.firstDispatch() > 0) {
        m_isTaskChecked = true;
        return;
    }
    bool isDead = m_run->isFinished();
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        isDead = isDead || timeline.worker(i).state() == WorkerState::Dead
            || timeline.worker(i).restarts() > 0;
    if (!isDead)
        return;
    m_isTaskChecked = true;
    const auto checked = checkTask(m_options.spec.task, Interrupt::hasNotArrived);
    if (!checked && !Interrupt::hasArrived()) {
        m_taskProblem = checked.error();
        m_run->cancel();
    }
}

/// Whether output is still held back, so that the message of a failed check is the only line.
bool RunCommand::holdsOutputBack() const
{
    constexpr std::chrono::seconds longest{1};
    return m_taskProblem
        || (!m_isTaskChecked && std::chrono::steady_clock::now() - m_started < longest);
}

Result<void> RunCommand::checkStandardOutput() const
{
    const bool isUsed = (!m_options.output && !m_options.discard) || m_options.summary == "-";
    return isUsed ? StandardOutput::check() : Result<void>();
}

Result<Run::Opened> RunCommand::reopen(Run::Reading reading) const
{
    const auto ifTaskChanged =
        m_options.changedTask ? IfTaskChanged::Accept : IfTaskChanged::Refuse;
    if (const auto checked = checkIsRunFile(*m_options.resumed); !checked)
        return tl::unexpected(checked.error());
    auto opened =
        reopenRun(*m_options.resumed, std::move(reading), ifTaskChanged, Interrupt::hasNotArrived);
    if (opened && m_options.retryFailed)
        opened->toRetry = failedInputs(*opened->record);
    return opened;
}

Result<void> RunCommand::openOutputs()
{
    if (m_options.output && m_options.output->ends_with(".npy") && returnsText(m_options.spec.task))
        return failure("cannot write " + *m_options.output
            + ": the values of this task are text, and .npy holds numbers: use .jsonl or .csv");
    const WaitForRoom room = [this](const std::string &what) {
        return waitForRoom(what);
    };
    auto summary = openSummary(m_options, room);
    if (!summary)
        return tl::unexpected(summary.error());
    m_summary = std::move(*summary);
    if (m_options.discard)
        return {};
    if (!m_options.output) {
        auto standardOutput = std::make_unique<StandardOutput>(room);
        m_standardOutput = standardOutput.get();
        m_writer = std::move(standardOutput);
        return {};
    }
    return openOutcomeWriter(*m_options.output, room)
        .map([this](std::unique_ptr<OutcomeWriter> writer) { m_writer = std::move(writer); });
}

void RunCommand::work()
{
    checkTaskIfWorkerDied();
    if (holdsOutputBack()) {
        m_timer.start(readInterval);
        return;
    }
    const bool moreLines = m_log->print();
    reportFileProblems();
    const bool moreOutcomes = !isDiscarded() && takeOutcomes();
    m_progress.update(progressOf(*m_run));
    m_timer.start(moreLines || moreOutcomes ? 0 : readInterval);
}

/// Whether outcomes need not be written any more, since the output is discarded.
bool RunCommand::isDiscarded() const
{
    return m_outputError || (m_options.output && Interrupt::hasArrived() && !m_hadAllValues);
}

/// Writes outcomes. Returns true if more can be written at once.
bool RunCommand::takeOutcomes()
{
    auto taken = m_reader->take();
    if (taken && m_standardOutput) {
        if (const auto flushed = m_standardOutput->flush(); !flushed)
            taken = tl::unexpected(flushed.error());
    }
    if (taken)
        return *taken == OutcomeReader::Left::More;
    stopFor(taken.error());
    return false;
}

/// Reports that the run continues without its run file, or that only the run file is waited for. If
/// the pool also waits, the log reports that.
void RunCommand::reportFileProblems()
{
    const std::string loss = m_run->fileLoss();
    if (!loss.empty() && !m_run->hasOnlyItsFileLeft() && !std::exchange(m_fileLossReported, true))
        printToStandardError("poolscope: " + loss + ", and continues without it");
    const std::string problem = m_run->fileProblem();
    if (!problem.empty() && Interrupt::hasArrived())
        m_run->cancel(); // the user does not want to wait
    if (problem.empty() || !m_run->hasOnlyItsFileLeft()
        || std::exchange(m_fileProblemReported, true))
        return;
    printToStandardError("poolscope: the run has ended, and waits for its run file: " + problem);
}

void RunCommand::reportFailure(std::uint64_t index, const FailureView &failure)
{
    if (++m_failuresReported > failuresToReport && !writesText())
        return;
    printToStandardError("poolscope: " + failedInputText(index, failure));
}

/// Whether the output has no place for the reason of a failure.
bool RunCommand::writesText() const
{
    return m_standardOutput || (m_options.output && !hasPlaceForReasons(*m_options.output));
}

/// Prints lines. Returns the number of lines that were not written.
std::uint64_t RunCommand::printToStandardError(const std::string &lines)
{
    m_progress.clear();
    return printLines(lines);
}

/// Reports once that a disk is full, and waits. Returns false if the program was interrupted.
bool RunCommand::waitForRoom(const std::string &what)
{
    if (!std::exchange(m_waitsForRoom, true))
        printToStandardError("poolscope: " + what + "; the run waits until there is room");
    return Interrupt::waitFor(roomInterval);
}

void RunCommand::stopFor(const Error &error)
{
    m_outputError = error;
    m_run->cancel();
}

int RunCommand::finish()
{
    checkTaskIfWorkerDied();
    if (m_taskProblem) {
        m_progress.clear();
        complain(m_taskProblem->message);
        return exitWrongUse;
    }
    // Values are complete if the interrupted run waited only for processes that jobs left running.
    m_hadAllValues = Interrupt::hasArrived() && m_run->end().how == PoolEnd::How::Completed;
    bool more = true;
    while (more && !isDiscarded())
        more = takeOutcomes();
    if (more && !m_outputError)
        m_outputError = Error{"interrupted"};
    while (m_log->print()) { }
    m_log->reportDropped();
    if (m_failuresReported > failuresToReport && !writesText())
        printToStandardError("poolscope: " + std::to_string(m_failuresReported - failuresToReport)
            + " more inputs failed"
            + (m_options.output ? "; " + *m_options.output + " says why" : ""));
    if (m_writer) {
        for (const std::string &note : m_reader->unmarked().notes(m_options.output.value_or("")))
            printToStandardError("poolscope: " + note);
    }
    if (!m_isTaskChecked) // interrupted before a worker was ready
        m_progress.clear();
    else if (!m_options.quiet)
        m_progress.finish(progressOf(*m_run));
    const int status = exitStatus();
    const bool isHalted = m_run->end().how == PoolEnd::How::Halted;
    const auto kept = m_run->fileResult();
    if (!kept && !m_fileLossReported)
        complain(kept.error().message);
    if (status != exitAllSucceeded && status != exitSomeFailed)
        return status;
    if (const auto written = isHalted ? writeRecord() : writeResults(); !written)
        return reportOutputError(written.error());
    if (!m_options.quiet && !isHalted && m_run->timeline().settled() > 0)
        printToStandardError(verdictText(analyse(m_run->record(), usableCores()).verdict));
    return kept ? status : exitPoolFailed;
}

/// Returns the exit status. Reports why, if the run is not complete.
int RunCommand::exitStatus() const
{
    const PoolEnd &end = m_run->end();
    const std::string notWritten =
        notWrittenText(m_options, end.how == PoolEnd::How::Halted ? Outputs::Values : Outputs::All);
    if (StandardOutput::readerIsGone())
        return exitInterrupted;
    if (end.how == PoolEnd::How::Failed || end.how == PoolEnd::How::WrongValues) {
        complain(end.error + notWritten + adviceOnRunFile());
        if (!end.detail.empty())
            printLines(end.detail);
        return exitPoolFailed;
    }
    if (end.how == PoolEnd::How::Halted) {
        complain("halted: " + end.error + notWritten + adviceOnRunFile());
        return exitSomeFailed;
    }
    const bool incomplete = m_outputError || end.how == PoolEnd::How::Cancelled;
    if (incomplete && Interrupt::hasArrived()) {
        complain("interrupted" + notWritten + adviceOnRunFile());
        return exitInterrupted;
    }
    if (incomplete) {
        complain(m_outputError->message + adviceOnRunFile());
        return exitPoolFailed;
    }
    return m_run->timeline().failed() > 0 ? exitSomeFailed : exitAllSucceeded;
}

/// Returns advice on a run whose results were not written but that has a run file.
std::string RunCommand::adviceOnRunFile() const
{
    const std::string file = m_options.resumed.value_or(m_options.save.value_or(""));
    const PoolEnd::How how = m_run->end().how;
    if (file.empty() || !m_run->fileLoss().empty() || how == PoolEnd::How::WrongValues)
        return {};
    if (how == PoolEnd::How::Completed || isReadOnce(m_options.spec.input))
        return "; 'poolscope export " + file + " -o FILE' writes what had finished";
    return "; 'poolscope resume " + file + "' continues it"
        + (how == PoolEnd::How::Failed ? " once that is fixed" : "");
}

Result<void> RunCommand::writeResults()
{
    if (m_writer) {
        if (const auto finished = m_writer->finish(); !finished)
            return failure(finished.error().message + adviceOnRunFile());
    }
    return writeRecord();
}

/// Writes charts, report, trace and summary of the run, complete or not.
Result<void> RunCommand::writeRecord()
{
    const auto written = writeOutputs(m_options, {{&m_run->record(), m_run->now()}}, m_charts);
    if (!written)
        return written;
    return writeSummary(m_options, m_run->record(), {usableCores(), m_log->dropped()},
        m_summary.get(), [this](const std::string &what) { return waitForRoom(what); });
}

} // namespace poolscope
