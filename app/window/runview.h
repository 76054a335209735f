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
    /// `controller` outlives this.
    explicit RunView(const RunController &controller, QWidget *parent = nullptr);
    ~RunView() override;

    const ChartSet &charts() const { return m_charts; }
    /// The cards with the charts, first those above the tabs.
    const std::vector<ChartCard *> &cards() const { return m_cards; }
    /// The range of time that all time charts show.
    TimeView &timeView() { return m_view; }
    RunTabs &tabs() { return *m_tabs; }

    /// Shows a record in the charts and the tables, and starts to draw it. Null shows none. The
    /// caller keeps the record until the next call.
    void showRecord(const RunRecord *record);
    /// Shows the log of a record in its tab. The record may be another than that of showRecord(): a
    /// watched command has one that contains only a log. Null shows none. The caller keeps the
    /// record until the next call.
    void showLog(const RunRecord *log);
    /// Recomputes the accounting and the prediction of the record that is shown, since the cost of
    /// a watched call has been updated.
    void updateAccounting();
    /// Stops drawing until a record or a log is shown, the user acts on a chart, or a chart needs
    /// it.
    void stopDrawing() { m_pacer.stop(); }
    void setTheme(const Theme &theme);
    void restoreLayout(const QSettings &settings);
    void saveLayout(QSettings &settings) const;

signals:
    /// The charts and tables are about to be redrawn, many times a second.
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
