// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/logview.h"

#include "tables/emptytext.h"
#include "tables/tablelook.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPersistentModelIndex>
#include <QScrollBar>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace poolscope {

LogView::LogView(QWidget *parent)
    : QWidget(parent)
{
    m_filtered.setSourceModel(&m_model);
    m_filtered.setFilterKeyColumn(LogModel::Text);
    m_filtered.setFilterRole(LogModel::valueRole);
    m_filtered.setFilterCaseSensitivity(Qt::CaseInsensitive);
    makeFilter();
    makeTable();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(tableMargin / 2);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(tableMargin, tableMargin / 2, tableMargin, 0);
    bar->addWidget(m_filter);
    layout->addLayout(bar);
    layout->addWidget(m_table);
}

void LogView::makeFilter()
{
    m_filter = new QLineEdit(this);
    m_filter->setPlaceholderText(tr("Only lines with this text"));
    m_filter->setAccessibleName(tr("Only lines with this text"));
    m_filter->setToolTip(tr("Show only lines that contain this text, in upper or lower case"));
    m_filter->setClearButtonEnabled(true);
    connect(m_filter, &QLineEdit::textChanged, this, &LogView::setFilter);
}

void LogView::makeTable()
{
    constexpr int margins = 6;
    m_table = new QTableView(this);
    m_table->setModel(&m_filtered);
    m_table->setAccessibleName(tr("Log"));
    m_table->setToolTip(tr("Enter or a double click shows the line's input, Ctrl+C copies the "
                           "selected lines"));
    makePlain(m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    fitRowsToText(m_table, margins);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->installEventFilter(this);
    m_empty = new EmptyText(tr("Output of tasks, by worker and input"), m_table);
    connect(m_table, &QTableView::doubleClicked, this, &LogView::activate);
}

void LogView::setRecord(const RunRecord *record)
{
    m_model.setRecord(record);
    m_empty->show();
}

bool LogView::updateLog()
{
    const bool followsEnd = showsEnd();
    const QPersistentModelIndex top = m_table->indexAt({0, 0});
    const int topRow = top.row();
    const bool all = m_model.update();
    m_empty->setVisible(m_model.rowCount() == 0);
    if (followsEnd)
        m_table->scrollToBottom();
    else if (top.isValid() && top.row() != topRow)
        m_table->scrollTo(top, QAbstractItemView::PositionAtTop);
    return all;
}

bool LogView::showsEnd() const
{
    const QScrollBar *bar = m_table->verticalScrollBar();
    return bar->value() == bar->maximum();
}

void LogView::setFilter(const QString &text)
{
    const bool followsEnd = showsEnd();
    m_filtered.setFilterFixedString(text);
    if (followsEnd)
        m_table->scrollToBottom();
}

void LogView::copySelected() const
{
    QModelIndexList rows = m_table->selectionModel()->selectedRows(LogModel::Text);
    std::sort(rows.begin(), rows.end());
    QStringList lines;
    for (const QModelIndex &row : rows)
        lines += row.data(LogModel::valueRole).toString();
    if (!lines.isEmpty())
        QApplication::clipboard()->setText(lines.join(u'\n'));
}

void LogView::activate(const QModelIndex &row)
{
    if (!row.isValid())
        return;
    if (const auto input = m_model.inputOf(m_filtered.mapToSource(row).row()))
        emit indexActivated(*input);
}

bool LogView::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_table || event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    if (key->matches(QKeySequence::Copy))
        copySelected();
    else if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter)
        activate(m_table->currentIndex());
    else
        return QWidget::eventFilter(watched, event);
    return true;
}

} // namespace poolscope
