// SPDX-License-Identifier: GPL-3.0-or-later
// ExportMenu: the charts and data of a run that can be written to files.
#pragma once

#include "charts/chartset.h"

#include <QMenu>
#include <vector>

namespace poolscope {

class Exporter;

class ExportMenu : public QMenu {
    Q_OBJECT

public:
    /// The window has the menu's keys.
    ExportMenu(QWidget &window, Exporter &exporter, const ChartSet &charts);

    /// Enables what can be exported of a record. Null if there is none.
    void setRecord(const RunRecord *record);

private:
    std::vector<QAction *> m_needRecord;
    QAction *m_outcomes;
};

} // namespace poolscope
