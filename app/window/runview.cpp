// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/runview.h"

#include "window/chartcard.h"
#include "window/look.h"

#include <QEvent>
#include <algorithm>

namespace poolscope {

namespace {

constexpr std::chrono::milliseconds chartBudget{4}; // of each chart, at each frame
constexpr int framesAfterEnd = 3;

const QString rowsKey = QStringLiteral("window/rows");
const QString columnsKey = QStringLiteral("window/columns");
const QString tabKey = QStringLiteral("window/tab");

} // namespace

RunView::RunView(const RunController &controller, QWidget *parent)
    : QSplitter(Qt::Vertical, parent)
    , m_controller(controller)
    , m_charts(m_view, this)
    , m_columns(new QSplitter(Qt::Horizontal))
    , m_tabs(new RunTabs(m_charts, controller))
{
    layOut();
    connectCharts();
    connect(&m_pacer, &FramePacer::frame, this, &RunView::drawFrame);
}

/// Deletes the charts before the time view that they read.
RunView::~RunView()
{
    while (count() > 0)
        delete widget(0);
}

void RunView::layOut()
{
    for (QSplitter *splitter : {static_cast<QSplitter *>(this), m_columns}) {
        splitter->setHandleWidth(gridUnit);
        splitter->setChildrenCollapsible(false);
    }
    addWidget(cardOf(ChartKind::Workers, &m_view));
    m_columns->addWidget(cardOf(ChartKind::Completion, nullptr));
    m_columns->addWidget(cardOf(ChartKind::Rate, &m_view));
    m_columns->setSizes({500, 500});
    m_columns->setStretchFactor(0, 1);
    m_columns->setStretchFactor(1, 1);
    addWidget(m_columns);
    addWidget(m_tabs);
    setSizes({240, 250, 270});
    m_cards.insert(m_cards.end(), m_tabs->cards().begin(), m_tabs->cards().end());
}

ChartCard *RunView::cardOf(ChartKind kind, TimeView *view)
{
    m_cards.push_back(new ChartCard(&m_charts[kind], view));
    return m_cards.back();
}

void RunView::connectCharts()
{
    for (const ChartCard *card : m_cards) {
        connect(card->chart(), &Chart::indexPicked, this, &RunView::pickIndex);
        connect(card->chart(), &Chart::framesWanted, this, &RunView::wantFrames);
        card->chart()->installEventFilter(this);
    }
    connect(m_tabs, &RunTabs::indexMarked, this, &RunView::markIndex);
    connect(m_tabs, &RunTabs::indexPicked, this, &RunView::pickIndex);
}

void RunView::showRecord(const RunRecord *record)
{
    for (Chart *chart : m_charts)
        chart->setRecord(record);
    m_tabs->setRecord(record);
    m_view.setNow(0, TimeView::Run::Running);
    m_view.fit();
    m_framesSinceEnd = 0;
    if (record)
        m_pacer.start();
}

void RunView::showLog(const RunRecord *log)
{
    m_tabs->setLog(log);
    if (log)
        m_pacer.start();
}

void RunView::updateAccounting()
{
    for (const ChartKind kind : {ChartKind::Accounting, ChartKind::WhatIf})
        m_charts[kind].setRecord(m_controller.record());
    wantFrames();
}

void RunView::drawFrame()
{
    const Moment moment = m_controller.moment();
    const bool ended = moment.run == TimeView::Run::Ended;
    emit frame();
    const RunRecord *record = m_controller.record();
    if (window()->isMinimized() && !ended)
        return;
    if (!record) {
        const bool hasLog = m_tabs->updateLog();
        if (hasLog && !m_controller.isWatching())
            m_pacer.stop();
        return;
    }
    const Timeline &timeline = record->timeline;
    const std::uint64_t shownUntil =
        ended ? std::max(timeline.end(), timeline.firstDispatch()) : moment.now;
    m_view.setNow(static_cast<double>(shownUntil), moment.run);
    const bool allCharts = drawCharts(moment);
    const bool all = m_tabs->updateTables(moment.now) && allCharts;
    if (ended && !all && !m_controller.isWatching())
        m_pacer.hurry(); // no worker needs the cores any more
    if (ended && all && !m_controller.isWatching() && ++m_framesSinceEnd >= framesAfterEnd)
        m_pacer.stop();
}

/// Draws the charts. Returns whether they show everything. Hidden charts wait for the run's end.
bool RunView::drawCharts(const Moment &moment)
{
    const bool ended = moment.run == TimeView::Run::Ended;
    bool all = true;
    for (Chart *chart : m_charts) {
        const bool isSeen = chart->isVisible() || (ended && !chart->isOnlyForWhoLooks());
        all = (!isSeen || chart->refresh(moment, chartBudget)) && all;
    }
    return all;
}

void RunView::wantFrames()
{
    if (!m_controller.record())
        return;
    m_framesSinceEnd = 0;
    m_pacer.start();
}

void RunView::markIndex(std::uint64_t index)
{
    for (Chart *chart : m_charts)
        chart->showIndex(index);
}

void RunView::pickIndex(std::uint64_t index)
{
    m_tabs->goTo(index);
    markIndex(index);
}

/// Draws at once after the user has acted on a chart, even if the run has ended.
bool RunView::eventFilter(QObject *watched, QEvent *event)
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
    return QSplitter::eventFilter(watched, event);
}

void RunView::setTheme(const Theme &theme)
{
    for (ChartCard *card : m_cards)
        card->setTheme(theme);
    m_tabs->setTheme(theme);
}

void RunView::restoreLayout(const QSettings &settings)
{
    restoreState(settings.value(rowsKey).toByteArray());
    m_columns->restoreState(settings.value(columnsKey).toByteArray());
    m_tabs->setCurrentIndex(settings.value(tabKey, 0).toInt());
}

void RunView::saveLayout(QSettings &settings) const
{
    settings.setValue(rowsKey, saveState());
    settings.setValue(columnsKey, m_columns->saveState());
    settings.setValue(tabKey, m_tabs->currentIndex());
}

} // namespace poolscope
