// SPDX-License-Identifier: GPL-3.0-or-later
// LogModel: the last lines of a run's log, below a row that counts the missing ones, if any.
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
    /// The value by which a column is sorted and filtered. The whole text for the text column.
    static constexpr int valueRole = Qt::UserRole;
    static constexpr int mostEntries = 100'000;

    using QAbstractTableModel::QAbstractTableModel;

    /// Sets the record, which outlives the model or the next call. No rows if it is null.
    void setRecord(const RunRecord *record);
    /// Reads some of the new lines. Returns false if there are more.
    bool update();

    /// The input that the worker of this row was on, or the first of several, if known.
    std::optional<std::uint64_t> inputOf(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    void removeWhatIsTooMuch();
    /// An entry and its number in the log. For a mark of dropped lines, the number of the first
    /// one.
    struct Entry {
        LogLine line;
        std::uint64_t number;
    };

    void setMissingLines(std::uint64_t count);
    const LogEntry &entry(int row) const;
    QString text(const LogEntry &entry, int column) const;
    static QVariant value(const LogEntry &entry, int column);

    const RunRecord *m_record = nullptr;
    std::uint64_t m_next = 0; ///< number of the next entry
    std::deque<Entry> m_entries;
    std::size_t m_bytes = 0; ///< of m_entries
    std::uint64_t m_missingLines = 0; ///< before m_entries
    LogEntry m_missingRow; ///< counts the missing lines
};

} // namespace poolscope
