// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/filemenu.h"

#include "window/menus/command.h"
#include "window/menus/runactions.h"

namespace poolscope {

FileMenu::FileMenu(QWidget &window, const RunActions &actions)
    : QMenu(tr("&File"), &window)
{
    addActions({actions.watch(), actions.open(), actions.save()});
    addSeparator();
    addCommand(window, *this, tr("&Quit"), {Qt::CTRL | Qt::Key_Q}, [&window] { window.close(); });
}

} // namespace poolscope
