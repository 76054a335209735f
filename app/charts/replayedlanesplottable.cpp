// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/replayedlanesplottable.h"

#include "charts/busyshades.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace poolscope {

namespace {

constexpr double leastLane = 2; // pixels that a lane needs to be drawn singly

} // namespace

/// The part of the replay that is drawn, and its place in the picture.
struct ReplayedLanesPlottable::View {
    QRectF clip;
    TimeGrid grid;
    ColumnRange columns;
    double left; ///< of the columns
    double right;
    double end; ///< of the run
    double laneTop; ///< of the first lane
    double laneHeight;
    std::size_t lanes;
};

ReplayedLanesPlottable::ReplayedLanesPlottable(QCPAxis *keyAxis, QCPAxis *valueAxis)
    : QCPAbstractPlottable(keyAxis, valueAxis)
{
}

void ReplayedLanesPlottable::setRun(std::shared_ptr<const ReplayedRun> run)
{
    m_columns.clear();
    m_run = std::move(run);
    if (!m_run)
        return;
    for (const auto &lane : m_run->lanes)
        m_columns.emplace_back(*lane);
}

QCPRange ReplayedLanesPlottable::getKeyRange(bool &found, QCP::SignDomain) const
{
    found = m_run != nullptr;
    return {0, found ? m_run->makespan : 1};
}

QCPRange ReplayedLanesPlottable::getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const
{
    found = m_run != nullptr;
    return {0.5, static_cast<double>(m_columns.size()) + 0.5};
}

void ReplayedLanesPlottable::draw(QCPPainter *painter)
{
    if (!m_run || !m_theme || m_columns.empty() || m_run->makespan <= 0)
        return;
    const QRectF clip(mKeyAxis->axisRect()->rect());
    const double pixels = std::max(1.0, clip.width() * painter->deviceTransform().m11());
    const TimeGrid grid = gridFor(mKeyAxis->range().size() / pixels);
    const auto end = static_cast<std::uint64_t>(m_run->makespan);
    const ColumnRange columns{0, grid.columnAt(std::max<std::uint64_t>(end, 1) - 1) + 1};
    const View view{clip, grid, columns, mKeyAxis->coordToPixel(0),
        mKeyAxis->coordToPixel(static_cast<double>(grid.beginOf(columns.end()))),
        mKeyAxis->coordToPixel(m_run->makespan), mValueAxis->coordToPixel(0.5),
        std::abs(mValueAxis->coordToPixel(1) - mValueAxis->coordToPixel(0)), m_columns.size()};
    painter->setPen(Qt::NoPen);
    painter->setAntialiasing(false);
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (view.laneHeight >= leastLane) {
        for (std::size_t lane = 0; lane < view.lanes; ++lane)
            drawLane(painter, view, lane);
        return;
    }
    painter->fillRect(
        QRectF(QPointF(view.left, clip.top()), QPointF(view.end, clip.bottom())), m_theme->track);
    for (double top = clip.top(); top < clip.bottom(); top += leastLane)
        drawRow(painter, view, top, std::min(leastLane, clip.bottom() - top));
}

void ReplayedLanesPlottable::drawLane(QCPPainter *painter, const View &view, std::size_t lane)
{
    const double gap = view.laneHeight > 24 ? 4 : view.laneHeight > 5 ? 1 : 0;
    const double top = view.laneTop + static_cast<double>(lane) * view.laneHeight + gap / 2;
    const double height = view.laneHeight - gap;
    painter->fillRect(QRectF(view.left, top, view.end - view.left, height), m_theme->track);
    drawShares(painter, QRectF(view.left, top, view.right - view.left, height),
        m_columns[lane].shares(view.grid, view.columns), m_theme->worker(workerOf(lane)));
}

/// Draws the mean of several lanes as one row of the picture.
void ReplayedLanesPlottable::drawRow(
    QCPPainter *painter, const View &view, double top, double height)
{
    const auto laneAt = [&](double y) {
        const double lane = std::max(0.0, (y - view.laneTop) / view.laneHeight);
        return std::min(static_cast<std::size_t>(lane), view.lanes);
    };
    const std::size_t first = std::min(laneAt(top), view.lanes - 1);
    const std::size_t end = std::max(laneAt(top + height), first + 1);
    std::vector<float> shares(view.columns.count);
    for (std::size_t lane = first; lane < end; ++lane) {
        const std::span<const float> its = m_columns[lane].shares(view.grid, view.columns);
        for (std::size_t column = 0; column < its.size(); ++column)
            shares[column] += its[column] / static_cast<float>(end - first);
    }
    drawShares(painter, QRectF(view.left, top, view.right - view.left, height), shares,
        m_theme->worker(WorkerId{1}));
}

void ReplayedLanesPlottable::drawLegendIcon(QCPPainter *painter, const QRectF &rect) const
{
    painter->fillRect(rect, m_theme->worker(WorkerId{1}));
}

} // namespace poolscope
