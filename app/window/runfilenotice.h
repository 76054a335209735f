// SPDX-License-Identifier: GPL-3.0-or-later
// RunFileNotice: shows the user, once each, that the run waits for its file or has lost it.
#pragma once

#include <QString>

namespace poolscope {

class MessageBar;
class Run;

class RunFileNotice {
public:
    /// Shows what has changed since the last call. Returns whether the run began or ceased to wait.
    /// `run` is null if there is none.
    bool update(const Run *run, MessageBar &message);
    bool isRunWaiting() const { return !m_problem.isEmpty(); }

private:
    void showLoss(const QString &loss, MessageBar &message);

    QString m_problem; ///< why the run waits
    QString m_loss; ///< why the file was lost
};

} // namespace poolscope
