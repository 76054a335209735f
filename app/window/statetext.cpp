// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/statetext.h"

#include "charts/caption.h"
#include "window/forms/keptcommands.h"

#include <QFileInfo>
#include <QObject>

namespace poolscope {

namespace {

QString runningText(const Run &run)
{
    const std::string reason = run.status().heldBecause;
    return reason.empty() ? QObject::tr("Running")
                          : QObject::tr("Waiting: %1").arg(QString::fromStdString(reason));
}

QString endText(const RunController &controller)
{
    if (const WatchController *watched = controller.watched())
        return QObject::tr("Command ended: %1").arg(watched->endText());
    if (controller.loaded())
        return QObject::tr("Opened: %1").arg(QFileInfo(controller.openedPath()).fileName());
    switch (controller.run()->end().how) {
    case PoolEnd::How::Completed:
        return QObject::tr("Finished");
    case PoolEnd::How::Cancelled:
        return QObject::tr("Stopped");
    case PoolEnd::How::Failed:
        return QObject::tr("Could not run");
    case PoolEnd::How::Halted:
        return QObject::tr("Halted");
    case PoolEnd::How::WrongValues:
        return QObject::tr("Wrong values");
    }
    return {};
}

QString percentText(const RunRecord &record)
{
    const auto total = record.knownInputCount();
    if (!total)
        return QStringLiteral("?");
    return QString::number(*total == 0 ? 100 : record.timeline.settled() * 100 / *total);
}

} // namespace

QString stateText(const RunController &controller, const RunSituation &situation)
{
    if (situation.isMeasuring)
        return QObject::tr("Measuring");
    switch (situation.state) {
    case RunController::State::Idle:
        return situation.problem.isEmpty() ? QObject::tr("Ready to start")
                                           : QObject::tr("Not ready");
    case RunController::State::Opening:
        return QObject::tr("Opening the input\u2026");
    case RunController::State::Running:
        return runningText(*controller.run());
    case RunController::State::Paused:
        return QObject::tr("Paused");
    case RunController::State::Watching:
        return QObject::tr("Watching");
    case RunController::State::Stopping:
        return QObject::tr("Stopping\u2026");
    case RunController::State::Ended:
        return endText(controller);
    }
    return {};
}

QString sentenceText(const RunController &controller, const QString &next, const QString &problem)
{
    if (const RunRecord *record = controller.record())
        return outcomeText(*record, controller.moment());
    if (const WatchController *watched = controller.watched())
        return watched->isRunning()
            ? QObject::tr("No pool has been used yet")
            : QObject::tr("The command used no Python pool that can be watched");
    return problem.isEmpty() ? QObject::tr("%1: press Start or Ctrl+R").arg(next) : problem;
}

QString titleText(const RunController &controller)
{
    if (const RunRecord *record = controller.record())
        return QObject::tr("%1% \u00b7 %2").arg(percentText(*record), settingsText(*record));
    if (const WatchController *watched = controller.watched())
        return commandLine(watched->request().words);
    return QStringLiteral("Poolscope");
}

} // namespace poolscope
