// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/runtabs.h"

#include "charts/figuretext.h"
#include "tables/failuresview.h"
#include "tables/historyview.h"
#include "tables/logview.h"
#include "tables/outcomesview.h"
#include "tables/workersview.h"
#include "window/chartcard.h"
#include "window/pages/latencypage.h"
#include "window/pages/sweeppage.h"
#include "window/pages/timepage.h"
#include "window/pages/whatifpage.h"
#include "window/runcontroller.h"
#include "window/runfiles.h"

namespace poolscope {

RunTabs::RunTabs(const ChartSet &charts, const RunController &controller, QWidget *parent)
    : QTabWidget(parent)
    , m_workers(new WorkersView)
    , m_outcomes(new OutcomesView)
    , m_failures(new FailuresView)
    , m_log(new LogView)
    , m_history(new HistoryView(runsFolder()))
{
    setDocumentMode(false);
    addTables();
    addPages(charts, controller);
    connectTables();
}

void RunTabs::addTables()
{
    addTab(m_workers, tr("Workers"));
    setTabToolTip(Workers, tr("Process, state, speed and memory of each worker (Ctrl+1)"));
    addTab(m_outcomes, tr("Outcomes"));
    setTabToolTip(Outcomes, tr("Inputs and their outcomes (Ctrl+2)"));
    addTab(m_failures, tr("Failures"));
    setTabToolTip(Failures, tr("Failed inputs; retry them here (Ctrl+3)"));
    addTab(m_log, tr("Log"));
    setTabToolTip(Log, tr("Output of tasks, by worker and input (Ctrl+4)"));
    addTab(m_history, tr("History"));
    setTabToolTip(History, tr("Saved runs, to open, resume or compare (Ctrl+5)"));
}

void RunTabs::addPages(const ChartSet &charts, const RunController &controller)
{
    auto &accounting = static_cast<AccountingChart &>(charts[ChartKind::Accounting]);
    m_timePage = new TimePage(cardOf(accounting), &accounting, controller);
    addTab(m_timePage, tr("Where the time went"));
    setTabToolTip(Time, tr("Worker time by cause, and what to change (Ctrl+6)"));
    auto &latency = static_cast<LatencyChart &>(charts[ChartKind::Latency]);
    m_latencyPage = new LatencyPage(cardOf(latency), &latency,
        {static_cast<LanesChart *>(&charts[ChartKind::Workers]), m_outcomes});
    addTab(m_latencyPage, tr("Latency"));
    setTabToolTip(Latency, tr("Durations of iterations, and the slowest ones (Ctrl+7)"));
    m_sweepPage = new SweepPage;
    m_cards.insert(m_cards.end(), m_sweepPage->cards().begin(), m_sweepPage->cards().end());
    addTab(m_sweepPage, tr("Scaling"));
    setTabToolTip(Sweep,
        tr("Throughput with other numbers of workers and chunk sizes, measured by a sweep "
           "(Ctrl+8)"));
    auto &whatIf = static_cast<WhatIfChart &>(charts[ChartKind::WhatIf]);
    m_whatIfPage = new WhatIfPage(cardOf(whatIf), &whatIf);
    addTab(m_whatIfPage, tr("What if"));
    setTabToolTip(WhatIf, tr("Predicted duration of the run in another pool (Ctrl+9)"));
}

ChartCard *RunTabs::cardOf(Chart &chart)
{
    m_cards.push_back(new ChartCard(&chart, nullptr));
    return m_cards.back();
}

void RunTabs::connectTables()
{
    connect(m_outcomes, &OutcomesView::indexActivated, this, &RunTabs::indexMarked);
    connect(m_failures, &FailuresView::indexActivated, this, &RunTabs::indexMarked);
    connect(m_failures, &FailuresView::countChanged, this, &RunTabs::showFailureCount);
    connect(m_log, &LogView::indexActivated, this, &RunTabs::indexPicked);
    connect(m_latencyPage, &LatencyPage::indexMarked, this, &RunTabs::indexMarked);
    connect(m_latencyPage, &LatencyPage::indexActivated, this, &RunTabs::indexPicked);
    connect(
        m_latencyPage, &LatencyPage::outcomesWanted, this, [this] { setCurrentIndex(Outcomes); });
}

void RunTabs::showFailureCount()
{
    const std::size_t count = m_failures->failureCount();
    setTabText(
        Failures, count > 0 ? tr("Failures (%1)").arg(figureText(Count{count})) : tr("Failures"));
}

void RunTabs::setRecord(const RunRecord *record)
{
    m_workers->setRecord(record);
    m_outcomes->setRecord(record);
    m_failures->setRecord(record);
    m_latencyPage->setRecord(record);
}

void RunTabs::setLog(const RunRecord *record)
{
    m_log->setRecord(record);
}

bool RunTabs::updateTables(std::uint64_t now)
{
    m_workers->updateWorkers(now);
    bool all = m_outcomes->updateOutcomes();
    all = m_failures->updateFailures() && all;
    return updateLog() && all;
}

bool RunTabs::updateLog()
{
    return m_log->updateLog();
}

void RunTabs::setTheme(const Theme &theme)
{
    m_workers->setTheme(theme);
    m_outcomes->setFailureColor(theme.failure);
    m_failures->setFailureColor(theme.failure);
}

void RunTabs::showState(const RunController &controller)
{
    const bool isBusy = controller.isActive() || isMeasuring();
    m_history->setShown(controller.path());
    m_history->setBusy(isBusy);
    if (m_history->isVisible())
        m_history->refresh();
    m_timePage->setBusy(controller.isActive() || m_sweepPage->isSweeping());
    m_sweepPage->setBusy(controller.isActive() || m_timePage->isVerifying());
    m_whatIfPage->setBusy(isBusy);
    const RunRecord *record = controller.record();
    const bool isOfCommand = record && isWatched(record->origin);
    m_failures->setRetry(isOfCommand                     ? FailuresView::Retry::Watched
            : controller.canTryAgain() && !isMeasuring() ? FailuresView::Retry::Possible
                                                         : FailuresView::Retry::Impossible);
}

bool RunTabs::isMeasuring() const
{
    return m_timePage->isVerifying() || m_sweepPage->isSweeping();
}

void RunTabs::stopMeasuring()
{
    m_timePage->stopVerifying();
    m_sweepPage->stop();
}

void RunTabs::showReason()
{
    if (currentIndex() == Workers)
        setCurrentIndex(Time);
}

void RunTabs::goTo(std::uint64_t index)
{
    const bool isFailure = currentIndex() == Failures && m_failures->goTo(index);
    if (!isFailure)
        setCurrentIndex(Outcomes);
    m_outcomes->goTo(index);
}

} // namespace poolscope
