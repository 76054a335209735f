// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/failuresview.h"

#include "charts/figuretext.h"
#include "tables/emptytext.h"
#include "tables/tablelook.h"
#include "tables/tabletext.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QTableView>
#include <QVBoxLayout>

namespace poolscope {

FailuresView::FailuresView(QWidget *parent)
    : QWidget(parent)
{
    makeTable();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(tableMargin / 2);
    layout->addWidget(makeToolBar());
    layout->addWidget(m_table);
    connect(&m_model, &FailuresModel::countChanged, this, &FailuresView::showCounts);
    connect(&m_model, &FailuresModel::countChanged, this, &FailuresView::countChanged);
    showCounts();
}

QWidget *FailuresView::makeToolBar()
{
    auto *bar = new QWidget(this);
    m_show = new QComboBox(bar);
    m_show->setAccessibleName(tr("Which failures are shown"));
    m_show->setToolTip(tr("Which failures are shown"));
    m_show->addItems(
        {tr("All failures"), tr("The task failed"), tr("Over a limit"), tr("The worker died")});
    m_count = new QLabel(bar);
    m_count->setAccessibleDescription(tr("How many failures are shown"));
    m_retrySelected = new QPushButton(tr("Retry &selected"), bar);
    m_retrySelected->setObjectName(QStringLiteral("retrySelected"));
    m_retryAll = new QPushButton(tr("Retry &all"), bar);
    m_retryAll->setObjectName(QStringLiteral("retryAll"));
    auto *layout = new QHBoxLayout(bar);
    layout->setContentsMargins(tableMargin, tableMargin / 2, tableMargin, 0);
    layout->setSpacing(tableMargin);
    layout->addWidget(m_show);
    layout->addWidget(m_count, 1);
    layout->addWidget(m_retrySelected);
    layout->addWidget(m_retryAll);
    connect(m_show, &QComboBox::currentIndexChanged, this,
        [this](int chosen) { m_model.setShow(static_cast<FailuresModel::Show>(chosen)); });
    connect(m_retrySelected, &QPushButton::clicked, this, &FailuresView::retrySelected);
    connect(m_retryAll, &QPushButton::clicked, this, &FailuresView::retryAll);
    return bar;
}

void FailuresView::makeTable()
{
    constexpr int margins = 6;
    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("failuresTable"));
    m_table->setModel(&m_model);
    m_table->setAccessibleName(tr("Failures"));
    m_table->setToolTip(tr("Shift and Ctrl select several rows, Ctrl+C copies them"));
    makePlain(m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    fitRowsToText(m_table, margins);
    QHeaderView *header = m_table->horizontalHeader();
    header->setSectionResizeMode(FailuresModel::Reason, QHeaderView::Stretch);
    header->setSectionResizeMode(FailuresModel::LastOutput, QHeaderView::Stretch);
    header->setSectionsClickable(true);
    header->setSortIndicatorShown(true);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(m_sortedBy, m_order);
    m_model.sort(m_sortedBy, m_order);
    connect(header, &QHeaderView::sortIndicatorChanged, this, &FailuresView::sortBy);
    fitColumns();
    m_empty = new EmptyText(QString(), m_table);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex &current) {
            if (current.isValid() && !m_goesTo)
                emit indexActivated(m_model.indexAt(current.row()));
        });
    connect(m_table, &QTableView::activated, this,
        [this](const QModelIndex &row) { emit indexActivated(m_model.indexAt(row.row())); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &FailuresView::showCounts);
    connect(m_table, &QTableView::customContextMenuRequested, this, &FailuresView::showMenu);
    m_table->installEventFilter(this);
}

void FailuresView::fitColumns()
{
    const QFontMetrics metrics = m_table->fontMetrics();
    const auto wide = [&metrics](int characters) {
        return metrics.horizontalAdvance(QString(characters, u'0'));
    };
    m_table->setColumnWidth(FailuresModel::Index, wide(12));
    m_table->setColumnWidth(FailuresModel::Input, wide(16));
    for (const int column :
        {FailuresModel::Attempts, FailuresModel::Worker, FailuresModel::Memory}) {
        const QString title = m_model.headerData(column, Qt::Horizontal).toString();
        m_table->setColumnWidth(column, metrics.horizontalAdvance(title) + wide(4));
    }
}

