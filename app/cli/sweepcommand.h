// SPDX-License-Identifier: GPL-3.0-or-later
// SweepCommand: `poolscope sweep`, from options to exit status.
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

    /// Runs to the end and returns the exit status. Needs a QCoreApplication.
    int execute();

private:
    Result<void> openOutput();
    int finish();
    int exitStatus();
    int interrupted();
    Result<void> writeResults() const;

    SweepOptions m_options;
    std::unique_ptr<AtomicFile> m_output; ///< null if none was requested
    Sweeper m_sweeper;
    ProgressLine m_progress;
    QEventLoop m_loop;
};

} // namespace poolscope
