// SPDX-License-Identifier: GPL-3.0-or-later
// ViewMenu: a menu of the view of charts, the tabs and the theme.
#pragma once

#include <QMenu>

namespace poolscope {

class RunView;
class ThemeSwitch;

class ViewMenu : public QMenu {
    Q_OBJECT

public:
    /// The menu's keys work in the whole window. `sweep` shows the tab of the sweep.
    ViewMenu(QWidget &window, RunView &view, ThemeSwitch &themes, QAction *sweep);

signals:
    void messageClosed();

private:
    void addTimeCommands(QWidget &window, RunView &view);
    void addTabCommands(QWidget &window, RunView &view, QAction *sweep);
    void addThemeCommands(QWidget &window, ThemeSwitch &themes);
};

} // namespace poolscope
