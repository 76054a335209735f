// SPDX-License-Identifier: GPL-3.0-or-later
// SweepCommand: `poolscope sweep`, from options to exit status. A sweep runs a task with each of
// several numbers of workers and chunk sizes, and measures the throughput.
#pragma once

#include "cli/commandline.h"
#include "cli/progressline.h"
#include "run/sweeper.h"
#include "system/atomicfile.h"

#include <QEventLoop>
#include <QObject>
#include <memory>

namespace poolscope {

class SweepCommand : public QObject {
    Q_OBJECT

public:
    explicit SweepCommand(SweepOptions options);

    /// Runs to the end, or until a signal interrupts the sweep (cli/interrupt.h), and returns the
    /// exit status. To be called once. Needs a QCoreApplication.
    int execute();

private:
    Result<void> openOutput();
    int finish();
    int exitStatus();
    int reportInterruption();
    Result<void> writeResults() const;

    SweepOptions m_options;
    std::unique_ptr<AtomicFile> m_output; ///< null if none was requested
    Sweeper m_sweeper;
    ProgressLine m_progress;
    QEventLoop m_loop;
};

} // namespace poolscope
