// SPDX-License-Identifier: GPL-3.0-or-later
// Commands: actions that the whole window has, with keys, for menus and tool bar.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QMenu>
#include <QString>

namespace poolscope {

/// Adds an action to the window, whose tool tip names its first key. Without a tool tip, the text
/// is used for it.
QAction *addCommand(QWidget &window, const QString &text, const QList<QKeySequence> &keys,
    const QString &toolTip = {});

/// Adds an action to the window and to one of its menus.
template <typename Slot>
QAction *addCommand(
    QWidget &window, QMenu &menu, const QString &text, const QList<QKeySequence> &keys, Slot slot)
{
    QAction *action = addCommand(window, text, keys);
    QObject::connect(action, &QAction::triggered, &menu, slot);
    menu.addAction(action);
    return action;
}

} // namespace poolscope
