// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/historyview.h"

#include "tables/emptytext.h"
#include "tables/tablelook.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QMessageBox>
#include <QPushButton>
#include <QShowEvent>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace poolscope {

HistoryView::HistoryView(const QString &folder, QWidget *parent)
    : QWidget(parent)
    , m_model(folder)
{
    m_sorted.setSourceModel(&m_model);
    m_sorted.setSortRole(HistoryModel::sortRole);
    makeTable();
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(tableMargin, tableMargin / 2, tableMargin, 0);
    m_open =
        addButton(tr("Open"), tr("Show the run; executes nothing (Enter)"), &HistoryView::open);
    m_resume = addButton(tr("Resume"), {}, &HistoryView::resume);
    m_compare = addButton(tr("Compare"),
        tr("Compare two or more runs: select them with Ctrl or Shift"), &HistoryView::compare);
    m_rename = addButton(tr("Rename"), tr("Change the name of the run (F2)"), &HistoryView::rename);
    m_note = addButton(tr("Note"), tr("Change the note on the run"), &HistoryView::note);
    m_delete = addButton(tr("Delete\u2026"), tr("Delete the run file, after confirmation (Del)"),
        &HistoryView::remove);
    m_delete->setShortcut(QKeySequence()); // the table has the key
    for (QPushButton *button : {m_open, m_resume, m_compare, m_rename, m_note, m_delete})
        bar->addWidget(button);
    bar->addStretch();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(tableMargin / 2);
    layout->addLayout(bar);
    layout->addWidget(m_table);
    connect(&m_model, &HistoryModel::refreshed, this, [this] {
        m_empty->setVisible(m_model.rowCount() == 0);
        if (std::exchange(m_fittedRows, m_model.rowCount()) != m_model.rowCount())
            fitColumns();
        showButtons();
    });
    connect(&m_model, &HistoryModel::failed, this, &HistoryView::failed);
    showButtons();
}

QPushButton *HistoryView::addButton(
    const QString &text, const QString &toolTip, void (HistoryView::*action)())
{
    auto *button = new QPushButton(text, this);
    button->setToolTip(toolTip);
    button->setAccessibleName(QString(text).remove(QChar(0x2026)));
    connect(button, &QPushButton::clicked, this, action);
    return button;
}

void HistoryView::makeTable()
{
    constexpr int margins = 8;
    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("historyTable"));
    m_table->setModel(&m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(HistoryModel::When, Qt::DescendingOrder);
    m_table->setAccessibleName(tr("History"));
    m_table->setToolTip(tr("Enter or a double click opens a run, F2 changes its name or note, "
                           "Delete deletes it"));
    makePlain(m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + margins);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_empty = new EmptyText(tr("Saved runs, to open, resume or compare"), m_table);
    connect(m_table, &QTableView::doubleClicked, this, &HistoryView::open);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &HistoryView::showButtons);
    auto *openKey = new QAction(this);
    openKey->setShortcuts({Qt::Key_Return, Qt::Key_Enter});
    auto *deleteKey = new QAction(this);
    deleteKey->setShortcut(Qt::Key_Delete);
    for (QAction *action : {openKey, deleteKey}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        m_table->addAction(action);
    }
    connect(openKey, &QAction::triggered, this, &HistoryView::open);
    connect(deleteKey, &QAction::triggered, this, &HistoryView::remove);
}

/// Fits columns to their contents, up to a limit, so that a long text does not hide other columns.
void HistoryView::fitColumns()
{
    constexpr int widest = 16; // characters
    constexpr int widestNote = 40;
    m_table->resizeColumnsToContents();
    const int character = m_table->fontMetrics().averageCharWidth();
    for (int column = 0; column <= HistoryModel::Note; ++column) {
        const int most = character * (column == HistoryModel::Note ? widestNote : widest);
        m_table->setColumnWidth(column, std::min(m_table->columnWidth(column), most));
    }
}

void HistoryView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

void HistoryView::setBusy(bool busy)
{
    m_busy = busy;
    showButtons();
}

void HistoryView::setShown(const QString &path)
{
    m_shown = path;
    showButtons();
}

std::vector<int> HistoryView::rows() const
{
    std::vector<int> rows;
    for (const QModelIndex &index : m_table->selectionModel()->selectedRows())
        rows.push_back(m_sorted.mapToSource(index).row());
    return rows;
}

int HistoryView::row() const
{
    const std::vector<int> chosen = rows();
    return chosen.size() == 1 ? chosen.front() : -1;
}

void HistoryView::showButtons()
{
    if (!m_open)
        return;
    const int chosen = row();
    const std::vector<int> all = rows();
    const bool canOpen =
        std::all_of(all.begin(), all.end(), [this](int each) { return m_model.canOpen(each); });
    m_open->setEnabled(chosen >= 0 && canOpen && !m_busy);
    m_resume->setEnabled(chosen >= 0 && !m_busy && m_model.canResume(chosen));
    const QString never = chosen >= 0 ? m_model.neverResumed(chosen) : QString();
    m_resume->setToolTip(!never.isEmpty()
            ? never
            : tr("Resume a run that was stopped: only missing inputs are run"));
    m_compare->setEnabled(all.size() >= 2 && canOpen);
    m_rename->setEnabled(chosen >= 0 && canOpen);
    m_note->setEnabled(chosen >= 0 && canOpen);
    m_delete->setEnabled(chosen >= 0 && !(m_busy && m_model.path(chosen) == m_shown));
}

void HistoryView::open()
{
    if (m_open->isEnabled())
        emit openWanted(m_model.path(row()));
}

void HistoryView::resume()
{
    emit resumeWanted(m_model.path(row()));
}

/// Requests a comparison of the selected runs, the oldest first. The model has the newest first.
void HistoryView::compare()
{
    std::vector<int> chosen = rows();
    std::sort(chosen.begin(), chosen.end(), std::greater<>());
    QStringList paths;
    for (const int row : chosen)
        paths << m_model.path(row);
    emit compareWanted(paths);
}

void HistoryView::edit(int column)
{
    const QModelIndex index = m_sorted.mapFromSource(m_model.index(row(), column));
    m_table->setFocus();
    m_table->setCurrentIndex(index);
    m_table->edit(index);
}

void HistoryView::remove()
{
    const int chosen = row();
    if (!m_delete->isEnabled())
        return;
    const QString name =
        m_model.data(m_model.index(chosen, HistoryModel::Name), Qt::DisplayRole).toString();
    QMessageBox box(QMessageBox::NoIcon, tr("Delete a run"),
        tr("Delete the run file of \u201c%1\u201d?").arg(name), QMessageBox::NoButton, this);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(tr("Its outcomes, timeline and log are lost."));
    QPushButton *confirmed = box.addButton(tr("Delete"), QMessageBox::DestructiveRole);
    box.setDefaultButton(box.addButton(tr("Keep"), QMessageBox::RejectRole));
    box.exec();
    if (box.clickedButton() != confirmed)
        return;
    if (const auto removed = m_model.remove(chosen); !removed)
        emit failed(QString::fromStdString(removed.error().message));
    m_empty->setVisible(m_model.rowCount() == 0);
}

} // namespace poolscope
