// SPDX-License-Identifier: GPL-3.0-or-later
// CopiedProcess: a worker that a TaskLoader forks.
//
// This program is not the parent of the process, so its keeper reports start and end
// (wire/lifeline.h).
#pragma once

#include "pool/childprocess.h"
#include "pool/taskloader.h"

#include <QPointer>
#include <QSocketNotifier>
#include <memory>
#include <string>

namespace poolscope {

class CopiedProcess : public ChildProcess {
    Q_OBJECT

public:
    CopiedProcess(TaskLoader &loader, WorkerId worker, QObject *parent = nullptr);
    /// Kills the process and waits for it, if it still runs.
    ~CopiedProcess() override;

    tl::expected<void, NoRoom> start(int channel) override;
    bool isRunning() const override { return m_isRunning; }
    void kill() override;

private:
    void readLifeline();
    void readOutput();
    void lifelineEnded();

    QPointer<TaskLoader> m_loader;
    WorkerId m_worker;
    bool m_isRunning = false;
    bool m_isKilled = false;
    Descriptor m_lifeline;
    Descriptor m_output;
    std::unique_ptr<QSocketNotifier> m_lifelineNotifier;
    std::unique_ptr<QSocketNotifier> m_outputNotifier;
    std::string m_reported; ///< bytes from the keeper
};

} // namespace poolscope
