// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/mainwindow.h"

#include "charts/caption.h"
#include "charts/literaltext.h"
#include "charts/units.h"
#include "cli/runarguments.h"
#include "run/progresstext.h"
#include "system/usablecores.h"
#include "tables/emptytext.h"
#include "tables/failuresview.h"
#include "tables/historyview.h"
#include "tables/logview.h"
#include "tables/outcomesview.h"
#include "tables/tabletext.h"
#include "tables/workersmodel.h"
#include "window/chartcard.h"
#include "window/dialogs/comparedialog.h"
#include "window/dialogs/exporter.h"
#include "window/dialogs/helpdialog.h"
#include "window/dialogs/messagebar.h"
#include "window/forms/keptspecs.h"
#include "window/forms/processcontrol.h"
#include "window/forms/runpanel.h"
#include "window/look.h"
#include "window/pages/latencypage.h"
#include "window/pages/sweeppage.h"
#include "window/pages/timepage.h"
#include "window/pages/verdictbutton.h"
#include "window/pages/whatifpage.h"
#include "window/runfiles.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHeaderView>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QStatusBar>
#include <QStyleFactory>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace poolscope {

namespace {

constexpr std::chrono::milliseconds chartBudget{4}; // for what is new, at each frame
constexpr int framesAfterEnd = 3;
constexpr double panStep = 0.25;
constexpr double zoomStep = 0.7;

/// If a drop is reported as a move, the source deletes the file.
void acceptAsCopy(QDropEvent &event)
{
    event.setDropAction(Qt::CopyAction);
    event.accept();
}
enum Tab {
    workersTab,
    outcomesTab,
    failuresTab,
    logTab,
    historyTab,
    timeTab,
    latencyTab,
    sweepTab,
    whatIfTab
};

const QString geometryKey = QStringLiteral("window/geometry");
const QString sidesKey = QStringLiteral("window/sides");
const QString rowsKey = QStringLiteral("window/rows");
const QString columnsKey = QStringLiteral("window/columns");
const QString tabKey = QStringLiteral("window/tab");
const QString themeKey = QStringLiteral("window/theme");
const QString typedRunKey = QStringLiteral("run/arguments");
const QString trustedKey = QStringLiteral("run/trusted");
const QString keepKey = QStringLiteral("run/keep");

QSplitter *splitter(Qt::Orientation orientation)
{
    auto *splitter = new QSplitter(orientation);
    splitter->setHandleWidth(gridUnit);
    splitter->setChildrenCollapsible(false);
    return splitter;
}

QString percentText(const RunRecord &record)
{
    const auto total = record.knownInputCount();
    if (!total)
        return QStringLiteral("?");
    return QString::number(*total == 0 ? 100 : record.timeline.settled() * 100 / *total);
}

} // namespace

MainWindow::MainWindow()
    : m_charts(m_view, this)
{
    loadResources();
    setWindowIcon(QIcon(QStringLiteral(":/poolscope/icons/poolscope.svg")));
    setAcceptDrops(true);
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    m_exporter = new Exporter(m_controller, this);
    m_processes = new ProcessControl(static_cast<int>(usableCores()));
    makeCentre();
    makeActions();
    makeMenus();
    makeToolBar();
    makeStatusBar();
    connectRun();
    connectCharts();
    setSpec(defaultSpec());
    readSettings();
    applyTheme();
    showState();
    fitScreen();
}

MainWindow::~MainWindow()
{
    m_exporter->cancel();
    delete takeCentralWidget(); // it reads the run, and what it signals comes here
}

QAction *MainWindow::addCommand(
    const QString &text, const QList<QKeySequence> &keys, const QString &toolTip)
{
    auto *action = new QAction(text, this);
    action->setShortcuts(keys);
    const QString key = keys.isEmpty()
        ? QString()
        : QStringLiteral(" (%1)").arg(keys.front().toString(QKeySequence::NativeText));
    action->setToolTip(
        (toolTip.isEmpty() ? QString(text).remove(QLatin1Char('&')) : toolTip) + key);
    addAction(action);
    return action;
}

void MainWindow::makeActions()
{
    m_start = addCommand(tr("&Start"), {Qt::CTRL | Qt::Key_R, Qt::Key_F5});
    m_pause = addCommand(tr("&Pause"), {Qt::CTRL | Qt::Key_P},
        tr("No more chunks are handed out until it is resumed"));
    m_stop = addCommand(
        tr("S&top"), {Qt::CTRL | Qt::Key_Period}, tr("End the run; what has finished stays"));
    connect(m_start, &QAction::triggered, this, &MainWindow::startRun);
    connect(m_pause, &QAction::triggered, this, &MainWindow::togglePause);
    connect(m_stop, &QAction::triggered, this, [this] {
        stopMeasuring();
        m_controller.stop();
    });
    m_sweep = addCommand(tr("S&weep"), {Qt::CTRL | Qt::Key_8},
        tr("Measure which number of workers and which chunk size pay"));
    connect(m_sweep, &QAction::triggered, this, [this] { m_tabs->setCurrentWidget(m_sweepPage); });
    m_open = addCommand(tr("&Open\u2026"), {QKeySequence::Open},
        tr("Show the run of a run file, a Chrome trace or a job log of GNU parallel; runs "
           "nothing"));
    m_save = addCommand(tr("&Save as\u2026"), {QKeySequence::Save},
        tr("Copy the run file of the run that is shown"));
    connect(m_open, &QAction::triggered, this, &MainWindow::askForFile);
    connect(m_save, &QAction::triggered, this, [this] { m_exporter->saveRunAs(); });
}

