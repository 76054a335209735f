// SPDX-License-Identifier: GPL-3.0-or-later
// LogModel: the last lines of a run's log.
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
    /// Takes in what came since the last call, of much only a part: call it again.
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
    void makeRoomFor(int count);
    const LogEntry &entry(int row) const { return m_entries[static_cast<std::size_t>(row)]; }
    static QString text(const LogEntry &entry, int column);
    static QVariant value(const LogEntry &entry, int column);

    const RunRecord *m_record = nullptr;
    std::uint64_t m_next = 0; ///< number of the entry to come
    std::deque<LogEntry> m_entries;
};

} // namespace poolscope
