// SPDX-License-Identifier: GPL-3.0-or-later
// FailuresModel: each input of a run that failed, why, and what the pool knows of it.
//
// Keeps the indices and an order of them alone; what a row shows is read when it is drawn.
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
        OverLimit, ///< too long, or too much memory
        Quarantined, ///< its worker died on it
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// The record, which has inputs and outcomes, outlives the model or the next call; null: an
    /// empty list.
    void setRecord(const RunRecord *record);
    void setShow(Show show);
    void setFailureColor(const QColor &color);

    /// Takes in some of what is new; false where more is waiting.
    bool update();

    /// All failures, shown or not.
    std::size_t failureCount() const { return m_failures.size(); }
    std::uint64_t indexAt(int row) const;
    std::optional<int> rowOf(std::uint64_t index) const;
    /// Whether a worker died on one of them, or was ended.
    bool hasDeaths() const { return m_hasDeaths; }
    /// All indices that are shown.
    std::vector<std::uint64_t> shownIndices() const;
    /// A row in full, on one line and with tabs between its columns.
    QString lineOf(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// By index; by no column: in the order in which they failed.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

signals:
    /// There are more failures, or fewer.
    void countChanged();

private:
    /// What a row shows, in full.
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
    std::size_t m_looked = 0; ///< failures that were looked at for whether they are shown
    std::vector<std::uint64_t> m_rows; ///< the index of each row
    bool m_byIndex = false;
    bool m_hasDeaths = false;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    mutable std::optional<std::uint64_t> m_textsOf;
    mutable Texts m_texts; ///< of the index that was last asked for: a row is drawn at once
};

} // namespace poolscope
