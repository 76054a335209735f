// SPDX-License-Identifier: GPL-3.0-or-later
// RateChart: a chart of the iterations per second of the pool and of each worker, and of the mean.
#pragma once

#include "analysis/iterationcolumns.h"
#include "analysis/runhistory.h"
#include "charts/chart.h"

#include <deque>
#include <memory>

namespace poolscope {

class RateChart : public TimeChart {
    Q_OBJECT

public:
    /// `view` outlives this.
    explicit RateChart(TimeView &view, QWidget *parent = nullptr);

    void setTheme(const Theme &theme) override;
    QString figure() const override;
    std::vector<Series> series() const override;
    void setSeriesVisible(std::size_t series, bool visible) override;

    /// Iterations per second of the pool over the last second, or since a later first dispatch.
    double rateNow() const { return m_rateNow; }

protected:
    void recordChanged() override;
    Taken takeNew(const Moment &moment, std::chrono::steady_clock::time_point until) override;
    QString textAt(const QPointF &position) const override;

private:
    void addWorkers();
    void updateCurves();
    void fillGraph(QCPGraph *graph, const std::vector<double> &counts, TimeGrid grid,
        ColumnRange columns) const;
    void fillMean(const std::vector<double> &pool, TimeGrid grid, ColumnRange columns);
    void updateRateNow();
    void updateResizes();
    void updateScale();
    TimeGrid gridInView() const;
    /// The time up to which the counts are usually complete.
    std::uint64_t settledUntil() const;

    QCPGraph *m_pool;
    QCPGraph *m_mean;
    std::vector<QCPGraph *> m_workers;
    std::vector<QCPItemStraightLine *> m_resizes;
    std::deque<IterationColumns> m_iterations; ///< by worker
    std::unique_ptr<RunHistory> m_history;
    Moment m_moment;
    TimeGrid m_grid; ///< of the curves
    bool m_tookAll = false; ///< whether the last takeNew() read all
    bool m_curvesAreOld = false; ///< whether the view has moved since the last update
    double m_rateNow = 0;
    bool m_resizesVisible = true;
};

} // namespace poolscope
