// SPDX-License-Identifier: GPL-3.0-or-later
// RunTabs: tabs with the tables and pages of the run that is shown, and with the history.
#pragma once

#include "charts/chartset.h"

#include <QTabWidget>
#include <cstdint>
#include <vector>

namespace poolscope {

class ChartCard;
class FailuresView;
class HistoryView;
class LatencyPage;
class LogView;
class OutcomesView;
class RunController;
class SweepPage;
class TimePage;
class WhatIfPage;
class WorkersView;

class RunTabs : public QTabWidget {
    Q_OBJECT

public:
    enum Tab {
        Workers,
        Outcomes,
        Failures,
        Log,
        History,
        Time,
        Latency,
        Sweep,
        WhatIf,
    };

    /// The charts that are not above the tabs become children of their pages.
    RunTabs(const ChartSet &charts, const RunController &controller, QWidget *parent = nullptr);

    OutcomesView &outcomes() { return *m_outcomes; }
    FailuresView &failures() { return *m_failures; }
    HistoryView &history() { return *m_history; }
    TimePage &timePage() { return *m_timePage; }
    LatencyPage &latencyPage() { return *m_latencyPage; }
    SweepPage &sweepPage() { return *m_sweepPage; }
    WhatIfPage &whatIfPage() { return *m_whatIfPage; }
    /// The frames of the charts in all pages.
    const std::vector<ChartCard *> &cards() const { return m_cards; }

    /// The record outlives the tabs or the next call. Null if there is none.
    void setRecord(const RunRecord *record);
    /// Sets the record whose log is shown.
    void setLog(const RunRecord *record);
    /// `now` is in nanoseconds since the run's start. Returns whether the tables show everything.
    bool updateTables(std::uint64_t now);
    bool updateLog();
    void setTheme(const Theme &theme);
    /// Enables the controls that are possible in the state of the window's run.
    void showState(const RunController &controller);
    /// Whether a page makes its own runs, for a sweep or a verification.
    bool isMeasuring() const;
    void stopMeasuring();
    /// Turns from Workers to where the time went. Other tabs stay.
    void showReason();
    /// Shows an index in Outcomes, or stays in Failures if it is shown and has the index.
    void goTo(std::uint64_t index);

signals:
    /// The user has selected an index, which charts mark.
    void indexMarked(std::uint64_t index);
    /// The user wants to see an index in its table and in the charts.
    void indexPicked(std::uint64_t index);

private:
    void addTables();
    void addPages(const ChartSet &charts, const RunController &controller);
    ChartCard *cardOf(Chart &chart);
    void connectTables();
    void showFailureCount();

    WorkersView *m_workers;
    OutcomesView *m_outcomes;
    FailuresView *m_failures;
    LogView *m_log;
    HistoryView *m_history;
    TimePage *m_timePage = nullptr;
    LatencyPage *m_latencyPage = nullptr;
    SweepPage *m_sweepPage = nullptr;
    WhatIfPage *m_whatIfPage = nullptr;
    std::vector<ChartCard *> m_cards;
};

} // namespace poolscope
