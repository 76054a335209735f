// SPDX-License-Identifier: GPL-3.0-or-later
// ExportMenu: a menu of the charts and data of a run that can be written to files.
#pragma once

#include "charts/chartset.h"

#include <QMenu>
#include <vector>

namespace poolscope {

class Exporter;

class ExportMenu : public QMenu {
    Q_OBJECT

public:
    /// The menu's keys work in the whole window.
    ExportMenu(QWidget &window, Exporter &exporter, const ChartSet &charts);

    /// Enables the exports that are possible for a record. Null if there is none.
    void setRecord(const RunRecord *record);

private:
    std::vector<QAction *> m_needRecord;
    QAction *m_outcomes;
};

} // namespace poolscope
