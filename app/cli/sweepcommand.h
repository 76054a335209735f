// SPDX-License-Identifier: GPL-3.0-or-later
// SweepCommand: `poolscope sweep`, from options to exit status.
#pragma once

#include "cli/commandline.h"
#include "cli/progressline.h"
#include "run/sweepfile.h"
#include "run/sweeprunner.h"
#include "system/atomicfile.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QObject>
#include <QTimer>
#include <memory>
#include <optional>

namespace poolscope {

class SweepCommand : public QObject {
    Q_OBJECT

public:
    explicit SweepCommand(SweepOptions options);

    /// Runs to the end and returns the exit status. Needs a QCoreApplication.
    int execute();

private:
    Result<void> prepare();
    Result<void> openFile(const InputSource &inputs);
    void keep(const SweepMeasurement &measurement);
    void showProgress();
    int finish();
    int exitStatus();
    Result<void> writeResults() const;

    SweepOptions m_options;
    std::unique_ptr<SweepRunner> m_runner;
    std::unique_ptr<AtomicFile> m_output; ///< null: none was asked for
    std::optional<SweepFile> m_file; ///< nothing: the same
    std::optional<Error> m_fileError;
    ProgressLine m_progress;
    QElapsedTimer m_clock;
    QTimer m_timer;
    QEventLoop m_loop;
};

} // namespace poolscope
