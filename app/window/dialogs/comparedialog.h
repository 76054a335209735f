// SPDX-License-Identifier: GPL-3.0-or-later
// CompareDialog: compares saved runs, with their curves in shared charts, their figures, and a
// sentence on whether they differ.
//
// Runs nothing. The files are read on another thread.
#pragma once

#include "charts/curveschart.h"
#include "charts/theme.h"

#include <QDialog>
#include <QLabel>
#include <QStringList>
#include <QTableWidget>
#include <array>

namespace poolscope {

class ChartCard;
class Exporter;

class CompareDialog : public QDialog {
    Q_OBJECT

public:
    /// Compares each run file with the first, of at least two. The exporter outlives the dialog.
    CompareDialog(
        const QStringList &paths, const Theme &theme, Exporter *exporter, QWidget *parent);
    ~CompareDialog() override;

private:
    struct Compared;

    void addCharts(Exporter *exporter);
    void fill(const Compared &compared);
    void showTable(const Compared &compared);

    Theme m_theme;
    QLabel *m_names;
    QLabel *m_says;
    QTableWidget *m_table;
    std::array<CurvesChart *, 3> m_charts{};
};

} // namespace poolscope