/// Sorts by the index only, since other columns are read only when a row is drawn.
void FailuresView::sortBy(int column, Qt::SortOrder order)
{
    if (column > FailuresModel::Index) {
        const QSignalBlocker quiet(m_table->horizontalHeader());
        m_table->horizontalHeader()->setSortIndicator(m_sortedBy, m_order);
        return;
    }
    m_sortedBy = column;
    m_order = order;
    m_model.sort(column, column < 0 ? Qt::AscendingOrder : order);
}

/// Copies the selected rows. The table would copy one cell.
bool FailuresView::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent *>(event)->matches(QKeySequence::Copy)) {
        copySelected();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FailuresView::setRecord(const RunRecord *record)
{
    m_model.setRecord(record);
}

bool FailuresView::updateFailures()
{
    return m_model.update();
}

void FailuresView::setRetry(Retry retry)
{
    m_retry = retry;
    showCounts();
}

bool FailuresView::goTo(std::uint64_t index)
{
    const auto row = m_model.rowOf(index);
    if (!row)
        return false;
    const QScopedValueRollback guard(m_goesTo, true);
    m_table->selectRow(*row);
    m_table->scrollTo(m_model.index(*row, 0));
    return true;
}

std::vector<std::uint64_t> FailuresView::selectedIndices() const
{
    std::vector<std::uint64_t> indices;
    for (const QItemSelectionRange &range : m_table->selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row)
            indices.push_back(m_model.indexAt(row));
    }
    return indices;
}

void FailuresView::retrySelected()
{
    emit retryWanted(selectedIndices());
}

void FailuresView::retryAll()
{
    emit retryWanted(m_model.shownIndices());
}

void FailuresView::copySelected() const
{
    QStringList lines;
    for (const QItemSelectionRange &range : m_table->selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row)
            lines << m_model.lineOf(row);
    }
    if (!lines.isEmpty())
        QApplication::clipboard()->setText(lines.join(u'\n'));
}

void FailuresView::showMenu(const QPoint &position)
{
    QMenu menu;
    const bool any = m_table->selectionModel()->hasSelection();
    QAction *retry = menu.addAction(m_retrySelected->text(), this, &FailuresView::retrySelected);
    retry->setEnabled(m_retrySelected->isEnabled());
    QAction *all = menu.addAction(m_retryAll->text(), this, &FailuresView::retryAll);
    all->setEnabled(m_retryAll->isEnabled());
    menu.addSeparator();
    menu.addAction(tr("&Copy"), this, &FailuresView::copySelected)->setEnabled(any);
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

void FailuresView::showCounts()
{
    const auto shown = static_cast<std::uint64_t>(m_model.rowCount());
    const auto all = static_cast<std::uint64_t>(m_model.failureCount());
    m_count->setText(shown == all
            ? QString()
            : tr("%1 of %2").arg(figureText(Count{shown}), figureText(Count{all})));
    m_empty->setText(all > 0 ? tr("None of this kind")
                             : tr("Failed inputs, with their reason, worker and last output"));
    m_empty->setVisible(shown == 0);
    m_table->setColumnHidden(FailuresModel::Memory, !m_model.hasDeaths());
    const bool canRetry = m_retry == Retry::Possible;
    const QString cannot = m_retry == Retry::Watched
        ? tr("Inputs of a watched command cannot be retried; run the command again")
        : tr("Failures can be retried during the run, and afterwards if it has a run file");
    m_retrySelected->setEnabled(canRetry && m_table->selectionModel()->hasSelection());
    m_retrySelected->setToolTip(canRetry ? tr("Retry the selected inputs") : cannot);
    m_retryAll->setEnabled(canRetry && shown > 0);
    m_retryAll->setToolTip(canRetry ? tr("Retry all inputs that are shown here") : cannot);
}

} // namespace poolscope
