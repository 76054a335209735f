// SPDX-License-Identifier: GPL-3.0-or-later
// WorkersModel: the workers of a run, one row each, in the order of their numbers.
#pragma once

#include "record/runrecord.h"
#include "tables/recentrate.h"

#include <QAbstractTableModel>
#include <QColor>
#include <functional>
#include <optional>
#include <vector>

namespace poolscope {

class WorkersModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column {
        Worker,
        Process,
        Host,
        State,
        OnInput,
        For,
        Iterations,
        Rate,
        Cpu,
        Memory,
        Restarts
    };
    /// The value by which a column is sorted. Unknown figures have no value.
    static constexpr int sortRole = Qt::UserRole;

    using ColourOf = std::function<QColor(WorkerId)>;
    explicit WorkersModel(ColourOf colourOf, QObject *parent = nullptr);

    /// Sets the record, which outlives the model or the next call. No rows if it is null.
    void setRecord(const RunRecord *record);
    /// Reads the record at `now`, in nanoseconds since the run's start. New workers appear at once,
    /// new figures every 500 ms and when the run is over.
    void update(std::uint64_t now);

    /// Whether all workers run on one host, as far as known.
    bool isOnOneHost() const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    /// The figures of a row.
    struct Figures {
        std::uint32_t pid = 0;
        QString host;
        WorkerState state = WorkerState::Starting;
        bool works = false;
        OpenSpan open; ///< the iteration that the worker is on
        std::uint64_t iterations = 0;
        std::optional<double> rate; ///< per second
        std::optional<double> cpu; ///< percent of a core
        std::uint64_t wholeCpu = 0; ///< nanoseconds
        std::uint64_t maxRss = 0;
        std::uint32_t restarts = 0;
        bool operator==(const Figures &) const = default;
    };
    struct Row {
        Figures figures;
        RecentRate iterations;
        RecentRate cpu;
    };

    void appendNewWorkers(std::uint64_t now);
    bool isTimeToRefresh(std::uint64_t now) const;
    void refresh(std::uint64_t now);
    std::optional<double> meanRate(std::uint64_t iterations) const;
    Figures measure(Row &row, const WorkerRecord &worker, std::uint64_t now) const;
    void emitChanged(int first, int end);
    static QString stateText(const Figures &figures);
    static QString inputText(const OpenSpan &open);
    QString text(int row, int column) const;
    QVariant raw(int row, int column) const;
    QVariant swatch(int row) const;

    ColourOf m_colourOf;
    const RunRecord *m_record = nullptr;
    std::vector<Row> m_rows;
    std::uint64_t m_lastUpdate = 0;
    std::uint64_t m_lastRefresh = 0;
};

} // namespace poolscope
