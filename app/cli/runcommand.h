// SPDX-License-Identifier: GPL-3.0-or-later
// RunCommand: `poolscope run` and `poolscope resume`, from options to exit status.
#pragma once

#include "cli/commandline.h"
#include "cli/logprinter.h"
#include "cli/outcomereader.h"
#include "cli/outputs.h"
#include "cli/progressline.h"
#include "cli/standardoutput.h"
#include "run/run.h"
#include "system/atomicfile.h"

#include <QEventLoop>
#include <QObject>
#include <QTimer>
#include <chrono>
#include <memory>

namespace poolscope {

class RunCommand : public QObject {
    Q_OBJECT

public:
    /// `charts` draws the charts and the report. It may be empty if the options request neither.
    explicit RunCommand(RunOptions options, ChartWriter charts = {});

    /// Runs to the end, or until a signal interrupts the run (cli/interrupt.h), and returns the
    /// exit status. To be called once. Needs a QCoreApplication.
    int execute();

private:
    Result<void> prepare();
    Run::Reading reading() const;
    Result<Run::Opened> open(Run::Reading reading);
    Result<Run::Opened> reopen(Run::Reading reading) const;
    Result<void> save(Run::Opened &opened) const;
    template <typename T, typename Job> Result<T> unlessInterrupted(Job job);
    Result<void> checkStandardOutput() const;
    Result<void> openOutputs();
    void work();
    bool isDiscarded() const;
    bool takeOutcomes();
    void reportFileProblems();
    void reportFailure(std::uint64_t index, const FailureView &failure);
    bool waitForRoom(const std::string &what);
    void stopFor(const Error &error);
    int finish();
    bool isCheckedByWorkers() const;
    void checkTaskIfWorkerDied();
    bool holdsOutputBack() const;
    Result<void> writeResults();
    Result<void> writeRecord();
    int exitStatus() const;
    std::string adviceOnRunFile() const;
    bool writesText() const;
    std::uint64_t printToStandardError(const std::string &lines);

    RunOptions m_options;
    ChartWriter m_charts;
    std::unique_ptr<Run> m_run;
    std::unique_ptr<OutcomeWriter> m_writer; ///< null if values are discarded
    StandardOutput *m_standardOutput = nullptr; ///< m_writer if it writes to standard output
    std::unique_ptr<AtomicFile> m_summary;
    std::unique_ptr<OutcomeReader> m_reader;
    ProgressLine m_progress;
    QTimer m_timer;
    QEventLoop m_loop;
    std::optional<LogPrinter> m_log; ///< once there is a run
    std::uint64_t m_failuresReported = 0;
    std::chrono::steady_clock::time_point m_started;
    bool m_isTaskChecked = false; ///< whether no check is due any more
    std::optional<Error> m_taskProblem; ///< why the check cancelled the run
    bool m_waitsForRoom = false; ///< whether a full disk was reported
    std::optional<Error> m_outputError; ///< why values are not written any more
    bool m_hadAllValues = false; ///< whether all values were there when the run was interrupted
    bool m_fileProblemReported = false; ///< that only the run file is waited for
    bool m_fileLossReported = false; ///< that the run continues without its run file
};

} // namespace poolscope
