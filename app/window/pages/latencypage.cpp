// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/pages/latencypage.h"

#include "charts/figuretext.h"
#include "tables/emptytext.h"
#include "tables/outcomesview.h"
#include "tables/tablelook.h"
#include "window/chartcard.h"
#include "window/look.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

namespace poolscope {

LatencyPage::LatencyPage(ChartCard *card, LatencyChart *chart, const Shown &shown)
    : m_chart(chart)
    , m_shown(shown)
{
    auto *sides = new QSplitter(Qt::Horizontal);
    sides->setHandleWidth(gridUnit);
    sides->setChildrenCollapsible(false);
    sides->addWidget(card);
    sides->addWidget(makeSide());
    sides->setStretchFactor(0, 5);
    sides->setStretchFactor(1, 3);
    sides->setSizes({500, 300});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(sides);
    connect(m_chart, &Chart::figureChanged, this, &LatencyPage::showSlowest);
    connect(m_chart, &LatencyChart::rangePicked, &m_selector, &IterationSelector::select);
    connect(m_chart, &LatencyChart::completed, &m_selector, &IterationSelector::renew);
    connect(&m_selector, &IterationSelector::selected, this, &LatencyPage::showSelection);
    connect(m_shown.outcomes, &OutcomesView::selectionCleared, this, &LatencyPage::clearSelection);
}

QWidget *LatencyPage::makeSide()
{
    makeTable();
    auto *side = new QWidget;
    auto *layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 1, 1, 0);
    layout->setSpacing(gridUnit / 2);
    layout->addWidget(m_table, 1);
    layout->addWidget(makeSelectionLine());
    return side;
}

void LatencyPage::makeTable()
{
    constexpr int margins = 6;
    m_table = new QTableView;
    m_table->setObjectName(QStringLiteral("slowestTable"));
    m_table->setModel(&m_slowest);
    m_table->setAccessibleName(tr("The slowest iterations"));
    m_table->setToolTip(
        tr("The slowest iterations; a click or Enter shows the span and its row in Outcomes"));
    makePlain(m_table);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setFrameShape(QFrame::NoFrame);
    fitRowsToText(m_table, margins);
    QHeaderView *header = m_table->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(SlowestModel::Input, QHeaderView::Stretch);
    m_table->installEventFilter(this);
    auto *empty = new EmptyText(tr("The slowest iterations and their inputs"), m_table);
    connect(&m_slowest, &QAbstractItemModel::modelReset, empty,
        [this, empty] { empty->setVisible(m_slowest.rowCount() == 0); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex &row) {
            if (row.isValid())
                emit indexMarked(m_slowest.indexAt(row.row()));
        });
    connect(m_table, &QTableView::clicked, this,
        [this](const QModelIndex &row) { emit indexActivated(m_slowest.indexAt(row.row())); });
}

QWidget *LatencyPage::makeSelectionLine()
{
    m_selectionLine = new QWidget;
    m_selectionText = new QLabel;
    m_selectionText->setObjectName(QStringLiteral("selectedIterations"));
    m_selectionText->setAccessibleDescription(tr("Selected iterations"));
    m_selectionText->setTextFormat(Qt::PlainText);
    m_selectionText->setWordWrap(true);
    auto *show = new QPushButton(tr("In O&utcomes"));
    show->setObjectName(QStringLiteral("showSelected"));
    show->setToolTip(tr("Show the selected iterations in Outcomes"));
    auto *clear = new QPushButton(tr("&Clear"));
    clear->setObjectName(QStringLiteral("clearSelected"));
    clear->setToolTip(tr("Clear the selection (Escape)"));
    auto *layout = new QHBoxLayout(m_selectionLine);
    layout->setContentsMargins(gridUnit, 0, gridUnit, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_selectionText, 1);
    layout->addWidget(show);
    layout->addWidget(clear);
    m_selectionLine->hide();
    connect(show, &QPushButton::clicked, this, &LatencyPage::outcomesWanted);
    connect(clear, &QPushButton::clicked, this, &LatencyPage::clearSelection);
    return m_selectionLine;
}

bool LatencyPage::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_table && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        const QModelIndex row = m_table->currentIndex();
        if ((key == Qt::Key_Return || key == Qt::Key_Enter) && row.isValid()) {
            emit indexActivated(m_slowest.indexAt(row.row()));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void LatencyPage::setRecord(const RunRecord *record)
{
    m_slowest.setRecord(record);
    m_selector.setTimeline(record ? &record->timeline : nullptr);
}

void LatencyPage::showSlowest()
{
    m_slowest.setSlowest(m_chart->slowest());
}

void LatencyPage::showSelection(const IterationSelector::Selection &selection)
{
    m_chart->setSelected(m_selector.range());
    m_shown.lanes->setSelection(selection);
    m_shown.outcomes->setSelection(selection);
    m_selectionLine->setVisible(selection != nullptr);
    if (selection)
        m_selectionText->setText(tr("%1 selected: %2 to %3")
                                     .arg(figureText(Count{selection->iterations()}),
                                         figureText(Duration(selection->range().from)),
                                         figureText(Duration(selection->range().to))));
}

} // namespace poolscope
