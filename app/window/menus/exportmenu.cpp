// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/exportmenu.h"

#include "window/dialogs/exporter.h"
#include "window/menus/command.h"

namespace poolscope {

ExportMenu::ExportMenu(QWidget &window, Exporter &exporter, const ChartSet &charts)
    : QMenu(tr("&Export"), &window)
{
    setToolTipsVisible(true);
    const auto add = [&](const QString &text, const QList<QKeySequence> &keys, auto slot) {
        m_needRecord.push_back(addCommand(window, *this, text, keys, slot));
    };
    int number = 1;
    for (Chart *chart : charts)
        add(tr("&%1 %2\u2026").arg(number++).arg(chart->title()), {},
            [&exporter, chart] { exporter.exportChart(*chart); });
    add(tr("&All charts into a folder\u2026"), {Qt::CTRL | Qt::SHIFT | Qt::Key_E},
        [&exporter, &charts] { exporter.exportAllCharts(charts); });
    addSeparator();
    m_outcomes = addCommand(window, *this, tr("&Outcomes\u2026"), {Qt::CTRL | Qt::Key_E},
        [&exporter] { exporter.exportOutcomes(); });
    add(tr("&Report\u2026"), {Qt::CTRL | Qt::SHIFT | Qt::Key_R},
        [&exporter, &charts] { exporter.exportReport(charts); });
    add(tr("Chrome &trace\u2026"), {}, [&exporter] { exporter.exportTrace(); });
}

void ExportMenu::setRecord(const RunRecord *record)
{
    for (QAction *action : m_needRecord)
        action->setEnabled(record != nullptr);
    m_outcomes->setEnabled(record && specOf(record->origin));
    m_outcomes->setToolTip(!record || specOf(record->origin) ? QString()
            : isImported(record->origin) ? tr("The file that the run was read from has no values")
                                         : tr("The values of a watched command are not recorded"));
}

} // namespace poolscope
