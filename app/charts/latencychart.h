// SPDX-License-Identifier: GPL-3.0-or-later
// LatencyChart: a histogram of how long iterations took. A bar counts the iterations of all workers
// whose durations are in its range, and each worker has a line. A click on a bar selects these
// iterations.
#pragma once

#include "analysis/latency.h"
#include "charts/chart.h"
#include "charts/durationplottable.h"
#include "charts/pacedpass.h"

#include <memory>

namespace poolscope {

class LatencyChart : public Chart {
    Q_OBJECT

public:
    explicit LatencyChart(QWidget *parent = nullptr);

    void setTheme(const Theme &theme) override;
    QString figure() const override;
    QString shortFigure() const override;
    std::vector<Series> series() const override;
    void setSeriesVisible(std::size_t series, bool visible) override;
    void fit() override;
    void setSelectionVisible(bool visible) override;

    /// Marks the bars of this range, or none, without a signal.
    void setSelected(const std::optional<DurationRange> &range);
    /// The slowest iterations, slowest first. Empty while there is no run.
    std::vector<Latency::Slow> slowest() const;

signals:
    /// The user selects the iterations of this range, or none.
    void rangePicked(const std::optional<poolscope::DurationRange> &range);
    /// The run has ended, and all of it is shown.
    void completed();

protected:
    void recordChanged() override;
    Taken takeNew(const Moment &moment, std::chrono::steady_clock::time_point until) override;
    QString textAt(const QPointF &position) const override;
    bool canBeClicked(const QPointF &position) const override;
    void clicked(const QPointF &position) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void addWorkers();
    void fill();
    void fillWorker(std::size_t worker);
    void styleWorkers();
    void fitAxes();
    int barsOfDoubling() const;
    std::vector<DurationPlottable::Mark> marks() const;
    QString axisText() const;
    void selectNextBar(int step);

    DurationPlottable *m_plottable;
    std::vector<QCPGraph *> m_workers;
    std::unique_ptr<Latency> m_latency;
    int m_barsOfDoubling = 1;
    std::optional<DurationRange> m_selected;
    PacedPass m_pass;
};

} // namespace poolscope
