// SPDX-License-Identifier: GPL-3.0-or-later
// MainWindow: the run's settings, its charts and tables, and what steers it.
#pragma once

#include "charts/chartset.h"
#include "window/desktopcolours.h"
#include "window/framepacer.h"
#include "window/runcontroller.h"

#include <QLabel>
#include <QMainWindow>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <vector>

namespace poolscope {

class ChartCard;
class ElidedLabel;
class Exporter;
class FailuresView;
class HistoryView;
class LatencyPage;
class LogView;
class MessageBar;
class OutcomesView;
class ProcessControl;
class RunPanel;
class SweepPage;
class TimePage;
class WhatIfPage;
class WorkersModel;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    MainWindow();
    ~MainWindow() override;

    RunController &controller() { return m_controller; }
    const ChartSet &charts() const { return m_charts; }
    TimeView &timeView() { return m_view; }
    RunSpec spec() const;
    /// Shows what to run. Nothing that it names runs before the user starts or checks it.
    void setSpec(const RunSpec &spec);

    enum class ThemeChoice { Desktop, Light, Dark };
    void chooseTheme(ThemeChoice choice);

    /// Shows what a run file holds; runs nothing.
    void openFile(const QString &path);
    HistoryView &history() { return *m_history; }

    /// Ends the run, if there is one, and closes without asking.
    void closeAtOnce();

protected:
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeActions();
    void makeMenus();
    void makeToolBar();
    void makeCentre();
    QWidget *makeTables();
    void makeStatusBar();
    void connectRun();
    void connectCharts();
    QAction *addCommand(
        const QString &text, const QList<QKeySequence> &keys, const QString &toolTip = {});

    bool isMeasuring() const; ///< runs go on that are a page's, not the window's
    bool isBusy() const { return m_controller.isActive() || isMeasuring(); }
    void stopMeasuring();
    void startRun();
    QString newRunFile() const;
    void askForFile();
    void showFile(const RunFileInfo &info);
    void resumeFile(const QString &path);
    void askWhetherTaskMayHaveChanged(const QString &file);
    void setKeepsRuns(bool keeps);
    void togglePause();
    void showRecord(const RunRecord *record);
    void showState();
    void showProblem();
    QString endText() const;
    void drawFrame();
    void wantFrames();
    void showProgress();
    void showFileProblem();
    void showFileLoss();
    void pickIndex(std::uint64_t index);
    void showHold(const std::string &reason);
    void fillRecentRuns();
    void copyCommand() const;

    void applyTheme();
    void fitPauseButton();
    Theme::Kind themeKind() const;
    void fitScreen();
    void showStateText(const QString &text);
    void readSettings();
    void writeSettings() const;

    RunController m_controller;
    FramePacer m_pacer;
    TimeView m_view;
    DesktopColours m_desktopColours;
    ThemeChoice m_themeChoice = ThemeChoice::Desktop;
    Theme m_theme;

    ProcessControl *m_processes = nullptr;
    RunPanel *m_panel = nullptr;
    MessageBar *m_message = nullptr;
    QSplitter *m_sides = nullptr; ///< panel and charts
    QSplitter *m_rows = nullptr; ///< lanes, the other charts, tables
    QSplitter *m_columns = nullptr; ///< completion and rate
    ChartSet m_charts;
    std::vector<ChartCard *> m_cards;
    QTabWidget *m_tabs = nullptr;
    WorkersModel *m_workers = nullptr;
    QTableView *m_workersTable = nullptr;
    OutcomesView *m_outcomes = nullptr;
    FailuresView *m_failures = nullptr;
    LogView *m_log = nullptr;
    HistoryView *m_history = nullptr;
    TimePage *m_timePage = nullptr;
    LatencyPage *m_latencyPage = nullptr;
    SweepPage *m_sweepPage = nullptr;
    WhatIfPage *m_whatIfPage = nullptr;
    QLabel *m_progress = nullptr;
    ElidedLabel *m_stateText = nullptr;
    Exporter *m_exporter = nullptr;

    QAction *m_start = nullptr;
    QAction *m_pause = nullptr;
    QAction *m_stop = nullptr;
    QAction *m_sweep = nullptr; ///< leads to its page
    QAction *m_open = nullptr;
    QAction *m_save = nullptr;
    QAction *m_keepRuns = nullptr;
    QMenu *m_exportMenu = nullptr;
    QMenu *m_recentMenu = nullptr;
    QAction *m_defaultRun = nullptr;
    QAction *m_exportOutcomes = nullptr;
    std::vector<QAction *> m_needRecord; ///< what can be done only when there is a run to show
    QString m_fileProblem; ///< for which the run waits
    QString m_fileLoss; ///< why it is no longer kept
    int m_framesSinceEnd = 0;
    bool m_closesAtOnce = false;
};

} // namespace poolscope
