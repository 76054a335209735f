// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/mainwindow.h"

#include "charts/caption.h"
#include "run/progresstext.h"
#include "spec/runarguments.h"
#include "system/usablecores.h"
#include "tables/failuresview.h"
#include "tables/historyview.h"
#include "window/chartcard.h"
#include "window/dialogs/comparedialog.h"
#include "window/dialogs/exporter.h"
#include "window/dialogs/messagebar.h"
#include "window/dialogs/runopener.h"
#include "window/dialogs/stopquestions.h"
#include "window/filedrop.h"
#include "window/forms/keptcommands.h"
#include "window/forms/keptspecs.h"
#include "window/forms/processcontrol.h"
#include "window/forms/runpanel.h"
#include "window/forms/watchform.h"
#include "window/look.h"
#include "window/menus/exportmenu.h"
#include "window/menus/filemenu.h"
#include "window/menus/helpmenu.h"
#include "window/menus/runbar.h"
#include "window/menus/runmenu.h"
#include "window/menus/viewmenu.h"
#include "window/pages/sweeppage.h"
#include "window/pages/timepage.h"
#include "window/pages/whatifpage.h"
#include "window/runfiles.h"
#include "window/runstatusbar.h"
#include "window/screenfit.h"
#include "window/sessionbar.h"
#include "window/statetext.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QMenuBar>
#include <QSettings>
#include <QStyleFactory>
#include <QVBoxLayout>

