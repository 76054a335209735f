// SPDX-License-Identifier: GPL-3.0-or-later
// HistoryView: the saved runs as a table, with buttons to open, resume, compare and delete them.
#pragma once

#include "tables/historymodel.h"

#include <QSortFilterProxyModel>
#include <QWidget>
#include <vector>

class QPushButton;
class QTableView;

namespace poolscope {

class EmptyText;

class HistoryView : public QWidget {
    Q_OBJECT

public:
    /// Shows the run files in this folder.
    explicit HistoryView(const QString &folder, QWidget *parent = nullptr);

    HistoryModel &model() { return m_model; }
    void refresh() { m_model.refresh(); }
    /// Disables opening during a run, and deleting the run that is shown.
    void setBusy(bool busy);
    void setShown(const QString &path);

signals:
    void openWanted(const QString &path);
    void resumeWanted(const QString &path);
    /// The user wants to compare these run files, at least two, the oldest first.
    void compareWanted(const QStringList &paths);
    void failed(const QString &why);

protected:
    void showEvent(QShowEvent *event) override;

private:
    QPushButton *addButton(
        const QString &text, const QString &toolTip, void (HistoryView::*action)());
    void makeTable();
    void fitColumns();
    int row() const; ///< row of the model; -1 unless exactly one is selected
    std::vector<int> rows() const; ///< all selected rows
    void showButtons();
    void open();
    void resume();
    void compare();
    void edit(int column);
    void rename() { edit(HistoryModel::Name); }
    void note() { edit(HistoryModel::Note); }
    void remove();

    HistoryModel m_model;
    QSortFilterProxyModel m_sorted;
    QTableView *m_table = nullptr;
    EmptyText *m_empty = nullptr;
    QPushButton *m_open = nullptr;
    QPushButton *m_resume = nullptr;
    QPushButton *m_compare = nullptr;
    QPushButton *m_rename = nullptr;
    QPushButton *m_note = nullptr;
    QPushButton *m_delete = nullptr;
    int m_fittedRows = 0; ///< number of rows for which the columns were fitted
    bool m_busy = false;
    QString m_shown;
};

} // namespace poolscope
