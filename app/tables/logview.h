// SPDX-License-Identifier: GPL-3.0-or-later
// LogView: a run's log, which follows its end until the person scrolls up.
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
    /// False where more is waiting.
    bool updateLog();

public slots:
    /// The texts of the selected rows go to the clipboard, a line each.
    void copySelected() const;

signals:
    /// The person double-clicked or pressed Enter on what was printed for this index.
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
