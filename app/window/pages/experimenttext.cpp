// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/experimenttext.h"

#include "charts/figuretext.h"

#include <QObject>
#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

QString measuringText(const ExperimentProgress &progress)
{
    const QString text = QObject::tr("Run %1 of %2: %3")
                             .arg(std::min(progress.done + 1, progress.total))
                             .arg(progress.total)
                             .arg(QString::fromStdString(progress.setting));
    if (!progress.secondsLeft)
        return text;
    return QObject::tr("%1; about %2 left")
        .arg(text, figureText(Seconds(std::ceil(*progress.secondsLeft))));
}

} // namespace

QString experimentText(const ExperimentProgress &progress)
{
    switch (progress.phase) {
    case ExperimentProgress::Phase::Idle:
        return {};
    case ExperimentProgress::Phase::Preparing:
        return QObject::tr("Opening the input\u2026");
    case ExperimentProgress::Phase::WarmingUp:
        return QObject::tr("Warming up: %1").arg(QString::fromStdString(progress.setting));
    case ExperimentProgress::Phase::Measuring:
        return measuringText(progress);
    case ExperimentProgress::Phase::Stopping:
        return QObject::tr("Stopping\u2026");
    }
    return {};
}

} // namespace poolscope
