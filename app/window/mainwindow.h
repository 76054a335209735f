// SPDX-License-Identifier: GPL-3.0-or-later
// MainWindow: composes the settings of a run, its view, menus and bars, and connects them with the
// window's run.
#pragma once

#include "spec/callchange.h"
#include "window/menus/runactions.h"
#include "window/runcontroller.h"
#include "window/runfilenotice.h"
#include "window/runview.h"
#include "window/themeswitch.h"

#include <QMainWindow>
#include <QSplitter>

namespace poolscope {

class Exporter;
class ExportMenu;
class HistoryView;
class MessageBar;
class ProcessControl;
class RunBar;
class RunMenu;
class RunOpener;
class RunPanel;
class RunStatusBar;
class SessionBar;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    MainWindow();
    ~MainWindow() override;

    RunController &controller() { return m_controller; }
    const ChartSet &charts() const { return m_view->charts(); }
    TimeView &timeView() { return m_view->timeView(); }
    HistoryView &history() { return m_view->tabs().history(); }
    RunSpec spec() const;
    /// Shows what to run. Nothing that it names runs before the user starts or checks it.
    void setSpec(const RunSpec &spec);

    using ThemeChoice = ThemeSwitch::Choice;
    void chooseTheme(ThemeChoice choice) { m_themes.choose(choice); }

    /// Shows what a run file holds; runs nothing.
    void openFile(const QString &path);

    /// Watches a command, which the form shows.
    void watch(const WatchRequest &request);

    /// Ends the run, if there is one, and closes without asking.
    void closeAtOnce();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    void makeCentre();
    void makeMenus();
    void makeBars();
    void connectActions();
    void connectRun();
    void connectWatch();
    void connectTabs();
    void connectSpecs();
    void connectExports();

    RunTabs &tabs() const { return m_view->tabs(); }
    RunSituation situation() const;
    void start();
    void startRun();
    void takeFile(const QString &path);
    void applyChanges(const std::vector<CallChange> &changes);
    QString nextText() const;
    QString newRunFile(const QString &path) const;
    void stopAll();
    void copyCommand();
    /// Asks what becomes of the watched command. Returns whether to close at once.
    bool mayLeaveCommand();
    void offerKill();

    void showState();
    void showProblem();
    void showFrame();
    void showProgress();
    void showRunning(const Run &run);

    void applyTheme();
    void readSettings();
    void writeSettings() const;

    RunController m_controller;
    ThemeSwitch m_themes;
    RunActions *m_actions = nullptr;
    Exporter *m_exporter = nullptr;
    ProcessControl *m_processes = nullptr;
    RunPanel *m_panel = nullptr;
    MessageBar *m_message = nullptr;
    SessionBar *m_session = nullptr;
    RunView *m_view = nullptr;
    RunOpener *m_opener = nullptr;
    QSplitter *m_sides = nullptr; ///< panel and view
    RunMenu *m_runMenu = nullptr;
    ExportMenu *m_exportMenu = nullptr;
    RunBar *m_bar = nullptr;
    RunStatusBar *m_status = nullptr;
    RunFileNotice m_fileNotice;
    bool m_closesAtOnce = false;
    bool m_closesAtEnd = false; ///< of the watched command
};

} // namespace poolscope