namespace poolscope {

namespace {

const QString geometryKey = QStringLiteral("window/geometry");
const QString sidesKey = QStringLiteral("window/sides");

/// Sets the style and loads the icons that widgets need when they are made.
void prepareLook(QWidget &window)
{
    loadResources();
    window.setWindowIcon(QIcon(QStringLiteral(":/poolscope/icons/poolscope.svg")));
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
}

/// A bar above the widget that takes the rest of the room.
QWidget *column(QWidget *bar, QWidget *rest)
{
    auto *column = new QWidget;
    auto *layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(bar);
    layout->addWidget(rest, 1);
    return column;
}

} // namespace

MainWindow::MainWindow()
{
    prepareLook(*this);
    m_actions = new RunActions(*this);
    m_exporter = new Exporter(m_controller, this);
    m_processes = new ProcessControl(static_cast<int>(usableCores()));
    makeCentre();
    m_opener = new RunOpener(
        m_controller, [this] { return situation().isBusy(); }, m_message, this);
    makeMenus();
    makeBars();
    connectActions();
    connectRun();
    connectWatch();
    connectTabs();
    connectSpecs();
    connectExports();
    auto *drop = new FileDrop(*this, [this] { return !situation().isBusy(); });
    connect(drop, &FileDrop::dropped, this, &MainWindow::takeFile);
    setSpec(defaultSpec());
    readSettings();
    applyTheme();
    fitScreen(*this);
}

MainWindow::~MainWindow()
{
    m_exporter->cancel();
    delete takeCentralWidget(); // it reads the run, and its signals arrive here
}

void MainWindow::makeCentre()
{
    m_panel = new RunPanel;
    m_message = new MessageBar;
    m_session = new SessionBar(m_controller);
    m_view = new RunView(m_controller);
    QWidget *left = column(m_session, m_panel);
    left->setMinimumWidth(m_panel->minimumWidth());
    left->setMaximumWidth(m_panel->maximumWidth());
    m_sides = new QSplitter(Qt::Horizontal);
    m_sides->setChildrenCollapsible(false);
    m_sides->setHandleWidth(gridUnit / 2); // beside the panel's scroll bar
    m_sides->addWidget(left);
    m_sides->addWidget(column(m_message, m_view));
    m_sides->setStretchFactor(1, 1);
    m_sides->setSizes({m_panel->minimumWidth(), 1000});
    auto *centre = new QWidget;
    auto *layout = new QVBoxLayout(centre);
    layout->setContentsMargins(gridUnit, gridUnit, gridUnit, gridUnit);
    layout->addWidget(m_sides);
    setCentralWidget(centre);
    resize(1280, 800);
}

void MainWindow::makeMenus()
{
    m_runMenu = new RunMenu(*this, *m_actions, *m_processes);
    m_exportMenu = new ExportMenu(*this, *m_exporter, m_view->charts());
    auto *view = new ViewMenu(*this, *m_view, m_themes, m_actions->sweep());
    auto *file = new FileMenu(*this, *m_actions);
    for (QMenu *menu : std::initializer_list<QMenu *>{file, m_runMenu, m_exportMenu, view})
        menuBar()->addMenu(menu);
    connect(view, &ViewMenu::messageClosed, m_message, &QWidget::hide);
    menuBar()->addMenu(new HelpMenu(*this, *m_view));
}

void MainWindow::makeBars()
{
    m_bar = new RunBar(*m_actions, m_exportMenu, m_processes);
    addToolBar(m_bar);
    m_status =
        new RunStatusBar(static_cast<AccountingChart *>(&charts()[ChartKind::Accounting]), this);
    setStatusBar(m_status);
    connect(m_status, &RunStatusBar::verdictClicked, this,
        [this] { tabs().setCurrentIndex(RunTabs::Time); });
}

void MainWindow::connectActions()
{
    connect(m_actions->start(), &QAction::triggered, this, &MainWindow::start);
    connect(m_actions->pause(), &QAction::triggered, &m_controller, &RunController::togglePause);
    connect(m_actions->stop(), &QAction::triggered, this, &MainWindow::stopAll);
    connect(m_actions->sweep(), &QAction::triggered, this,
        [this] { tabs().setCurrentIndex(RunTabs::Sweep); });
    connect(m_actions->open(), &QAction::triggered, m_opener, &RunOpener::askForFile);
    connect(m_actions->save(), &QAction::triggered, m_exporter, &Exporter::saveRunAs);
    connect(&m_themes, &ThemeSwitch::changed, this, &MainWindow::applyTheme);
}

void MainWindow::connectRun()
{
    connect(&m_controller, &RunController::stateChanged, this, &MainWindow::showState);
    connect(&m_controller, &RunController::recordAboutToBeRemoved, this, [this] {
        m_exporter->cancel();
        m_view->showRecord(nullptr);
    });
    connect(&m_controller, &RunController::recordReady, m_view, &RunView::showRecord);
    connect(&m_controller, &RunController::logChanged, m_view, &RunView::showLog);
    connect(&m_controller, &RunController::failed, m_message, &MessageBar::showProblem);
    connect(&m_controller, &RunController::opened, this, [this](const RunFileInfo &info) {
        if (const RunSpec *spec = specOf(info.description.origin))
            setSpec(*spec);
        if (const auto *call = std::get_if<WatchedCall>(&info.description.origin))
            m_panel->setCommand({call->command, QFile::decodeName(call->folder.c_str())});
    });
    connect(m_view, &RunView::frame, this, &MainWindow::showFrame);
}

void MainWindow::connectWatch()
{
    connect(m_actions->watch(), &QAction::triggered, m_panel, &RunPanel::askForCommand);
    connect(&m_controller, &RunController::costUpdated, m_view, &RunView::updateAccounting);
    connect(&m_controller, &RunController::commandEnded, &tabs(), &RunTabs::showReason);
    connect(&m_controller, &RunController::warned, m_message,
        [this](const QString &line) { m_message->showProblem(line); });
    connect(&m_controller, &RunController::interruptIgnored, this, &MainWindow::offerKill);
    connect(&m_controller, &RunController::sessionSaved, m_message, [this] {
        m_message->say(
            MessageBar::Kind::Note, tr("The session is in History. %1").arg(watchedFileNote()));
    });
}

void MainWindow::connectTabs()
{
    connect(&tabs().timePage(), &TimePage::verifyingChanged, this, &MainWindow::showState);
    connect(&tabs().timePage(), &TimePage::failed, m_message, &MessageBar::showProblem);
    connect(&tabs().sweepPage(), &SweepPage::sweepingChanged, this, &MainWindow::showState);
    connect(&tabs().sweepPage(), &SweepPage::failed, m_message, &MessageBar::showProblem);
    connect(&tabs().failures(), &FailuresView::retryWanted, &m_controller, &RunController::retry);
    connect(&history(), &HistoryView::openWanted, m_opener, &RunOpener::open);
    connect(&history(), &HistoryView::resumeWanted, m_opener, &RunOpener::resume);
    connect(&history(), &HistoryView::compareWanted, this, [this](const QStringList &paths) {
        (new CompareDialog(paths, m_themes.theme(), m_exporter, this))->open();
    });
    connect(&history(), &HistoryView::failed, m_message,
        [this](const QString &why) { m_message->showProblem(why); });
}

void MainWindow::connectSpecs()
{
    connect(&tabs().timePage(), &TimePage::applyWanted, this, &MainWindow::setSpec);
    connect(&tabs().timePage(), &TimePage::applyChangesWanted, this, &MainWindow::applyChanges);
    connect(&tabs().whatIfPage(), &WhatIfPage::changesWanted, this, &MainWindow::applyChanges);
    connect(&tabs().sweepPage(), &SweepPage::applyWanted, this, &MainWindow::setSpec);
    connect(&tabs().whatIfPage(), &WhatIfPage::poolWanted, this,
        [this](const PoolSpec &pool) { setSpec(withPool(spec(), pool)); });
    connect(m_runMenu, &RunMenu::defaultChosen, this, [this] { setSpec(defaultSpec()); });
    connect(m_runMenu, &RunMenu::recentChosen, this, [this](const RunSpec &spec) {
        setSpec(spec);
        m_panel->trustTask(); // it was started before
    });
    connect(m_runMenu, &RunMenu::copyWanted, this, &MainWindow::copyCommand);
    connect(m_panel, &RunPanel::changed, this, &MainWindow::showProblem);
    connect(m_processes, &ProcessControl::countChanged, &m_controller,
        [this](int count) { m_controller.setWorkerCount(static_cast<std::uint32_t>(count)); });
    // Before the first run the status bar names the settings.
    connect(m_panel, &RunPanel::changed, this, &MainWindow::showProgress);
    connect(m_processes, &ProcessControl::countChanged, this, &MainWindow::showProgress);
}

void MainWindow::connectExports()
{
    for (ChartCard *card : m_view->cards()) {
        connect(card, &ChartCard::exportWanted, m_exporter,
            [this, card] { m_exporter->exportChart(*card->chart()); });
        connect(card, &ChartCard::copyWanted, m_exporter,
            [this, card] { m_exporter->copyPicture(*card->chart()); });
    }
    connect(m_exporter, &Exporter::wrote, this,
        [this](const QString &what) { m_message->say(MessageBar::Kind::Note, what); });
    connect(m_exporter, &Exporter::failed, this,
        [this](const QString &why) { m_message->showProblem(why); });
}

RunSpec MainWindow::spec() const
{
    RunSpec spec = m_panel->spec();
    spec.pool.workers = static_cast<std::uint32_t>(m_processes->count());
    return spec;
}

void MainWindow::setSpec(const RunSpec &spec)
{
    m_panel->setSpec(spec);
    m_processes->setCount(static_cast<int>(spec.pool.workers.value_or(usableCores())));
}

void MainWindow::openFile(const QString &path)
{
    m_opener->open(path);
}

void MainWindow::takeFile(const QString &path)
{
    if (canBeOpened(path))
        openFile(path);
    else
        m_panel->takeFile(path);
}

RunSituation MainWindow::situation() const
{
    return {m_controller.state(), tabs().isMeasuring(), m_fileNotice.isRunWaiting(),
        !m_controller.path().isEmpty() || m_controller.hasUnsavedSession(),
        m_controller.isWatching(), m_panel->problem()};
}

void MainWindow::start()
{
    if (situation().isBusy() || !m_panel->problem().isEmpty())
        return;
    if (m_panel->kind() == RunPanel::Kind::Task) {
        startRun();
        return;
    }
    m_message->hide();
    const WatchRequest &request = m_panel->watchForm().request();
    m_controller.watch(request, newRunFile(newRunPath(request.words)));
    rememberCommand(m_panel->watchForm().command());
}

void MainWindow::startRun()
{
    m_processes->takeTyped();
    m_message->hide();
    m_panel->trustTask();
    rememberSpec(spec());
    m_controller.start(spec(), newRunFile(newRunPath(spec())));
}

/// Shows the command of the session with other settings of its calls, to be watched again.
void MainWindow::applyChanges(const std::vector<CallChange> &changes)
{
    WatchRequest request = m_controller.shownCommand();
    request.changes = withChanges(std::move(request.changes), changes);
    m_panel->setCommand(request);
}

void MainWindow::watch(const WatchRequest &request)
{
    m_panel->setCommand(request);
    start();
}

/// Returns the path after making its folder. Empty if runs are not kept.
QString MainWindow::newRunFile(const QString &path) const
{
    if (!m_runMenu->keepsRuns())
        return {};
    if (!QDir().mkpath(runsFolder())) {
        m_message->showProblem(
            tr("The run is not saved: cannot create the folder %1").arg(runsFolder()));
        return {};
    }
    return path;
}

void MainWindow::stopAll()
{
    tabs().stopMeasuring();
    m_controller.stop();
}

void MainWindow::copyCommand()
{
    const QString command = m_panel->kind() == RunPanel::Kind::Watch
        ? m_panel->watchForm().commandText()
        : commandText(spec());
    QApplication::clipboard()->setText(command);
    m_message->say(MessageBar::Kind::Note, tr("Copied: %1").arg(command));
}

void MainWindow::showState()
{
    if (m_closesAtEnd && !m_controller.isActive()) {
        m_closesAtEnd = false;
        QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
    }
    m_exportMenu->setRecord(m_controller.record());
    m_runMenu->enableSpecs(!m_controller.isActive());
    tabs().showState(m_controller);
    showProblem();
    showProgress();
}

void MainWindow::showProblem()
{
    const RunSituation now = situation();
    const RunRecord *record = m_controller.record();
    const bool isCommand = m_panel->kind() == RunPanel::Kind::Watch;
    const QString watched = record ? watchedOnly(record->origin) : QString();
    tabs().sweepPage().setSubject(spec(),
        !watched.isEmpty() ? watched
            : isCommand    ? tr("A sweep runs a task: choose Run a task, and what to run")
                           : now.problem);
    m_session->setBusy(now.isBusy() && !m_controller.watched());
    m_processes->setLocked(now.isWatching || (isCommand && !now.isActive())
            ? tr("The watched command decides how many processes its pools have")
            : QString());
    m_actions->setSituation(now);
    m_status->showState(stateText(m_controller, now));
}

void MainWindow::showFrame()
{
    showProgress();
    m_session->update();
    if (m_fileNotice.update(m_controller.run(), *m_message))
        showState();
}

void MainWindow::showProgress()
{
    const Run *run = m_controller.run();
    const RunRecord *record = m_controller.record();
    setWindowTitle(titleText(m_controller));
    if (record && run && !run->isFinished()) {
        showRunning(*run);
        return;
    }
    m_status->showProgress(sentenceText(m_controller, nextText(), m_panel->problem()),
        RunStatusBar::Progress::Sentence);
    if (record)
        m_panel->showChosen(std::nullopt);
    m_panel->showLoading(record);
}

/// Returns the name of the command or run that Start starts.
QString MainWindow::nextText() const
{
    return m_panel->kind() == RunPanel::Kind::Watch ? m_panel->watchForm().command().line
                                                    : settingsText(spec());
}

void MainWindow::showRunning(const Run &run)
{
    m_status->showProgress(QString::fromStdString(progressText(progressOf(run))).trimmed(),
        RunStatusBar::Progress::Bar);
    m_panel->showChosen(run.status());
    m_status->showState(stateText(m_controller, RunSituation{m_controller.state()}));
}

void MainWindow::applyTheme()
{
    const Theme theme = m_themes.theme();
    QApplication::setPalette(paletteOf(theme));
    qApp->setStyleSheet(styleSheetOf(theme));
    m_actions->setTheme(theme);
    m_bar->setTheme(theme);
    m_message->setTheme(theme);
    m_view->setTheme(theme);
    showState();
}

void MainWindow::readSettings()
{
    const QSettings settings;
    restoreGeometry(settings.value(geometryKey).toByteArray());
    m_sides->restoreState(settings.value(sidesKey).toByteArray());
    m_view->restoreLayout(settings);
    const auto typed = typedSpec(settings);
    if (typed) {
        setSpec(typed->spec);
        if (typed->isTrusted)
            m_panel->trustTask();
    }
    // The first time a program is shown, if there is an example of one.
    const bool isFirst = !typed && m_panel->watchForm().problem().isEmpty();
    m_panel->restoreKind(settings, isFirst ? RunPanel::Kind::Watch : RunPanel::Kind::Task);
}

void MainWindow::writeSettings() const
{
    QSettings settings;
    settings.setValue(geometryKey, saveGeometry());
    settings.setValue(sidesKey, m_sides->saveState());
    m_view->saveLayout(settings);
    m_panel->saveKind(settings);
    saveTypedSpec({spec(), m_panel->isTaskTrusted()}, settings);
}

void MainWindow::closeAtOnce()
{
    m_closesAtOnce = true;
    close();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    const bool mayClose = m_closesAtOnce || !m_controller.isActive()
        || (m_controller.isWatching() ? mayLeaveCommand() : confirmStop(m_controller, this));
    if (!mayClose) {
        event->ignore();
        return;
    }
    writeSettings();
    m_view->stopDrawing();
    stopAll();
    event->accept();
}

bool MainWindow::mayLeaveCommand()
{
    const CommandAnswer answer = askWhetherToEnd(m_controller, this);
    if (answer == CommandAnswer::Leave)
        m_controller.releaseWatched();
    if (answer == CommandAnswer::End && m_controller.isActive()) {
        m_closesAtEnd = true;
        m_controller.stop();
    }
    return answer == CommandAnswer::Leave;
}

void MainWindow::offerKill()
{
    connect(poolscope::offerKill(m_controller, this), &QDialog::finished, this,
        [this] { m_closesAtEnd = m_closesAtEnd && m_controller.isActive(); });
}

} // namespace poolscope