void MainWindow::makeMenus()
{
    QMenu *run = menuBar()->addMenu(tr("&Run"));
    run->addActions({m_start, m_pause, m_stop});
    run->addSeparator();
    const auto addTo = [this](QMenu *menu, const QString &text, const QList<QKeySequence> &keys,
                           auto slot) {
        QAction *action = addCommand(text, keys);
        connect(action, &QAction::triggered, this, slot);
        menu->addAction(action);
        return action;
    };
    addTo(run, tr("&More processes"), {Qt::CTRL | Qt::Key_Up},
        [this] { m_processes->setCount(m_processes->count() + 1); });
    addTo(run, tr("&Fewer processes"), {Qt::CTRL | Qt::Key_Down},
        [this] { m_processes->setCount(m_processes->count() - 1); });
    run->addSeparator();
    run->addActions({m_open, m_save});
    m_keepRuns = addTo(run, tr("&Keep runs in the history"), {},
        [this] { setKeepsRuns(m_keepRuns->isChecked()); });
    m_keepRuns->setCheckable(true);
    m_keepRuns->setChecked(QSettings().value(keepKey, true).toBool());
    run->addSeparator();
    m_recentMenu = run->addMenu(tr("R&ecent runs"));
    connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::fillRecentRuns);
    m_defaultRun = addTo(run, tr("&Default run"), {}, [this] { setSpec(defaultSpec()); });
    addTo(
        run, tr("&Copy as command"), {Qt::CTRL | Qt::SHIFT | Qt::Key_C}, [this] { copyCommand(); });
    run->addSeparator();
    addTo(run, tr("&Quit"), {Qt::CTRL | Qt::Key_Q}, [this] { close(); });

    m_exportMenu = menuBar()->addMenu(tr("&Export"));
    m_exportMenu->setToolTipsVisible(true);
    int number = 1;
    for (Chart *chart : m_charts) {
        m_needRecord.push_back(
            addTo(m_exportMenu, tr("&%1 %2\u2026").arg(number++).arg(chart->title()), {},
                [this, chart] { m_exporter->exportChart(*chart); }));
    }
    m_needRecord.push_back(addTo(m_exportMenu, tr("&All charts into a folder\u2026"),
        {Qt::CTRL | Qt::SHIFT | Qt::Key_E}, [this] { m_exporter->exportAllCharts(m_charts); }));
    m_exportMenu->addSeparator();
    m_exportOutcomes = addTo(m_exportMenu, tr("&Outcomes\u2026"), {Qt::CTRL | Qt::Key_E},
        [this] { m_exporter->exportOutcomes(); });
    m_needRecord.push_back(addTo(m_exportMenu, tr("&Report\u2026"),
        {Qt::CTRL | Qt::SHIFT | Qt::Key_R}, [this] { m_exporter->exportReport(m_charts); }));
    m_needRecord.push_back(
        addTo(m_exportMenu, tr("Chrome &trace\u2026"), {}, [this] { m_exporter->exportTrace(); }));

    QMenu *view = menuBar()->addMenu(tr("&View"));
    addTo(view, tr("&Follow the run"), {Qt::Key_F}, [this] { m_view.follow(); });
    addTo(view, tr("Show &all of it"), {Qt::CTRL | Qt::Key_0}, [this] {
        for (Chart *chart : m_charts)
            chart->fit();
    });
    addTo(view, tr("Zoom &in"), {QKeySequence::ZoomIn, Qt::CTRL | Qt::Key_Equal},
        [this] { m_view.zoom(zoomStep); });
    addTo(view, tr("Zoom &out"), {QKeySequence::ZoomOut}, [this] { m_view.zoom(1 / zoomStep); });
    addTo(view, tr("&Earlier"), {Qt::ALT | Qt::Key_Left}, [this] { m_view.pan(-panStep); });
    addTo(view, tr("&Later"), {Qt::ALT | Qt::Key_Right}, [this] { m_view.pan(panStep); });
    view->addSeparator();
    addTo(view, tr("&Workers"), {Qt::CTRL | Qt::Key_1},
        [this] { m_tabs->setCurrentIndex(workersTab); });
    addTo(view, tr("O&utcomes"), {Qt::CTRL | Qt::Key_2},
        [this] { m_tabs->setCurrentIndex(outcomesTab); });
    addTo(view, tr("Failu&res"), {Qt::CTRL | Qt::Key_3},
        [this] { m_tabs->setCurrentIndex(failuresTab); });
    addTo(view, tr("Lo&g"), {Qt::CTRL | Qt::Key_4}, [this] { m_tabs->setCurrentIndex(logTab); });
    addTo(view, tr("&History"), {Qt::CTRL | Qt::Key_5},
        [this] { m_tabs->setCurrentIndex(historyTab); });
    addTo(view, tr("Where the &time went"), {Qt::CTRL | Qt::Key_6},
        [this] { m_tabs->setCurrentIndex(timeTab); });
    addTo(view, tr("Latenc&y"), {Qt::CTRL | Qt::Key_7},
        [this] { m_tabs->setCurrentIndex(latencyTab); });
    addTo(view, tr("What i&f"), {Qt::CTRL | Qt::Key_9},
        [this] { m_tabs->setCurrentIndex(whatIfTab); });
    view->addAction(m_sweep);
    addTo(view, tr("Go to inde&x\u2026"), {Qt::CTRL | Qt::Key_G}, [this] {
        m_tabs->setCurrentIndex(outcomesTab);
        m_outcomes->askForIndex();
    });
    view->addSeparator();
    QMenu *themes = view->addMenu(tr("&Theme"));
    auto *group = new QActionGroup(this);
    const auto addTheme = [&](const QString &text, ThemeChoice choice) {
        QAction *action = addTo(themes, text, {}, [this, choice] { chooseTheme(choice); });
        action->setCheckable(true);
        action->setData(static_cast<int>(choice));
        group->addAction(action);
    };
    addTheme(tr("As the &desktop"), ThemeChoice::Desktop);
    addTheme(tr("&Light"), ThemeChoice::Light);
    addTheme(tr("Da&rk"), ThemeChoice::Dark);
    connect(themes, &QMenu::aboutToShow, group, [this, group] {
        for (QAction *action : group->actions())
            action->setChecked(action->data().toInt() == static_cast<int>(m_themeChoice));
    });
    addTo(view, tr("&Switch light and dark"), {Qt::CTRL | Qt::Key_D}, [this] {
        chooseTheme(themeKind() == Theme::Kind::Dark ? ThemeChoice::Light : ThemeChoice::Dark);
    });

    addTo(view, tr("Close the &message, select nothing"), {Qt::Key_Escape}, [this] {
        m_message->hide();
        m_latencyPage->clearSelection();
    });

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    addTo(help, tr("&Help"), {Qt::Key_F1}, [this] {
        std::vector<const Chart *> charts;
        for (const ChartCard *card : m_cards)
            charts.push_back(card->chart());
        showHelp(charts, actions(), this);
    });
    addTo(help, tr("&About Poolscope"), {}, [this] { showAbout(this); });
}

