// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/runfilenotice.h"

#include "run/run.h"
#include "window/dialogs/messagebar.h"

#include <QObject>
#include <utility>

namespace poolscope {

bool RunFileNotice::update(const Run *run, MessageBar &message)
{
    const QString problem = run ? QString::fromStdString(run->fileProblem()) : QString();
    const bool changes = problem != std::exchange(m_problem, problem);
    if (changes && problem.isEmpty())
        message.hide();
    else if (changes)
        message.showProblem(
            QObject::tr("The run waits: %1. Stop discards what cannot be written.").arg(problem));
    showLoss(run ? QString::fromStdString(run->fileLoss()) : QString(), message);
    return changes;
}

void RunFileNotice::showLoss(const QString &loss, MessageBar &message)
{
    if (loss != std::exchange(m_loss, loss) && !loss.isEmpty())
        message.showProblem(QObject::tr("%1, and continues without it").arg(loss));
}

} // namespace poolscope
