// SPDX-License-Identifier: GPL-3.0-or-later
// HelpMenu: the help pages, and the window about Poolscope.
#pragma once

#include <QMenu>

namespace poolscope {

class RunView;

class HelpMenu : public QMenu {
    Q_OBJECT

public:
    /// The window has the menu's keys; the help explains its actions and the view's charts.
    HelpMenu(QWidget &window, const RunView &view);
};

} // namespace poolscope
