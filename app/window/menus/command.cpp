// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/command.h"

namespace poolscope {

QAction *addCommand(
    QWidget &window, const QString &text, const QList<QKeySequence> &keys, const QString &toolTip)
{
    auto *action = new QAction(text, &window);
    action->setShortcuts(keys);
    const QString key = keys.isEmpty()
        ? QString()
        : QStringLiteral(" (%1)").arg(keys.front().toString(QKeySequence::NativeText));
    action->setToolTip(
        (toolTip.isEmpty() ? QString(text).remove(QLatin1Char('&')) : toolTip) + key);
    window.addAction(action);
    return action;
}

} // namespace poolscope
