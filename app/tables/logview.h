// SPDX-License-Identifier: GPL-3.0-or-later
// LogView: the log of a run as a table, which follows the end until the user scrolls up.
#pragma once

#include "tables/logmodel.h"

#include <QSortFilterProxyModel>
#include <QWidget>
#include <cstdint>

class QLineEdit;
class QTableView;

namespace poolscope {

class EmptyText;

class LogView : public QWidget {
    Q_OBJECT

public:
    explicit LogView(QWidget *parent = nullptr);

    /// See LogModel.
    void setRecord(const RunRecord *record);
    /// Returns false if there are more new lines.
    bool updateLog();

public slots:
    /// Copies the texts of the selected rows to the clipboard, one line each.
    void copySelected() const;

signals:
    /// The user has activated a line that was printed for this index.
    void indexActivated(std::uint64_t index);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeFilter();
    void makeTable();
    void setFilter(const QString &text);
    void activate(const QModelIndex &row);
    bool showsEnd() const;

    LogModel m_model;
    QSortFilterProxyModel m_filtered;
    QLineEdit *m_filter = nullptr;
    QTableView *m_table = nullptr;
    EmptyText *m_empty = nullptr;
};

} // namespace poolscope
