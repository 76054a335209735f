// SPDX-License-Identifier: GPL-3.0-or-later
// LogModel: the last lines of a run's log, below a row that says how many are missing, if any are.
#pragma once

#include "record/runrecord.h"

#include <QAbstractTableModel>
#include <cstdint>
#include <deque>
#include <optional>

namespace poolscope {

class LogModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Time, Worker, Inputs, Text };
    /// What a column sorts by and is filtered by: of the text, all of it.
    static constexpr int valueRole = Qt::UserRole;
    static constexpr int mostEntries = 100'000;

    using QAbstractTableModel::QAbstractTableModel;

    /// The record outlives the model or the next call; null: no rows.
    void setRecord(const RunRecord *record);
    /// Takes in some of what is new; false where more is waiting.
    bool update();

    /// The input that the worker of this row was on, or the first of several, where known.
    std::optional<std::uint64_t> inputOf(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    void removeWhatIsTooMuch();
    /// An entry, and its number in the log; of a mark of dropped lines, the number of the first.
    struct Entry {
        LogLine line;
        std::uint64_t number;
    };

    void setMissingLines(std::uint64_t count);
    const LogEntry &entry(int row) const;
    QString text(const LogEntry &entry, int column) const;
    static QVariant value(const LogEntry &entry, int column);

    const RunRecord *m_record = nullptr;
    std::uint64_t m_next = 0; ///< number of the entry to come
    std::deque<Entry> m_entries;
    std::size_t m_bytes = 0; ///< of these
    std::uint64_t m_missingLines = 0; ///< before these
    LogEntry m_missingRow; ///< says how many; shown where there are any
};

} // namespace poolscope
