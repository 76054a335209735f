// SPDX-License-Identifier: GPL-3.0-or-later
// LatencyPage: how long iterations took, and which took longest. What is selected here stands out
// in the lanes, and is shown alone in the outcomes.
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
    /// What shows the selection.
    struct Shown {
        LanesChart *lanes;
        OutcomesView *outcomes;
    };

    /// The card has the chart; it becomes the page's.
    LatencyPage(ChartCard *card, LatencyChart *chart, const Shown &shown);

    /// The record outlives the page or the next call; null: there is no run.
    void setRecord(const RunRecord *record);
    /// Nothing is selected any more.
    void clearSelection() { m_selector.select(std::nullopt); }

signals:
    /// The person moved to an iteration of the table: it is to be marked.
    void indexMarked(std::uint64_t index);
    /// The person wants to see what this index came to.
    void indexActivated(std::uint64_t index);
    /// The person wants to see the outcomes of what is selected.
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
