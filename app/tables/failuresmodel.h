// SPDX-License-Identifier: GPL-3.0-or-later
// FailuresModel: a row for each failed input of a run, with the reason, the attempts and the
// worker.
//
// Stores only the indices and their order. The texts of a row are read when it is drawn.
#pragma once

#include "record/runrecord.h"
#include "tables/failurelist.h"

#include <QAbstractTableModel>
#include <QColor>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope {

class FailuresModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Index, Input, Reason, Attempts, Worker, LastOutput, Memory };
    enum class Show {
        All,
        Raised, ///< the task itself failed
        OverLimit, ///< the input took too long or too much memory
        Quarantined, ///< its worker died on it
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Sets the record, which has inputs and outcomes. The record outlives the model or the next
    /// call. The list is empty if it is null.
    void setRecord(const RunRecord *record);
    void setShow(Show show);
    void setFailureColor(const QColor &color);

    /// Reads some of the new failures. Returns false if there are more.
    bool update();

    /// The number of failures, shown or not.
    std::size_t failureCount() const { return m_failures.size(); }
    std::uint64_t indexAt(int row) const;
    std::optional<int> rowOf(std::uint64_t index) const;
    /// Whether a worker died or was ended on a failed input.
    bool hasDeaths() const { return m_hasDeaths; }
    /// The indices of all rows.
    std::vector<std::uint64_t> shownIndices() const;
    /// The texts of a row on one line, separated by tabs.
    QString lineOf(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// Sorts by index, or without a column in the order in which the inputs failed.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

signals:
    /// The number of failures has changed.
    void countChanged();

private:
    /// The texts of a row.
    struct Texts {
        QString input;
        QString reason;
        QString output;
        FailureContext context;
    };

    bool isShown(const FailureList::Failure &failure) const;
    void showMore();
    void append(const std::vector<std::uint64_t> &indices);
    void lookAt(std::size_t failure, std::vector<std::uint64_t> &shown);
    void showAnew();
    void order();
    const Texts &texts(int row) const;
    Texts textsOf(std::uint64_t index) const;
    QString cell(int row, int column) const;

    const RunRecord *m_record = nullptr;
    Show m_show = Show::All;
    QColor m_failureColor;
    FailureList m_failures;
    std::size_t m_looked = 0; ///< number of failures that were filtered
    std::vector<std::uint64_t> m_rows; ///< the index of each row
    bool m_byIndex = false;
    bool m_hasDeaths = false;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    mutable std::optional<std::uint64_t> m_textsOf;
    mutable Texts m_texts; ///< of m_textsOf, since all columns of a row are drawn in turn
};

} // namespace poolscope
