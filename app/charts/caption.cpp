// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/caption.h"

#include "charts/units.h"
#include "pool/usablecores.h"

#include <QObject>
#include <QStringList>
#include <algorithm>

namespace poolscope {

namespace {

QString taskText(const TaskSpec &task)
{
    if (const auto *python = std::get_if<PythonTask>(&task))
        return QString::fromStdString(python->target).section(QLatin1Char('/'), -1);
    const auto &builtin = std::get<BuiltinTask>(task);
    const QString name = QString::fromStdString(builtin.name);
    return builtin.arguments.empty()
        ? name
        : name + QLatin1Char(':') + QString::fromStdString(builtin.arguments);
}

QString inputText(const InputSpec &input)
{
    if (const auto *lines = std::get_if<LinesInput>(&input))
        return QObject::tr("lines of %1")
            .arg(QString::fromStdString(lines->path).section(QLatin1Char('/'), -1));
    const auto &range = std::get<RangeInput>(input);
    const QString text = QStringLiteral("%1:%2").arg(range.start).arg(range.stop);
    return range.step == 1 ? text : text + QStringLiteral(":%1").arg(range.step);
}

} // namespace

QString settingsText(const RunSpec &spec)
{
    const std::uint32_t workers = spec.pool.workers.value_or(usableCores());
    QStringList parts{taskText(spec.task), inputText(spec.input),
        workers == 1 ? QObject::tr("1 worker") : QObject::tr("%1 workers").arg(workers)};
    if (spec.pool.chunk)
        parts << QObject::tr("chunk %1").arg(countText(*spec.pool.chunk));
    if (spec.pool.window)
        parts << QObject::tr("window %1").arg(countText(*spec.pool.window));
    if (spec.pool.retries > 0)
        parts << QObject::tr("retries %1").arg(spec.pool.retries);
    return parts.join(QStringLiteral(" \u00b7 "));
}

QString outcomeText(const RunRecord &record, const Moment &moment)
{
    const Timeline &timeline = record.timeline;
    const std::uint64_t settled = timeline.settled();
    const bool ended = moment.run == TimeView::Run::Ended;
    const std::uint64_t begin = timeline.firstDispatch();
    const double elapsed = ended || begin == 0
        ? static_cast<double>(timeline.makespan())
        : static_cast<double>(std::max(moment.now, begin) - begin);
    QString text =
        QObject::tr("%1 of %2 done").arg(countText(settled), countText(record.inputCount));
    if (elapsed > 0)
        text +=
            QObject::tr(" in %1, %2")
                .arg(durationText(elapsed), rateText(static_cast<double>(settled) / elapsed * 1e9));
    if (timeline.failed() > 0)
        text += QObject::tr(", %1 failed").arg(countText(timeline.failed()));
    if (timeline.quarantined() > 0)
        text += QObject::tr(" (%1 quarantined)").arg(countText(timeline.quarantined()));
    return text;
}

} // namespace poolscope
