// SPDX-License-Identifier: GPL-3.0-or-later
// ExecutedProcess: a child that runs its own program, in its own session.
//
// If the child has a keeper, the QProcess is the keeper, and ends when all processes that the child
// started have ended.
#pragma once

#include "pool/childprocess.h"
#include "pool/workerprogram.h"

#include <QProcess>
#include <sys/resource.h>

namespace poolscope {

class ExecutedProcess : public ChildProcess {
    Q_OBJECT

public:
    /// `descriptors` is the limit that the process starts with.
    ExecutedProcess(WorkerProgram program, const rlimit &descriptors, QObject *parent = nullptr);
    /// Kills the process and waits for it, if it still runs.
    ~ExecutedProcess() override;

    tl::expected<void, NoRoom> start(int channel) override;
    bool isRunning() const override { return m_process.state() != QProcess::NotRunning; }
    void kill() override;

private:
    void noteStart();
    void readOutput();
    void processFinished(int exitCode, QProcess::ExitStatus status);

    WorkerProgram m_program;
    rlimit m_descriptors;
    QProcess m_process;
    bool m_isKilled = false;
};

} // namespace poolscope
