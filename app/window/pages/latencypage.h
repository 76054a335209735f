// SPDX-License-Identifier: GPL-3.0-or-later
// LatencyPage: a page with the durations of iterations, and the slowest ones. The selection is
// highlighted in the lanes, and Outcomes shows only the selection.
#pragma once

#include "charts/laneschart.h"
#include "charts/latencychart.h"
#include "tables/slowestmodel.h"
#include "window/pages/iterationselector.h"

#include <QLabel>
#include <QTableView>
#include <QWidget>

namespace poolscope {

class ChartCard;
class OutcomesView;

class LatencyPage : public QWidget {
    Q_OBJECT

public:
    /// The views that show the selection.
    struct Shown {
        LanesChart *lanes;
        OutcomesView *outcomes;
    };

    /// The page takes ownership of the card, which has the chart.
    LatencyPage(ChartCard *card, LatencyChart *chart, const Shown &shown);

    /// The record outlives the page or the next call. Null if there is no run.
    void setRecord(const RunRecord *record);
    void clearSelection() { m_selector.select(std::nullopt); }

signals:
    /// The user moved to an iteration of the table, which is to be marked.
    void indexMarked(std::uint64_t index);
    /// The user wants to see the outcome of this index.
    void indexActivated(std::uint64_t index);
    /// The user wants to see the outcomes of the selection.
    void outcomesWanted();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QWidget *makeSide();
    void makeTable();
    QWidget *makeSelectionLine();
    void showSlowest();
    void showSelection(const IterationSelector::Selection &selection);

    LatencyChart *m_chart;
    const Shown m_shown;
    IterationSelector m_selector;
    SlowestModel m_slowest;
    QTableView *m_table = nullptr;
    QWidget *m_selectionLine = nullptr;
    QLabel *m_selectionText = nullptr;
};

} // namespace poolscope
