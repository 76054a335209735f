// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/completionplottable.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr double cellSize = 2; // pixels, so that a thin line is visible
constexpr double tickWidth = 1;
constexpr double tickHeight = 9;
constexpr double tickEdge = 1; // separates a tick from any other colour
constexpr float leastStrength = 0.75F; // a single iteration among many is visible

std::uint64_t wholeAtLeastZero(double coordinate)
{
    return coordinate > 0 ? static_cast<std::uint64_t>(coordinate) : 0;
}

} // namespace

CompletionPlottable::CompletionPlottable(QCPAxis *rankAxis, QCPAxis *indexAxis)
    : QCPAbstractPlottable(rankAxis, indexAxis)
{
}

void CompletionPlottable::setTheme(const Theme *theme)
{
    m_theme = theme;
    startOver(m_frame);
}

void CompletionPlottable::setSource(
    const CompletionOrder *order, const std::set<std::uint64_t> *failed)
{
    m_order = order;
    m_failed = failed;
    m_frame = {};
    startOver({});
    m_imageBefore = {};
}

QCPRange CompletionPlottable::getKeyRange(bool &found, QCP::SignDomain) const
{
    found = m_order && m_order->ranked() > 0;
    return {0, found ? static_cast<double>(m_order->ranked()) : 1};
}

QCPRange CompletionPlottable::getValueRange(
    bool &found, QCP::SignDomain domain, const QCPRange &) const
{
    return getKeyRange(found, domain);
}

CompletionPlottable::Frame CompletionPlottable::frameInView() const
{
    const QCPRange ranks = mKeyAxis->range();
    const QCPRange indices = mValueAxis->range();
    Frame frame;
    frame.rank = wholeAtLeastZero(ranks.lower);
    frame.ranks = wholeAtLeastZero(std::ceil(ranks.upper)) - frame.rank;
    frame.index = wholeAtLeastZero(indices.lower);
    frame.indices = wholeAtLeastZero(std::ceil(indices.upper)) - frame.index;
    const auto cells = [](double pixels, std::uint64_t most) {
        return static_cast<int>(std::clamp<double>(
            pixels / cellSize, 1, std::max<double>(1, static_cast<double>(most))));
    };
    frame.columns = cells(mKeyAxis->axisRect()->width(), frame.ranks);
    frame.rows = cells(mKeyAxis->axisRect()->height(), frame.indices);
    return frame;
}

void CompletionPlottable::startOver(const Frame &frame)
{
    if (!m_image.isNull() && m_counted > m_frame.rank) {
        m_imageBefore = m_image;
        m_shownBefore = m_frame;
    }
    m_frame = frame;
    m_counted = frame.rank;
    m_cells.assign(
        static_cast<std::size_t>(frame.columns) * static_cast<std::size_t>(frame.rows), {});
    m_withFailures.clear();
    m_image = QImage(
        std::max(frame.columns, 1), std::max(frame.rows, 1), QImage::Format_ARGB32_Premultiplied);
    m_image.fill(Qt::transparent);
}

bool CompletionPlottable::isBehind() const
{
    return m_order
        && (frameInView() != m_frame || !m_imageBefore.isNull()
            || m_counted < std::min(m_order->ranked(), m_frame.rank + m_frame.ranks));
}

CompletionPlottable::Left CompletionPlottable::work(std::chrono::steady_clock::time_point until)
{
    if (!m_order)
        return Left::Nothing;
    if (const Frame frame = frameInView(); frame != m_frame)
        startOver(frame);
    const std::uint64_t end = std::min(m_order->ranked(), m_frame.rank + m_frame.ranks);
    while (m_counted < end && std::chrono::steady_clock::now() < until) {
        const std::uint64_t to = std::min(end, m_order->endOfBlock(m_counted));
        std::uint64_t reached = m_counted;
        // Ranges are added whole, since a span may have more ranks than are left until `to`.
        m_order->forEach(m_counted, to, [&](const CompletionOrder::RankedRange &range) {
            add(range);
            reached = std::max(reached, range.rank + range.indices.count);
        });
        m_counted = reached;
    }
    if (m_counted < end)
        return Left::More;
    m_imageBefore = {};
    return Left::Nothing;
}

void CompletionPlottable::add(const CompletionOrder::RankedRange &range)
{
    const std::uint64_t begin = std::max(range.rank, std::max(m_counted, m_frame.rank));
    const std::uint64_t end =
        std::min(range.rank + range.indices.count, m_frame.rank + m_frame.ranks);
    const auto columns = static_cast<std::uint64_t>(m_frame.columns);
    for (std::uint64_t rank = begin; rank < end;) {
        const std::uint64_t column = (rank - m_frame.rank) * columns / m_frame.ranks;
        const std::uint64_t next =
            m_frame.rank + ((column + 1) * m_frame.ranks + columns - 1) / columns;
        const std::uint64_t to = std::min(next, end);
        addRow(static_cast<int>(column), {range.indices.first + rank - range.rank, to - rank},
            range.worker);
        rank = to;
    }
}

