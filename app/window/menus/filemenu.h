// SPDX-License-Identifier: GPL-3.0-or-later
// FileMenu: the actions on run files and commands.
#pragma once

#include <QMenu>

namespace poolscope {

class RunActions;

class FileMenu : public QMenu {
    Q_OBJECT

public:
    /// The window has the menu's keys.
    FileMenu(QWidget &window, const RunActions &actions);
};

} // namespace poolscope
