// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/durationplottable.h"

#include "charts/axisticker.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr double leastHeight = 3; // pixels, so that a single iteration among millions is visible
constexpr double reachOfBar = 14; // pixels above the axis in which a low bar is found
constexpr int slant = 5; // pixels between a line's end and its name
constexpr double gapOfNames = 10;

/// Moves places as little as necessary, so that they do not overlap and are within the ends.
void spread(std::vector<QRectF> &places, double left, double right)
{
    double from = left;
    for (QRectF &place : places) {
        place.moveLeft(std::max(place.left(), from));
        from = place.right() + gapOfNames;
    }
    double to = right;
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
        place->moveRight(std::min(place->right(), to));
        to = place->left() - gapOfNames;
    }
}

} // namespace

DurationPlottable::DurationPlottable(QCPAxis *keyAxis, QCPAxis *valueAxis)
    : QCPAbstractPlottable(keyAxis, valueAxis)
{
}

int DurationPlottable::heightOfNames(const QFontMetrics &metrics)
{
    return metrics.height() + slant;
}

void DurationPlottable::setBars(std::vector<Bar> bars, std::vector<Mark> marks)
{
    m_bars = std::move(bars);
    m_marks = std::move(marks);
    m_iterations = 0;
    for (const Bar &bar : m_bars)
        m_iterations += static_cast<double>(bar.iterations);
}

double DurationPlottable::percentOf(const Bar &bar) const
{
    return m_iterations > 0 ? 100 * static_cast<double>(bar.iterations) / m_iterations : 0;
}

const DurationPlottable::Bar *DurationPlottable::columnAt(const QPointF &position) const
{
    const double duration = mKeyAxis->pixelToCoord(position.x());
    for (const Bar &bar : m_bars) {
        if (bar.iterations > 0 && bar.range.contains(duration))
            return &bar;
    }
    return nullptr;
}

const DurationPlottable::Bar *DurationPlottable::barAt(const QPointF &position) const
{
    const Bar *bar = columnAt(position);
    if (!bar)
        return nullptr;
    const QRectF rect = rectOf(*bar);
    const double top = std::min(rect.top(), rect.bottom() - reachOfBar);
    return position.y() >= top && position.y() <= rect.bottom() ? bar : nullptr;
}

QRectF DurationPlottable::rectOf(const Bar &bar) const
{
    const double first = mKeyAxis->range().lower;
    const double left = mKeyAxis->coordToPixel(std::max(bar.range.from, first));
    const double right = mKeyAxis->coordToPixel(std::max(bar.range.to, first));
    const double bottom = mValueAxis->coordToPixel(0);
    const double top = std::min(mValueAxis->coordToPixel(percentOf(bar)), bottom - leastHeight);
    const double gap = right - left > 4 ? 1 : 0;
    return {QPointF(left, top), QPointF(std::max(right - gap, left + 1), bottom)};
}

bool DurationPlottable::isSelected(const Bar &bar) const
{
    return m_selected && m_selectionVisible && bar.range.from < m_selected->to
        && bar.range.to > m_selected->from;
}

QCPRange DurationPlottable::getKeyRange(bool &found, QCP::SignDomain) const
{
    found = !m_bars.empty();
    return found ? QCPRange(m_bars.front().range.from, m_bars.back().range.to) : QCPRange();
}

QCPRange DurationPlottable::getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const
{
    found = !m_bars.empty();
    double highest = 0;
    for (const Bar &bar : m_bars)
        highest = std::max(highest, percentOf(bar));
    return {0, highest};
}

void DurationPlottable::draw(QCPPainter *painter)
{
    if (!m_theme || m_bars.empty())
        return;
    painter->setAntialiasing(false);
    if (m_barsVisible)
        drawBars(painter);
    if (m_marksVisible)
        drawMarks(painter);
}

void DurationPlottable::drawBars(QCPPainter *painter) const
{
    for (const Bar &bar : m_bars) {
        if (bar.iterations > 0)
            painter->fillRect(rectOf(bar), isSelected(bar) ? m_theme->accent : m_theme->starting);
    }
}

/// Draws the marks. Names that would overlap are moved aside, and connected by a slanting line.
void DurationPlottable::drawMarks(QCPPainter *painter) const
{
    const QRectF plot(mKeyAxis->axisRect()->rect());
    const QFontMetricsF metrics(painter->font());
    std::vector<QRectF> names;
    for (const Mark &mark : m_marks) {
        const double width = metrics.horizontalAdvance(mark.name);
        const double x = mKeyAxis->coordToPixel(mark.duration);
        names.emplace_back(
            x - width / 2, plot.top() - slant - metrics.height(), width, metrics.height());
    }
    spread(names, mKeyAxis->axisRect()->outerRect().left() + 2,
        mKeyAxis->axisRect()->outerRect().right() - 2);
    for (std::size_t i = 0; i < m_marks.size(); ++i) {
        const double x = std::round(mKeyAxis->coordToPixel(m_marks[i].duration));
        painter->setPen(QPen(m_theme->text, 1, m_marks[i].style));
        painter->drawLine(QLineF(x, plot.top(), x, plot.bottom()));
        painter->save();
        painter->setClipping(false); // names are above the plot
        painter->setPen(QPen(m_theme->muted, 1));
        painter->drawLine(QLineF(x, plot.top(), names[i].center().x(), names[i].bottom()));
        painter->setPen(m_theme->text);
        painter->drawText(names[i], Qt::AlignCenter, m_marks[i].name);
        painter->restore();
    }
}

void DurationPlottable::drawLegendIcon(QCPPainter *painter, const QRectF &rect) const
{
    painter->fillRect(rect, m_theme->starting);
}

} // namespace poolscope