void MainWindow::makeToolBar()
{
    QToolBar *bar = addToolBar(tr("Run"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({18, 18});
    bar->addActions({m_start, m_pause, m_stop});
    bar->widgetForAction(m_start)->setObjectName(QStringLiteral("start"));
    bar->widgetForAction(m_pause)->setObjectName(QStringLiteral("pause"));
    bar->widgetForAction(m_stop)->setObjectName(QStringLiteral("stop"));
    bar->addSeparator();
    bar->addAction(m_sweep);
    bar->addSeparator();
    auto *exportButton = new QToolButton;
    exportButton->setObjectName(QStringLiteral("export"));
    exportButton->setText(tr("Export"));
    exportButton->setToolTip(tr("Charts, outcomes and a report as files (Alt+E)"));
    exportButton->setAccessibleName(tr("Export"));
    exportButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    exportButton->setPopupMode(QToolButton::InstantPopup);
    exportButton->setMenu(m_exportMenu);
    bar->addWidget(exportButton);
    bar->addSeparator();
    bar->addActions({m_open, m_save});
    auto *space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    bar->addWidget(m_processes);
    for (QAction *action : {m_start, m_pause, m_stop, m_sweep, m_open, m_save})
        bar->widgetForAction(action)->setFocusPolicy(Qt::TabFocus);
}

void MainWindow::makeCentre()
{
    m_panel = new RunPanel;
    m_message = new MessageBar;
    m_sides = splitter(Qt::Horizontal);
    m_sides->setHandleWidth(gridUnit / 2); // the panel's scroll bar stands beside it
    m_rows = splitter(Qt::Vertical);
    m_columns = splitter(Qt::Horizontal);
    const auto card = [this](ChartKind kind, TimeView *view) {
        auto *made = new ChartCard(&m_charts[kind], view);
        m_cards.push_back(made);
        return made;
    };
    m_rows->addWidget(card(ChartKind::Workers, &m_view));
    m_columns->addWidget(card(ChartKind::Completion, nullptr));
    m_columns->addWidget(card(ChartKind::Rate, &m_view));
    m_rows->addWidget(m_columns);
    m_rows->addWidget(makeTables());
    m_rows->setSizes({240, 250, 270});
    m_columns->setSizes({500, 500});
    m_columns->setStretchFactor(0, 1);
    m_columns->setStretchFactor(1, 1);
    auto *right = new QWidget;
    auto *rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(gridUnit);
    rightLayout->addWidget(m_message);
    rightLayout->addWidget(m_rows, 1);
    m_sides->addWidget(m_panel);
    m_sides->addWidget(right);
    m_sides->setStretchFactor(1, 1);
    m_sides->setSizes({m_panel->minimumWidth(), 1000});
    auto *centre = new QWidget;
    auto *layout = new QVBoxLayout(centre);
    layout->setContentsMargins(gridUnit, gridUnit, gridUnit, gridUnit);
    layout->addWidget(m_sides);
    setCentralWidget(centre);
    resize(1280, 800);
}

QWidget *MainWindow::makeTables()
{
    m_workers = new WorkersModel([this](WorkerId id) { return m_theme.worker(id); }, this);
    auto *sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(m_workers);
    sorted->setSortRole(WorkersModel::sortRole);
    m_workersTable = new QTableView;
    m_workersTable->setModel(sorted);
    m_workersTable->setSortingEnabled(true);
    m_workersTable->sortByColumn(0, Qt::AscendingOrder);
    m_workersTable->setAlternatingRowColors(true);
    m_workersTable->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_workersTable->setShowGrid(false);
    m_workersTable->setFrameShape(QFrame::NoFrame);
    m_workersTable->verticalHeader()->hide();
    m_workersTable->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + gridUnit);
    m_workersTable->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_workersTable->horizontalHeader()->setSectionResizeMode(
        WorkersModel::Worker, QHeaderView::ResizeToContents);
    m_workersTable->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_workersTable->horizontalHeader()->setHighlightSections(false);
    m_workersTable->setAccessibleName(tr("Workers"));
    m_workersTable->setToolTip(tr("A click on a column's title sorts by it"));
    m_workersTable->setObjectName(QStringLiteral("workersTable"));
    auto *empty = new EmptyText(
        tr("Each worker: its process, what it does, how fast, and what it costs"), m_workersTable);
    connect(m_workers, &QAbstractItemModel::rowsInserted, empty, &QWidget::hide);
    connect(m_workers, &QAbstractItemModel::modelReset, empty, &QWidget::show);
    m_outcomes = new OutcomesView;
    m_failures = new FailuresView;
    m_log = new LogView;
    m_history = new HistoryView(runsFolder());
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(false);
    m_tabs->addTab(m_workersTable, tr("Workers"));
    m_tabs->addTab(m_outcomes, tr("Outcomes"));
    m_tabs->addTab(m_failures, tr("Failures"));
    m_tabs->addTab(m_log, tr("Log"));
    m_tabs->addTab(m_history, tr("History"));
    auto *accounting = static_cast<AccountingChart *>(&m_charts[ChartKind::Accounting]);
    m_cards.push_back(new ChartCard(accounting, nullptr));
    m_timePage = new TimePage(m_cards.back(), accounting);
    m_tabs->addTab(m_timePage, tr("Where the time went"));
    auto *latency = static_cast<LatencyChart *>(&m_charts[ChartKind::Latency]);
    m_cards.push_back(new ChartCard(latency, nullptr));
    m_latencyPage = new LatencyPage(m_cards.back(), latency,
        {static_cast<LanesChart *>(&m_charts[ChartKind::Workers]), m_outcomes});
    m_tabs->addTab(m_latencyPage, tr("Latency"));
    m_sweepPage = new SweepPage;
    m_cards.insert(m_cards.end(), m_sweepPage->cards().begin(), m_sweepPage->cards().end());
    m_tabs->addTab(m_sweepPage, tr("Scaling"));
    m_tabs->setTabToolTip(m_tabs->indexOf(m_sweepPage),
        tr("What more workers and other chunk sizes give, measured by a sweep (Ctrl+8)"));
    auto *whatIf = static_cast<WhatIfChart *>(&m_charts[ChartKind::WhatIf]);
    m_cards.push_back(new ChartCard(whatIf, nullptr));
    m_whatIfPage = new WhatIfPage(m_cards.back(), whatIf);
    m_tabs->addTab(m_whatIfPage, tr("What if"));
    m_tabs->setTabToolTip(
        workersTab, tr("Process, state, speed and memory of each worker (Ctrl+1)"));
    m_tabs->setTabToolTip(outcomesTab, tr("Each input and what it came to (Ctrl+2)"));
    m_tabs->setTabToolTip(
        failuresTab, tr("Each input that failed, and what has it tried again (Ctrl+3)"));
    m_tabs->setTabToolTip(logTab, tr("What tasks printed, by worker and input (Ctrl+4)"));
    m_tabs->setTabToolTip(historyTab, tr("Runs that were kept, to open or to resume (Ctrl+5)"));
    m_tabs->setTabToolTip(
        timeTab, tr("What the workers' time was spent with, and what to change (Ctrl+6)"));
    m_tabs->setTabToolTip(
        latencyTab, tr("How long iterations took, and which took longest (Ctrl+7)"));
    m_tabs->setTabToolTip(
        whatIfTab, tr("How long the run would have taken in another pool (Ctrl+9)"));
    return m_tabs;
}

void MainWindow::makeStatusBar()
{
    m_progress = new QLabel;
    m_progress->setObjectName(QStringLiteral("progress"));
    m_progress->setTextFormat(Qt::PlainText);
    m_progress->setAccessibleDescription(tr("Progress"));
    m_stateText = new ElidedLabel;
    m_stateText->setTextFormat(Qt::PlainText);
    m_stateText->setObjectName(QStringLiteral("muted"));
    m_stateText->setAlignment(Qt::AlignCenter);
    auto *verdict =
        new VerdictButton(static_cast<AccountingChart *>(&m_charts[ChartKind::Accounting]));
    connect(verdict, &QPushButton::clicked, this, [this] { m_tabs->setCurrentIndex(timeTab); });
    statusBar()->addWidget(m_progress, 1);
    statusBar()->addPermanentWidget(verdict);
    statusBar()->addPermanentWidget(m_stateText);
    statusBar()->setSizeGripEnabled(false);
    // Whatever font the progress is shown in, the charts above stay where they are.
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    m_progress->setFixedHeight(
        std::max(fontMetrics().height(), QFontMetrics(fixed).height()) + gridUnit);
    m_progress->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void MainWindow::connectRun()
{
    connect(&m_controller, &RunController::stateChanged, this, &MainWindow::showState);
    connect(&m_controller, &RunController::recordGoing, this, [this] {
        m_exporter->cancel();
        showRecord(nullptr);
    });
    connect(&m_controller, &RunController::recordCame, this, &MainWindow::showRecord);
    connect(&m_controller, &RunController::failed, m_message, &MessageBar::sayProblem);
    connect(&m_controller, &RunController::taskChanged, this,
        &MainWindow::askWhetherTaskMayHaveChanged);
    connect(&m_controller, &RunController::opened, this, &MainWindow::showFile);
    connect(m_timePage, &TimePage::applyWanted, this, &MainWindow::setSpec);
    connect(m_timePage, &TimePage::verifyingChanged, this, &MainWindow::showState);
    connect(m_timePage, &TimePage::failed, m_message, &MessageBar::sayProblem);
    connect(m_sweepPage, &SweepPage::applyWanted, this, &MainWindow::setSpec);
    connect(m_sweepPage, &SweepPage::sweepingChanged, this, &MainWindow::showState);
    connect(m_sweepPage, &SweepPage::failed, m_message, &MessageBar::sayProblem);
    connect(m_whatIfPage, &WhatIfPage::poolWanted, this, [this](const PoolSpec &pool) {
        RunSpec wanted = spec();
        wanted.pool.workers = pool.workers;
        wanted.pool.chunk = pool.chunk;
        wanted.pool.window = pool.window;
        wanted.pool.start = pool.start;
        setSpec(wanted);
    });
    connect(m_history, &HistoryView::openWanted, this, &MainWindow::openFile);
    connect(m_history, &HistoryView::resumeWanted, this, &MainWindow::resumeFile);
    connect(m_history, &HistoryView::compareWanted, this, [this](const QStringList &paths) {
        (new CompareDialog(paths, m_theme, m_exporter, this))->open();
    });
    connect(m_history, &HistoryView::failed, m_message,
        [this](const QString &why) { m_message->sayProblem(why); });
    connect(m_exporter, &Exporter::wrote, this,
        [this](const QString &what) { m_message->say(MessageBar::Kind::Note, what); });
    connect(m_exporter, &Exporter::failed, this,
        [this](const QString &why) { m_message->say(MessageBar::Kind::Problem, why); });
    connect(&m_pacer, &FramePacer::frame, this, &MainWindow::drawFrame);
    connect(m_panel, &RunPanel::changed, this, &MainWindow::showProblem);
    connect(m_processes, &ProcessControl::countChanged, &m_controller,
        [this](int count) { m_controller.setWorkerCount(static_cast<std::uint32_t>(count)); });
    // Before the first run the status bar names the settings.
    connect(m_panel, &RunPanel::changed, this, &MainWindow::showProgress);
    connect(m_processes, &ProcessControl::countChanged, this, &MainWindow::showProgress);
    connect(&m_desktopColours, &DesktopColours::changed, this, &MainWindow::applyTheme);
}

void MainWindow::connectCharts()
{
    for (ChartCard *card : m_cards) {
        connect(card, &ChartCard::exportWanted, m_exporter,
            [this, card] { m_exporter->exportChart(*card->chart()); });
        connect(card, &ChartCard::copyWanted, m_exporter,
            [this, card] { m_exporter->copyPicture(*card->chart()); });
        connect(card->chart(), &Chart::indexPicked, this, &MainWindow::pickIndex);
        connect(card->chart(), &Chart::framesWanted, this, &MainWindow::wantFrames);
        card->chart()->installEventFilter(this);
    }
    const auto showOnCharts = [this](std::uint64_t index) {
        for (Chart *chart : m_charts)
            chart->showIndex(index);
    };
    connect(m_outcomes, &OutcomesView::indexActivated, this, showOnCharts);
    connect(m_failures, &FailuresView::indexActivated, this, showOnCharts);
    connect(m_failures, &FailuresView::retryWanted, &m_controller, &RunController::tryAgain);
    connect(m_failures, &FailuresView::countChanged, this, [this] {
        const std::size_t count = m_failures->failureCount();
        m_tabs->setTabText(
            failuresTab, count > 0 ? tr("Failures (%1)").arg(numberText(count)) : tr("Failures"));
    });
    connect(m_log, &LogView::indexActivated, this, &MainWindow::pickIndex);
    connect(m_latencyPage, &LatencyPage::indexMarked, this, showOnCharts);
    connect(m_latencyPage, &LatencyPage::indexActivated, this, &MainWindow::pickIndex);
    connect(m_latencyPage, &LatencyPage::outcomesWanted, this,
        [this] { m_tabs->setCurrentIndex(outcomesTab); });
}

/// A click in a chart or in the log leads to the row of the index, and marks it in all charts. Who
/// looks at failures goes on to look at them.
void MainWindow::pickIndex(std::uint64_t index)
{
    const bool isFailure = m_tabs->currentIndex() == failuresTab && m_failures->goTo(index);
    if (!isFailure)
        m_tabs->setCurrentIndex(outcomesTab);
    m_outcomes->goTo(index);
    for (Chart *chart : m_charts)
        chart->showIndex(index);
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

bool MainWindow::isMeasuring() const
{
    return m_timePage->isVerifying() || m_sweepPage->isSweeping();
}

void MainWindow::stopMeasuring()
{
    m_timePage->stopVerifying();
    m_sweepPage->stop();
}

void MainWindow::startRun()
{
    if (isBusy() || !m_panel->problem().isEmpty())
        return;
    m_processes->takeTyped();
    m_message->hide();
    m_panel->trustTask();
    rememberSpec(spec());
    m_controller.start(spec(), newRunFile());
}

/// In a folder that is made if need be; empty where runs are not kept.
QString MainWindow::newRunFile() const
{
    if (!m_keepRuns->isChecked())
        return {};
    if (!QDir().mkpath(runsFolder())) {
        m_message->say(MessageBar::Kind::Problem,
            tr("The run is not kept: the folder %1 cannot be made").arg(runsFolder()));
        return {};
    }
    return newRunPath(spec());
}

void MainWindow::setKeepsRuns(bool keeps)
{
    QSettings().setValue(keepKey, keeps);
}

void MainWindow::openFile(const QString &path)
{
    if (isBusy())
        return;
    m_message->hide();
    m_controller.open(QFileInfo(path).absoluteFilePath());
}

void MainWindow::resumeFile(const QString &path)
{
    if (isBusy())
        return;
    m_message->hide();
    m_controller.resumeFile(path);
}

void MainWindow::askWhetherTaskMayHaveChanged(const QString &file)
{
    QMessageBox box(QMessageBox::NoIcon, tr("The task has changed"),
        tr("%1 is not what it was when the run began. Go on nevertheless?").arg(file),
        QMessageBox::NoButton, this);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(tr("New values may then not belong to the old ones."));
    QPushButton *goOn = box.addButton(tr("Go on"), QMessageBox::AcceptRole);
    box.setDefaultButton(box.addButton(tr("Leave it"), QMessageBox::RejectRole));
    box.exec();
    if (box.clickedButton() == goOn && !isBusy())
        m_controller.goOnWithChangedTask();
}

void MainWindow::showFile(const RunFileInfo &info)
{
    if (!m_controller.record()->source.empty())
        return; // nothing of it can be run
    setSpec(info.description.spec);
}

void MainWindow::askForFile()
{
    const QString folder = runFolder();
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a run"), folder, openedFilter());
    if (path.isEmpty())
        return;
    rememberRunFolder(path);
    openFile(path);
}

void MainWindow::togglePause()
{
    if (m_controller.state() == RunController::State::Paused)
        m_controller.resume();
    else
        m_controller.pause();
}

void MainWindow::showRecord(const RunRecord *record)
{
    for (Chart *chart : m_charts)
        chart->setRecord(record);
    m_workers->setRecord(record);
    m_outcomes->setRecord(record);
    m_failures->setRecord(record);
    m_log->setRecord(record);
    m_latencyPage->setRecord(record);
    m_view.setNow(0, TimeView::Run::GoesOn);
    m_view.fit();
    m_framesSinceEnd = 0;
    if (record)
        m_pacer.start();
}

void MainWindow::showState()
{
    using State = RunController::State;
    const State state = m_controller.state();
    const bool paused = state == State::Paused;
    m_pause->setText(paused ? tr("&Resume") : tr("&Pause"));
    m_pause->setIcon(
        icon(paused ? QStringLiteral("start") : QStringLiteral("pause"), m_theme.text));
    m_pause->setEnabled(state == State::Running || paused);
    m_stop->setEnabled(isBusy() && (state != State::Stopping || !m_fileProblem.isEmpty()));
    m_pause->setToolTip(paused ? tr("Hand out chunks again (Ctrl+P)")
                               : tr("Hand out no more chunks until it is resumed (Ctrl+P)"));
    for (QAction *action : m_needRecord)
        action->setEnabled(m_controller.record() != nullptr);
    const RunRecord *record = m_controller.record();
    m_exportOutcomes->setEnabled(record && !record->isImported());
    m_exportOutcomes->setToolTip(record && record->isImported()
            ? tr("The file that the run was read from has no values")
            : QString());
    m_open->setEnabled(!isBusy());
    m_save->setEnabled(!m_controller.isActive() && !m_controller.path().isEmpty());
    m_history->setShown(m_controller.path());
    m_history->setBusy(isBusy());
    m_timePage->setBusy(m_controller.isActive() || m_sweepPage->isSweeping());
    m_sweepPage->setBusy(m_controller.isActive() || m_timePage->isVerifying());
    m_whatIfPage->setBusy(isBusy());
    if (m_history->isVisible())
        m_history->refresh();
    // They set the number of processes, too, which would resize the run that goes on.
    m_recentMenu->setEnabled(!m_controller.isActive());
    m_defaultRun->setEnabled(!m_controller.isActive());
    const auto text = [this, state] {
        switch (state) {
        case State::Idle:
            return m_panel->problem().isEmpty() ? tr("Ready to start") : tr("Not ready");
        case State::Opening:
            return tr("Opening the input\u2026");
        case State::Running:
            return tr("Running");
        case State::Paused:
            return tr("Paused");
        case State::Stopping:
            return tr("Stopping\u2026");
        case State::Ended:
            return endText();
        }
        return QString();
    };
    showStateText(isMeasuring() ? tr("Measuring") : text());
    m_failures->setRetry(m_controller.canTryAgain() && !isMeasuring()
            ? FailuresView::Retry::Possible
            : FailuresView::Retry::Impossible);
    showProblem();
    showProgress();
}

QString MainWindow::endText() const
{
    if (m_controller.loaded())
        return tr("Opened: %1").arg(QFileInfo(m_controller.openedPath()).fileName());
    switch (m_controller.run()->end().how) {
    case PoolEnd::How::Completed:
        return tr("Finished");
    case PoolEnd::How::Cancelled:
        return tr("Stopped");
    case PoolEnd::How::Failed:
        return tr("Could not run");
    case PoolEnd::How::Halted:
        return tr("Halted");
    case PoolEnd::How::WrongValues:
        return tr("Wrong values");
    }
    return {};
}

void MainWindow::showProblem()
{
    const QString problem = m_panel->problem();
    if (m_controller.state() == RunController::State::Idle && !isMeasuring())
        showStateText(problem.isEmpty() ? tr("Ready to start") : tr("Not ready"));
    m_sweepPage->setSubject(spec(), problem);
    m_start->setEnabled(problem.isEmpty() && !isBusy());
    m_start->setToolTip(!problem.isEmpty() ? literalToolTip(problem)
            : m_controller.isActive()      ? tr("A run is going on")
            : isMeasuring()                ? tr("Other runs are being measured")
                                           : tr("Start the run (Ctrl+R)"));
}

void MainWindow::drawFrame()
{
    const Moment moment = m_controller.moment();
    const bool ended = moment.run == TimeView::Run::Ended;
    showProgress();
    showFileProblem();
    showFileLoss();
    if (isMinimized() && !ended)
        return;
    const RunRecord *record = m_controller.record();
    if (!record)
        return;
    const Timeline &timeline = record->timeline;
    const double shownUntil = ended
        ? static_cast<double>(std::max(timeline.end(), timeline.firstDispatch()))
        : static_cast<double>(moment.now);
    m_view.setNow(shownUntil, moment.run);
    bool all = true;
    for (Chart *chart : m_charts) {
        // One in another tab can wait for the end, or for good.
        const bool isSeen = chart->isVisible() || (ended && !chart->isOnlyForWhoLooks());
        all = (!isSeen || chart->refresh(moment, chartBudget)) && all;
    }
    m_workers->update(moment.now);
    m_workersTable->setColumnHidden(WorkersModel::Host, m_workers->isOnOneHost());
    all = m_outcomes->updateOutcomes() && all;
    all = m_failures->updateFailures() && all;
    all = m_log->updateLog() && all;
    if (ended && !all)
        m_pacer.hurry(); // no worker needs the cores any more
    if (ended && all && ++m_framesSinceEnd >= framesAfterEnd)
        m_pacer.stop();
}

void MainWindow::showFileLoss()
{
    const Run *run = m_controller.run();
    const QString loss = run ? QString::fromStdString(run->fileLoss()) : QString();
    if (loss != std::exchange(m_fileLoss, loss) && !loss.isEmpty())
        m_message->sayProblem(tr("%1, and goes on without it").arg(loss));
}

void MainWindow::showFileProblem()
{
    const Run *run = m_controller.run();
    const QString problem = run ? QString::fromStdString(run->fileProblem()) : QString();
    if (problem == m_fileProblem)
        return;
    m_fileProblem = problem;
    if (problem.isEmpty())
        m_message->hide();
    else
        m_message->say(MessageBar::Kind::Problem,
            tr("The run waits: %1. Stop gives up what cannot be written.").arg(problem));
    showState();
}

void MainWindow::showProgress()
{
    const Run *run = m_controller.run();
    const RunRecord *record = m_controller.record();
    const QString title = record ? settingsText(*record) : settingsText(spec());
    if (!record) {
        const QString problem = m_panel->problem();
        m_progress->setText(
            problem.isEmpty() ? tr("%1: press Start or Ctrl+R").arg(title) : problem);
        setWindowTitle(QStringLiteral("Poolscope"));
        m_panel->showLoading(nullptr);
        return;
    }
    if (!run || run->isFinished()) {
        m_progress->setFont(font());
        m_progress->setText(outcomeText(*record, m_controller.moment()));
        m_panel->showChosen(std::nullopt);
        m_panel->showLoading(record);
    } else {
        // The bar is made of characters, which must be equally wide.
        m_progress->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        m_progress->setText(QString::fromStdString(progressText(progressOf(*run))).trimmed());
        const PoolStatus status = run->status();
        m_panel->showChosen(status);
        showHold(status.heldBecause);
    }
    setWindowTitle(tr("%1% \u00b7 %2").arg(percentText(*record), title));
}

/// What keeps the run from going on stands where its state does.
void MainWindow::showHold(const std::string &reason)
{
    if (m_controller.state() != RunController::State::Running)
        return;
    showStateText(
        reason.empty() ? tr("Running") : tr("Waiting: %1").arg(QString::fromStdString(reason)));
}

void MainWindow::fillRecentRuns()
{
    m_recentMenu->clear();
    for (const RunSpec &spec : recentSpecs()) {
        QAction *action = m_recentMenu->addAction(withoutShortcut(settingsText(spec)));
        action->setToolTip(literalToolTip(QString::fromStdString(shellCommand(spec))));
        connect(action, &QAction::triggered, this, [this, spec] {
            setSpec(spec);
            m_panel->trustTask(); // it was started before
        });
    }
    if (m_recentMenu->isEmpty())
        m_recentMenu->addAction(tr("None yet"))->setEnabled(false);
}

void MainWindow::copyCommand() const
{
    QApplication::clipboard()->setText(QString::fromStdString(shellCommand(spec())));
    m_message->say(
        MessageBar::Kind::Note, tr("Copied: %1").arg(QString::fromStdString(shellCommand(spec()))));
}

void MainWindow::chooseTheme(ThemeChoice choice)
{
    m_themeChoice = choice;
    QSettings().setValue(themeKey, static_cast<int>(choice));
    applyTheme();
}

Theme::Kind MainWindow::themeKind() const
{
    switch (m_themeChoice) {
    case ThemeChoice::Light:
        return Theme::Kind::Light;
    case ThemeChoice::Dark:
        return Theme::Kind::Dark;
    case ThemeChoice::Desktop:
        break;
    }
    return m_desktopColours.kind();
}

void MainWindow::applyTheme()
{
    m_theme = Theme::of(themeKind());
    QApplication::setPalette(paletteOf(m_theme));
    qApp->setStyleSheet(styleSheetOf(m_theme));
    m_start->setIcon(icon(QStringLiteral("start"), m_theme.onAccent));
    m_stop->setIcon(icon(QStringLiteral("stop"), m_theme.text));
    m_sweep->setIcon(icon(QStringLiteral("sweep"), m_theme.text));
    if (auto *button = findChild<QToolButton *>(QStringLiteral("export")))
        button->setIcon(icon(QStringLiteral("export"), m_theme.text));
    m_message->setTheme(m_theme);
    for (ChartCard *card : m_cards)
        card->setTheme(m_theme);
    m_open->setIcon(icon(QStringLiteral("folder"), m_theme.text));
    m_save->setIcon(icon(QStringLiteral("save"), m_theme.text));
    m_outcomes->setFailureColor(m_theme.failure);
    m_failures->setFailureColor(m_theme.failure);
    m_workersTable->viewport()->update();
    fitPauseButton();
    showState();
}

/// As wide as the longer of its two words, so that its neighbours stay where they are.
void MainWindow::fitPauseButton()
{
    auto *button = findChild<QToolButton *>(QStringLiteral("pause"));
    button->setMinimumWidth(0);
    button->ensurePolished();
    int width = 0;
    for (const QString &text : {tr("&Pause"), tr("&Resume")}) {
        m_pause->setText(text);
        width = std::max(width, button->sizeHint().width());
    }
    button->setMinimumWidth(width);
}

void MainWindow::showStateText(const QString &text)
{
    m_stateText->setText(text);
    setWrappedToolTip(m_stateText, text, tr("State of the run"));
}

/// Keeps the window, with the frame that it will be given, within its screen.
void MainWindow::fitScreen()
{
    constexpr QMargins frame(8, 40, 8, 8); // how wide it is, is not known before it is shown
    const QScreen *screen = QGuiApplication::screenAt(geometry().center());
    if (!screen)
        screen = QGuiApplication::primaryScreen();
    const QRect room = screen->availableGeometry().marginsRemoved(frame);
    resize(size().boundedTo(room.size()));
    if (!testAttribute(Qt::WA_Moved))
        return; // the window manager finds the place
    QRect place = geometry();
    place.moveRight(std::min(place.right(), room.right()));
    place.moveBottom(std::min(place.bottom(), room.bottom()));
    place.moveLeft(std::max(place.left(), room.left()));
    place.moveTop(std::max(place.top(), room.top()));
    setGeometry(place);
}

void MainWindow::readSettings()
{
    const QSettings settings;
    restoreGeometry(settings.value(geometryKey).toByteArray());
    m_sides->restoreState(settings.value(sidesKey).toByteArray());
    m_rows->restoreState(settings.value(rowsKey).toByteArray());
    m_columns->restoreState(settings.value(columnsKey).toByteArray());
    m_tabs->setCurrentIndex(settings.value(tabKey, 0).toInt());
    m_themeChoice = static_cast<ThemeChoice>(settings.value(themeKey, 0).toInt());
    const QStringList arguments = settings.value(typedRunKey).toStringList();
    if (const auto spec = specOf(arguments); spec && !arguments.isEmpty()) {
        setSpec(*spec);
        if (settings.value(trustedKey, false).toBool())
            m_panel->trustTask();
    }
}

void MainWindow::writeSettings() const
{
    QSettings settings;
    settings.setValue(geometryKey, saveGeometry());
    settings.setValue(sidesKey, m_sides->saveState());
    settings.setValue(rowsKey, m_rows->saveState());
    settings.setValue(columnsKey, m_columns->saveState());
    settings.setValue(tabKey, m_tabs->currentIndex());
    settings.setValue(typedRunKey, keptArguments(spec()));
    settings.setValue(trustedKey, m_panel->isTaskTrusted());
}

void MainWindow::closeAtOnce()
{
    m_closesAtOnce = true;
    close();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (m_controller.isActive() && !m_closesAtOnce) {
        QMessageBox box(QMessageBox::NoIcon, tr("A run is going on"),
            tr("Stop the run and close Poolscope?"), QMessageBox::NoButton, this);
        box.setInformativeText(m_controller.path().isEmpty()
                ? tr("What has finished is not kept.")
                : tr("What has finished is kept: the run can be resumed from the history."));
        QPushButton *stop = box.addButton(tr("Stop and close"), QMessageBox::AcceptRole);
        box.setDefaultButton(box.addButton(tr("Keep running"), QMessageBox::RejectRole));
        connect(&m_controller, &RunController::stateChanged, &box, [this, &box] {
            if (!m_controller.isActive())
                box.reject(); // there is nothing to ask any more
        });
        box.exec();
        if (box.clickedButton() != stop) {
            event->ignore();
            return;
        }
    }
    writeSettings();
    m_pacer.stop();
    stopMeasuring();
    m_controller.stop();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile() && !isBusy())
        acceptAsCopy(*event);
}

void MainWindow::dropEvent(QDropEvent *event)
{
    const QString path = event->mimeData()->urls().front().toLocalFile();
    if (canBeOpened(path))
        openFile(path);
    else
        m_panel->takeFile(path);
    acceptAsCopy(*event);
}

void MainWindow::wantFrames()
{
    if (!m_controller.record())
        return;
    m_framesSinceEnd = 0;
    m_pacer.start();
}

/// What a person does with a chart is shown at once, also of a run that has ended.
bool MainWindow::eventFilter(QObject *watched, QEvent *event)
{
    switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseMove:
    case QEvent::Wheel:
    case QEvent::KeyPress:
    case QEvent::Resize:
        m_pacer.hurry();
        wantFrames();
        break;
    default:
        break;
    }
    return QMainWindow::eventFilter(watched, event);
}

} // namespace poolscope
