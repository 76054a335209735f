// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/sessiontext.h"

#include "charts/caption.h"
#include "charts/figuretext.h"

#include <QObject>
#include <QStringList>
#include <algorithm>

namespace poolscope {

namespace {

struct SessionFigures {
    std::uint64_t settled = 0;
    std::optional<std::uint64_t> inputs; ///< nothing while it is unknown
    double rate = 0; ///< 0 if it is unknown
};

QString inputsText(const SessionFigures &figures)
{
    const QString settled = figureText(Count{figures.settled});
    if (!figures.inputs)
        return QObject::tr("%1 inputs so far").arg(settled);
    if (figures.settled < *figures.inputs)
        return QObject::tr("%1 of %2 inputs").arg(settled, figureText(Count{*figures.inputs}));
    return figureText(Count{*figures.inputs}, "input");
}

QString joined(const QStringList &parts)
{
    return parts.join(QStringLiteral(" \u00b7 "));
}

/// "imap(task) at post.py:9".
QString nameOf(const Origin &origin)
{
    const QString place = inputText(origin);
    return place.isEmpty() ? taskText(origin)
                           : QObject::tr("%1 at %2").arg(taskText(origin), place);
}

QString textOf(const SessionFigures &figures)
{
    QStringList parts{inputsText(figures)};
    if (figures.rate > 0)
        parts << figureText(Rate{figures.rate});
    return joined(parts);
}

} // namespace

QString sessionFigures(const RunFileInfo &info)
{
    const bool isKnown = info.progress.areInputsComplete;
    return textOf({info.progress.settled(),
        isKnown ? std::optional(info.inputCount()) : std::nullopt, info.progress.rate()});
}

QString sessionLine(const Origin &origin, const QString &figures)
{
    return joined({nameOf(origin), figures});
}

QString sessionLine(const WatchedCall &call, std::size_t calls, std::uint64_t inputs)
{
    const std::string place = placeInCode(call);
    return joined({QString::fromStdString(callName(call) + (place.empty() ? "" : " at " + place)),
        figureText(Count{calls}, "call"), figureText(Count{inputs}, "input")});
}

QString sessionFigures(const RunRecord &record, std::uint64_t now)
{
    const Timeline &timeline = record.timeline;
    const std::uint64_t begin = timeline.firstDispatch();
    const double elapsed = begin > 0 && now > begin ? static_cast<double>(now - begin) : 0;
    const std::uint64_t settled = timeline.settled();
    return textOf({settled, record.knownInputCount(),
        elapsed > 0 ? static_cast<double>(settled) / elapsed * 1e9 : 0});
}

} // namespace poolscope
