// SPDX-License-Identifier: GPL-3.0-or-later
// ViewMenu: the view of charts and tabs, and the theme.
#pragma once

#include <QMenu>

namespace poolscope {

class RunView;
class ThemeSwitch;

class ViewMenu : public QMenu {
    Q_OBJECT

public:
    /// The window has the menu's keys. `sweep` leads to the sweep's tab.
    ViewMenu(QWidget &window, RunView &view, ThemeSwitch &themes, QAction *sweep);

signals:
    void messageClosed();

private:
    void addTimeCommands(QWidget &window, RunView &view);
    void addTabCommands(QWidget &window, RunView &view, QAction *sweep);
    void addThemeCommands(QWidget &window, ThemeSwitch &themes);
};

} // namespace poolscope
