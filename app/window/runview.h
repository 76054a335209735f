// SPDX-License-Identifier: GPL-3.0-or-later
// RunView: the charts and tables of the run that is shown, redrawn while it proceeds.
#pragma once

#include "charts/chartset.h"
#include "window/framepacer.h"
#include "window/pages/runtabs.h"
#include "window/runcontroller.h"

#include <QSettings>
#include <QSplitter>
#include <vector>

namespace poolscope {

class ChartCard;

class RunView : public QSplitter {
    Q_OBJECT

public:
    explicit RunView(const RunController &controller, QWidget *parent = nullptr);
    ~RunView() override;

    const ChartSet &charts() const { return m_charts; }
    /// The frames of the charts, first those above the tabs.
    const std::vector<ChartCard *> &cards() const { return m_cards; }
    TimeView &timeView() { return m_view; }
    RunTabs &tabs() { return *m_tabs; }

    /// Starts to draw a record, which outlives the view or the next call. Null if there is none.
    void showRecord(const RunRecord *record);
    /// Starts to show a log, which outlives the view or the next call. Null if there is none.
    void showLog(const RunRecord *log);
    /// Recomputes the accounting and the prediction of the run that is shown.
    void accountAgain();
    void stopDrawing() { m_pacer.stop(); }
    void setTheme(const Theme &theme);
    void restoreLayout(const QSettings &settings);
    void saveLayout(QSettings &settings) const;

signals:
    /// A frame is about to be drawn.
    void frame();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    ChartCard *cardOf(ChartKind kind, TimeView *view);
    void layOut();
    void connectCharts();
    void drawFrame();
    bool drawCharts(const Moment &moment);
    void wantFrames();
    void markIndex(std::uint64_t index);
    void pickIndex(std::uint64_t index);

    const RunController &m_controller;
    FramePacer m_pacer;
    TimeView m_view;
    ChartSet m_charts;
    std::vector<ChartCard *> m_cards;
    QSplitter *m_columns; ///< completion and rate
    RunTabs *m_tabs;
    int m_framesSinceEnd = 0;
};

} // namespace poolscope
