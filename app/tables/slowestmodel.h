// SPDX-License-Identifier: GPL-3.0-or-later
// SlowestModel: the iterations of a run that took longest, the longest first.
//
// A row is a span. If the span has several iterations, the row stands for all of them, with their
// mean duration.
#pragma once

#include "analysis/latency.h"
#include "record/runrecord.h"

#include <QAbstractTableModel>
#include <cstdint>
#include <vector>

namespace poolscope {

class SlowestModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Index, Input, Duration, Worker };

    using QAbstractTableModel::QAbstractTableModel;

    /// Sets the record, which has inputs and outlives the model or the next call. The list is empty
    /// if it is null.
    void setRecord(const RunRecord *record);
    void setSlowest(const std::vector<Latency::Slow> &slowest);

    /// The first index of a row.
    std::uint64_t indexAt(int row) const { return slow(row).indices.first; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    const Latency::Slow &slow(int row) const { return m_slowest[static_cast<std::size_t>(row)]; }
    QString cell(int row, int column) const;
    std::string inputText(int row) const;
    QString toolTip(int row, int column) const;

    const RunRecord *m_record = nullptr;
    std::vector<Latency::Slow> m_slowest;
};

} // namespace poolscope
