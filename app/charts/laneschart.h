// SPDX-License-Identifier: GPL-3.0-or-later
// LanesChart: a chart of the workers over time, with a lane for each.
#pragma once

#include "charts/chart.h"
#include "charts/lanesplottable.h"

#include <memory>

namespace poolscope {

class LanesChart : public TimeChart {
    Q_OBJECT

public:
    explicit LanesChart(TimeView &view, QWidget *parent = nullptr);

    /// Whether the process that made a call has a lane, which is the last.
    bool hasParentLane() const { return parentTimes() != nullptr; }

    QString figure() const override;
    std::vector<Series> series() const override;
    void setSeriesVisible(std::size_t series, bool visible) override;
    void showIndex(std::optional<std::uint64_t> index) override;
    void setSelectionVisible(bool visible) override;
    /// Sets the iterations that are highlighted, or null for none.
    void setSelection(std::shared_ptr<const SelectedIterations> selection);

protected:
    void recordChanged() override;
    Taken takeNew(const Moment &moment, std::chrono::steady_clock::time_point until) override;
    QString textAt(const QPointF &position) const override;
    std::optional<std::uint64_t> indexAt(const QPointF &position) const override;
    void wheelEvent(QWheelEvent *event) override;

private:
    /// The times of the process that made a watched call. Null if none were recorded.
    const ParentTimes *parentTimes() const;
    QString parentText(const QPointF &position) const;
    struct LanePoint {
        WorkerId worker;
        std::uint64_t time;
    };
    std::optional<LanePoint> pointAt(const QPointF &position) const;
    /// The failure nearest to the position, within some pixels.
    std::optional<FailureMark> failureAt(const QPointF &position, WorkerId worker) const;
    QString inputLine(std::uint64_t index) const;
    QString openText(WorkerId worker, const OpenSpan &open) const;
    QString spanText(WorkerId worker, std::size_t position) const;
    QString columnText(const LanePoint &point) const;
    QString idleText(const LanePoint &point) const;
    std::uint64_t busyOutsidePauses(std::size_t worker) const;
    /// The time in which the worker could have been busy, in nanoseconds.
    std::uint64_t aliveOutsidePauses(std::size_t worker) const;
    bool showParent();
    void showNewLanes();
    void fitLanes();
    void keepLanesInView(const QCPRange &range);
    QCPRange allLanes() const;

    LanesPlottable *m_lanes;
    std::unique_ptr<RunHistory> m_history;
    std::unique_ptr<SpanFinder> m_finder;
    std::unique_ptr<TransferLanes> m_transfers; ///< null if they are not shown
    std::size_t m_lanesShown = 0;
    ParentTimes m_parentShown;
    std::uint64_t m_now = 0;
    TimeView::Run m_run = TimeView::Run::Running;
    bool m_hasAllMarks = false; ///< whether the last takeNew() read all marks
};

} // namespace poolscope