/// Counts consecutive indices that finished within one column.
void CompletionPlottable::addRow(int column, const IndexRange &indices, WorkerId worker)
{
    const std::uint64_t begin = std::max(indices.first, m_frame.index);
    const std::uint64_t end = std::min(indices.end(), m_frame.index + m_frame.indices);
    const auto rows = static_cast<std::uint64_t>(m_frame.rows);
    for (std::uint64_t index = begin; index < end;) {
        const std::uint64_t row = (index - m_frame.index) * rows / m_frame.indices;
        const std::uint64_t next = m_frame.index + ((row + 1) * m_frame.indices + rows - 1) / rows;
        const std::uint64_t to = std::min(next, end);
        const std::size_t position =
            row * static_cast<std::size_t>(m_frame.columns) + static_cast<std::size_t>(column);
        Cell &cell = m_cells[position];
        cell.worker = cell.count == 0 || cell.worker == worker ? worker : several;
        cell.count += static_cast<float>(to - index);
        if (const std::uint64_t failed = failuresIn({index, to - index}); failed > 0) {
            cell.failed += static_cast<float>(failed);
            m_withFailures.insert(position);
        }
        paintCell(column, static_cast<int>(row));
        index = to;
    }
}

std::uint64_t CompletionPlottable::failuresIn(const IndexRange &indices) const
{
    std::uint64_t count = 0;
    for (auto failed = m_failed->lower_bound(indices.first);
         failed != m_failed->end() && *failed < indices.end(); ++failed)
        ++count;
    return count;
}

void CompletionPlottable::paintCell(int column, int row)
{
    const Cell &cell =
        m_cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(m_frame.columns)
            + static_cast<std::size_t>(column)];
    QColor colour;
    if (m_failuresVisible && cell.failed >= cell.count) {
        colour = m_theme->failure;
    } else {
        const float inColumn =
            static_cast<float>(m_frame.ranks) / static_cast<float>(m_frame.columns);
        const float strength =
            leastStrength + (1 - leastStrength) * std::min(1.0F, cell.count / inColumn);
        // A mix of their colours would not be in the legend.
        colour = cell.worker == several ? m_theme->text : m_theme->worker(cell.worker);
        colour.setAlphaF(strength);
    }
    auto *line = reinterpret_cast<QRgb *>(m_image.scanLine(m_frame.rows - 1 - row));
    line[column] = qPremultiply(colour.rgba());
}

QRectF CompletionPlottable::placeOf(const Frame &frame) const
{
    const auto x = [&](std::uint64_t rank) {
        return mKeyAxis->coordToPixel(static_cast<double>(rank));
    };
    const auto y = [&](std::uint64_t index) {
        return mValueAxis->coordToPixel(static_cast<double>(index));
    };
    return {QPointF(x(frame.rank), y(frame.index + frame.indices)),
        QPointF(x(frame.rank + frame.ranks), y(frame.index))};
}

/// Draws thin and tall ticks, so that a failure among many is visible and hides few others.
void CompletionPlottable::drawTicks(QPainter *painter) const
{
    const QRectF place = placeOf(m_frame);
    const double width = place.width() / m_frame.columns;
    const double height = place.height() / m_frame.rows;
    const auto columns = static_cast<std::size_t>(m_frame.columns);
    std::vector<QRectF> ticks;
    for (const std::size_t position : m_withFailures) {
        if (m_cells[position].failed >= m_cells[position].count && height >= tickHeight)
            continue; // the cell itself is visible
        const QPointF middle(place.left() + (static_cast<double>(position % columns) + 0.5) * width,
            place.bottom() - (static_cast<double>(position / columns) + 0.5) * height);
        ticks.emplace_back(
            middle.x() - tickWidth / 2, middle.y() - tickHeight / 2, tickWidth, tickHeight);
    }
    for (const QRectF &tick : ticks)
        painter->fillRect(tick.adjusted(-tickEdge, 0, tickEdge, 0), m_theme->surface);
    for (const QRectF &tick : ticks)
        painter->fillRect(tick, m_theme->failure);
}

void CompletionPlottable::draw(QCPPainter *painter)
{
    if (!m_order || !m_theme)
        return;
    painter->setAntialiasing(false); // it would shift the picture by half a pixel
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (!m_imageBefore.isNull())
        painter->drawImage(placeOf(m_shownBefore), m_imageBefore, QRectF(m_imageBefore.rect()));
    else if (m_frame.columns > 0)
        painter->drawImage(placeOf(m_frame), m_image, QRectF(m_image.rect()));
    if (m_imageBefore.isNull() && m_failuresVisible)
        drawTicks(painter);
    if (!m_selected || !m_selectionVisible)
        return;
    const double y = mValueAxis->coordToPixel(static_cast<double>(*m_selected) + 0.5);
    painter->setPen(QPen(m_theme->text, 1));
    painter->drawLine(QLineF(clipRect().left(), y, clipRect().right(), y));
}

} // namespace poolscope
