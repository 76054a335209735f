// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/helpmenu.h"

#include "window/chartcard.h"
#include "window/dialogs/helpdialog.h"
#include "window/menus/command.h"
#include "window/runview.h"

namespace poolscope {

HelpMenu::HelpMenu(QWidget &window, const RunView &view)
    : QMenu(tr("&Help"), &window)
{
    addCommand(window, *this, tr("&Help"), {Qt::Key_F1}, [&window, &view] {
        std::vector<const Chart *> charts;
        charts.reserve(view.cards().size());
        for (const ChartCard *card : view.cards())
            charts.push_back(card->chart());
        showHelp(charts, window.actions(), &window);
    });
    addCommand(window, *this, tr("&About Poolscope"), {}, [&window] { showAbout(&window); });
}

} // namespace poolscope
