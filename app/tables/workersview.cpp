// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/workersview.h"

#include "tables/emptytext.h"

#include <QHeaderView>
#include <QSortFilterProxyModel>

namespace poolscope {

WorkersView::WorkersView(QWidget *parent)
    : QTableView(parent)
    , m_model(new WorkersModel([this](WorkerId id) { return m_theme.worker(id); }, this))
{
    constexpr int margins = 8;
    auto *sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(m_model);
    sorted->setSortRole(WorkersModel::sortRole);
    setModel(sorted);
    setSortingEnabled(true);
    sortByColumn(0, Qt::AscendingOrder);
    setAlternatingRowColors(true);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + margins);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    horizontalHeader()->setSectionResizeMode(WorkersModel::Worker, QHeaderView::ResizeToContents);
    horizontalHeader()->setHighlightSections(false);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setAccessibleName(tr("Workers"));
    setToolTip(tr("A click on a column's title sorts by it"));
    setObjectName(QStringLiteral("workersTable"));
    auto *empty = new EmptyText(tr("Workers, with their process, state, rate and memory"), this);
    connect(m_model, &QAbstractItemModel::rowsInserted, empty, &QWidget::hide);
    connect(m_model, &QAbstractItemModel::modelReset, empty, &QWidget::show);
}

void WorkersView::updateWorkers(std::uint64_t now)
{
    m_model->update(now);
    setColumnHidden(WorkersModel::Host, m_model->isOnOneHost());
}

void WorkersView::setTheme(const Theme &theme)
{
    m_theme = theme;
    viewport()->update();
}

} // namespace poolscope
