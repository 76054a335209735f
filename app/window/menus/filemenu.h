// SPDX-License-Identifier: GPL-3.0-or-later
// FileMenu: a menu of the actions on run files and commands.
#pragma once

#include <QMenu>

namespace poolscope {

class RunActions;

class FileMenu : public QMenu {
    Q_OBJECT

public:
    /// The menu's keys work in the whole window.
    FileMenu(QWidget &window, const RunActions &actions);
};

} // namespace poolscope
