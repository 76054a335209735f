// SPDX-License-Identifier: GPL-3.0-or-later
// Commands: actions of the whole window, with keys, for menus and the tool bar.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QMenu>
#include <QString>

namespace poolscope {

/// Adds an action to the window. Its tool tip is `toolTip`, or `text` if that is empty, with the
/// first key.
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
