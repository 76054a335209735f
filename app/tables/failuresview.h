// SPDX-License-Identifier: GPL-3.0-or-later
// FailuresView: the failed inputs of a run as a table, with buttons to retry them.
#pragma once

#include "tables/failuresmodel.h"

#include <QWidget>
#include <cstdint>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace poolscope {

class EmptyText;

class FailuresView : public QWidget {
    Q_OBJECT

public:
    explicit FailuresView(QWidget *parent = nullptr);

    /// See FailuresModel.
    void setRecord(const RunRecord *record);
    void setFailureColor(const QColor &color) { m_model.setFailureColor(color); }
    /// Returns false if there are more new failures.
    bool updateFailures();
    std::size_t failureCount() const { return m_model.failureCount(); }

    /// Whether failures can be retried now.
    enum class Retry { Possible, Impossible, Watched };
    void setRetry(Retry retry);

    /// Makes an index the current row. Returns false if it is not shown.
    bool goTo(std::uint64_t index);

signals:
    /// The user has made this index the current one.
    void indexActivated(std::uint64_t index);
    void retryWanted(const std::vector<std::uint64_t> &indices);
    void countChanged();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QWidget *makeToolBar();
    void makeTable();
    void fitColumns();
    void sortBy(int column, Qt::SortOrder order);
    std::vector<std::uint64_t> selectedIndices() const;
    void retrySelected();
    void retryAll();
    void copySelected() const;
    void showMenu(const QPoint &position);
    void showCounts();

    FailuresModel m_model;
    Retry m_retry = Retry::Impossible;
    QTableView *m_table = nullptr;
    QComboBox *m_show = nullptr;
    QLabel *m_count = nullptr;
    QPushButton *m_retrySelected = nullptr;
    QPushButton *m_retryAll = nullptr;
    EmptyText *m_empty = nullptr;
    int m_sortedBy = FailuresModel::Index;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    bool m_goesTo = false; ///< while goTo() changes the current row
};

} // namespace poolscope
