// SPDX-License-Identifier: GPL-3.0-or-later
// LanesPlottable: draws a lane for each worker. A lane shows the busy share of each column, or
// single spans at close zoom. Failures are visible at any zoom.
//
// A span is the time in which a worker ran consecutive indices. The key axis is nanoseconds since
// the run's start, as are all times here. On the value axis the lane of worker n is centred at n.
// Setters do not redraw.
//
// For a call of a watched pool of processes, the lower part of a lane shows when the worker
// received chunks and sent results, and below all lanes there is one of the process that made the
// call.
#pragma once

#include "analysis/busycolumns.h"
#include "analysis/runhistory.h"
#include "analysis/selectediterations.h"
#include "analysis/spanfinder.h"
#include "analysis/transferlanes.h"
#include "charts/busyshades.h"
#include "charts/theme.h"
#include "events/origin.h"

#include <deque>
#include <memory>
#include <optional>
#include <qcustomplot.h>
#include <vector>

namespace poolscope {

class LanesPlottable : public QCPAbstractPlottable {
    Q_OBJECT

public:
    enum class Layer {
        Failures,
        Quarantined, ///< inputs that failed because workers died on them
        Resizes ///< changes of the number of workers
    };

    LanesPlottable(QCPAxis *keyAxis, QCPAxis *valueAxis);

    /// Sets the theme, which outlives this.
    void setTheme(const Theme *theme) { m_theme = theme; }
    /// Sets the data, or two nulls to draw nothing. Both must live until the next call, and may
    /// grow. Removes the outline, the highlight, the transfers and the parent.
    void setSource(const Timeline *timeline, const RunHistory *history);
    /// Sets the present time of the run, at which the lanes of living workers end.
    void setNow(std::uint64_t now) { m_now = now; }
    /// Sets the transfers of the workers, or null for none. They must live until the next call of
    /// this or of setSource(), which clears them.
    void setTransfers(const TransferLanes *transfers);
    /// Sets the times of the process that made the call, whose lane is then the last, or null for
    /// no such lane. They must live as long.
    void setParent(const ParentTimes *parent) { m_parent = parent; }
    void setLayerVisible(Layer layer, bool visible);
    bool isLayerVisible(Layer layer) const { return m_visible[static_cast<std::size_t>(layer)]; }
    /// Outlines this span, which must be in the timeline, or none.
    void setOutlined(std::optional<SpanPosition> span) { m_outlined = span; }
    /// Highlights these iterations and makes all others pale. Null draws all alike.
    void setSelection(std::shared_ptr<const SelectedIterations> selection);
    /// Shows or hides both the outline and the highlight.
    void setSelectionVisible(bool visible) { m_selectionVisible = visible; }

    /// The number of lanes, with that of the parent.
    std::size_t laneCount() const;
    /// Whether the lane of the parent is at a value coordinate.
    bool isParentAt(double value) const;
    /// The worker whose lane is at a value coordinate, if there is one.
    std::optional<WorkerId> workerAt(double value) const;
    /// The span of the worker at that time, as a position in its lane. Nothing if there is none.
    /// The timeline must have the worker, here and below.
    std::optional<std::size_t> spanAt(WorkerId worker, std::uint64_t time) const;
    /// The unfinished span of the worker at that time, if there is one.
    std::optional<OpenSpan> openSpanAt(WorkerId worker, std::uint64_t time) const;
    /// Whether the spans of the worker are drawn one by one in this view, rather than as columns.
    bool showsSpans(WorkerId worker) const;
    /// The grid of times whose columns are drawn, each a device pixel wide or more.
    TimeGrid gridAt(double pixelRatio) const;
    /// The same for the lane of the parent, which there must be. Its columns may be wider.
    TimeGrid parentGridAt(double pixelRatio) const;

    double selectTest(const QPointF &, bool, QVariant *) const override { return -1; }
    QCPRange getKeyRange(bool &found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const override;

protected:
    void draw(QCPPainter *painter) override;
    void drawLegendIcon(QCPPainter *painter, const QRectF &rect) const override;

private:
    struct View;
    struct Pause {
        std::uint64_t begin;
        std::uint64_t end;
    };
    struct StateInterval {
        std::uint64_t begin;
        std::uint64_t end;
        WorkerState state;
    };
    static constexpr Strength ordinary{};
    static constexpr Strength steppedBack{16, 60};
    static constexpr Strength standingOut{150, 255};

    std::vector<StateInterval> stateIntervalsOf(std::size_t lane) const;
    void drawTracks(QCPPainter *painter, const View &view) const;
    void drawBusy(QCPPainter *painter, const View &view);
    /// Draws `spans`, which are some or all spans of the lane.
    void drawLane(QCPPainter *painter, const View &view, std::size_t lane, const Lane &spans,
        BusyColumns &columns, Strength strength) const;
    struct Shades {
        QColor colour;
        Strength strength;
    };
    void drawColumns(QCPPainter *painter, const View &view, QRectF target, BusyColumns &busy,
        const Shades &shades) const;
    QRectF busyPart(const QRectF &rect, std::size_t lane) const;
    void drawSpans(QCPPainter *painter, const View &view, std::size_t lane, const Lane &spans,
        Strength strength) const;
    bool hasTransfers(std::size_t lane) const;
    void drawTransfers(QCPPainter *painter, const View &view, std::size_t lane);
    void drawParent(QCPPainter *painter, const View &view) const;
    std::uint64_t openEnd(const OpenSpan &open) const;
    void drawOpenSpan(QCPPainter *painter, const View &view, std::size_t lane) const;
    void drawIndices(QCPPainter *painter, const View &view, const QRectF &rect, const QString &text,
        const QColor &colour) const;
    void drawFailures(QCPPainter *painter, const View &view, std::size_t lane) const;
    void drawOutlined(QCPPainter *painter, const View &view) const;
    void drawPauses(QCPPainter *painter, const View &view) const;
    void drawPause(QCPPainter *painter, const View &view, const Pause &pause) const;
    void drawResizes(QCPPainter *painter, const View &view) const;

    const Theme *m_theme = nullptr;
    const Timeline *m_timeline = nullptr;
    const RunHistory *m_history = nullptr;
    const TransferLanes *m_transfers = nullptr;
    const ParentTimes *m_parent = nullptr;
    std::uint64_t m_now = 0;
    std::deque<BusyColumns> m_columns; ///< by lane
    std::deque<BusyColumns> m_transferColumns; ///< by lane
    std::array<bool, 3> m_visible{true, true, true};
    std::optional<SpanPosition> m_outlined;
    std::shared_ptr<const SelectedIterations> m_selection;
    std::deque<BusyColumns> m_selectedColumns; ///< by lane
    bool m_selectionVisible = true;
};

} // namespace poolscope
