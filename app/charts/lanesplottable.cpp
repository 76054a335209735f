// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/lanesplottable.h"

#include "charts/causecolours.h"
#include "charts/figuretext.h"
#include "charts/legendmarker.h"
#include "charts/resizes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace poolscope {

namespace {

constexpr double widthOfShownSpan = 3; // pixels that a span must have on average to be drawn singly
constexpr double pauseHatching = 7; // pixels between lines
constexpr double openHatching = 5;
constexpr double laneTickWidth = 3;
constexpr double laneTickEdge = 1; // separates a tick from any worker's colour

std::uint64_t toTime(double coordinate)
{
    return coordinate > 0 ? static_cast<std::uint64_t>(coordinate) : 0;
}

QString indicesText(std::uint64_t first, std::uint64_t count)
{
    return count == 1 ? figureText(Count{first})
                      : QStringLiteral("%1\u2013%2")
                            .arg(figureText(Count{first}), figureText(Count{first + count - 1}));
}

QColor textOn(const QColor &background)
{
    return qGray(background.rgb()) > 140 ? QColor(0xff10161c) : QColor(Qt::white);
}

} // namespace

/// The part of the record that is drawn, and its place in the picture.
struct LanesPlottable::View {
    const QCPAxis *keyAxis;
    const QCPAxis *valueAxis;
    QRectF clip;
    std::uint64_t begin; ///< the first nanosecond in view
    std::uint64_t end;
    double pixelRatio;

    double x(std::uint64_t time) const { return keyAxis->coordToPixel(static_cast<double>(time)); }
    /// The rectangle from `from` to `to` in a lane, cut to the visible part.
    QRectF rect(std::size_t lane, std::uint64_t from, std::uint64_t to) const
    {
        const auto middle = static_cast<double>(lane + 1);
        const double height = std::abs(valueAxis->coordToPixel(1) - valueAxis->coordToPixel(0));
        const double gap = height > 24 ? 4 : height > 6 ? 1 : 0;
        const double top = valueAxis->coordToPixel(middle - 0.5) + gap / 2;
        const double left = std::max(x(from), clip.left() - 2);
        const double right = std::min(x(to), clip.right() + 2);
        return {left, top, std::max(right - left, 0.0), height - gap};
    }
    /// The columns of a grid that are in view, up to a time.
    ColumnRange columnsOf(TimeGrid grid, std::uint64_t until) const
    {
        const std::uint64_t last = std::min(end, until + grid.width());
        const std::uint64_t first = grid.columnAt(begin);
        return {first, last > begin ? grid.columnAt(last - 1) + 1 - first : 0};
    }
    /// Calls visit(span) for each span of a lane that is in view.
    template <typename Visit> void forEachSpan(const Lane &lane, Visit visit) const
    {
        const std::size_t before = lane.countBefore(begin);
        lane.forEach(before > 0 ? before - 1 : 0, lane.countBefore(end), [&](const Span &span) {
            if (span.begin + span.duration >= begin)
                visit(span);
        });
    }
};

namespace {

constexpr double lowestDivided = 8; // pixels of a lane that is divided
constexpr double shareOfTransfers = 0.3; // of the height of a lane

QRectF upperPart(const QRectF &lane)
{
    return lane.height() < lowestDivided
        ? lane
        : lane.adjusted(0, 0, 0, -shareOfTransfers * lane.height());
}

QRectF lowerPart(const QRectF &lane)
{
    return lane.adjusted(0, (1 - shareOfTransfers) * lane.height(), 0, 0);
}

} // namespace

LanesPlottable::LanesPlottable(QCPAxis *keyAxis, QCPAxis *valueAxis)
    : QCPAbstractPlottable(keyAxis, valueAxis)
{
}

void LanesPlottable::setSource(const Timeline *timeline, const RunHistory *history)
{
    m_timeline = timeline;
    m_history = history;
    m_columns.clear();
    setTransfers(nullptr);
    m_parent = nullptr;
    m_outlined.reset();
    setSelection(nullptr);
    m_now = 0;
}

void LanesPlottable::setTransfers(const TransferLanes *transfers)
{
    m_transfers = transfers;
    m_transferColumns.clear();
}

std::size_t LanesPlottable::laneCount() const
{
    return m_timeline ? m_timeline->workerCount() + (m_parent ? 1 : 0) : 0;
}

bool LanesPlottable::isParentAt(double value) const
{
    const auto lane = static_cast<double>(laneCount());
    return m_parent && value >= lane - 0.5 && value < lane + 0.5;
}

void LanesPlottable::setSelection(std::shared_ptr<const SelectedIterations> selection)
{
    m_selectedColumns.clear();
    m_selection = std::move(selection);
    if (!m_selection)
        return;
    for (const auto &lane : m_selection->lanes())
        m_selectedColumns.emplace_back(*lane);
}

void LanesPlottable::setLayerVisible(Layer layer, bool visible)
{
    m_visible[static_cast<std::size_t>(layer)] = visible;
}

std::optional<WorkerId> LanesPlottable::workerAt(double value) const
{
    const double lane = std::floor(value - 0.5);
    if (!m_timeline || lane < 0 || lane >= static_cast<double>(m_timeline->workerCount()))
        return std::nullopt;
    return workerOf(static_cast<std::size_t>(lane));
}

std::optional<std::size_t> LanesPlottable::spanAt(WorkerId worker, std::uint64_t time) const
{
    const Lane &spans = m_timeline->worker(worker).lane();
    const std::size_t count = spans.countBefore(time + 1);
    if (count == 0)
        return std::nullopt;
    const Span span = spans.span(count - 1);
    return time < span.begin + span.duration ? std::optional(count - 1) : std::nullopt;
}

std::optional<OpenSpan> LanesPlottable::openSpanAt(WorkerId worker, std::uint64_t time) const
{
    const OpenSpan open = m_timeline->worker(worker).openSpan();
    const bool isOn = open.count > 0 && time >= open.begin && time <= openEnd(open);
    return isOn ? std::optional(open) : std::nullopt;
}

/// Returns the present time, or the time when the span was last seen if the run was stopped.
std::uint64_t LanesPlottable::openEnd(const OpenSpan &open) const
{
    return m_timeline->stopped() > 0 ? open.seen : std::max(open.seen, m_now);
}

TimeGrid LanesPlottable::gridAt(double pixelRatio) const
{
    const QCPRange range = mKeyAxis->range();
    const double pixels = std::max(1.0, mKeyAxis->axisRect()->width() * pixelRatio);
    return gridFor(range.size() / pixels);
}

TimeGrid LanesPlottable::parentGridAt(double pixelRatio) const
{
    return {std::max(gridAt(pixelRatio).level, m_parent->grid().level)};
}

QCPRange LanesPlottable::getKeyRange(bool &found, QCP::SignDomain) const
{
    found = m_now > 0;
    return {0, static_cast<double>(m_now)};
}

QCPRange LanesPlottable::getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const
{
    found = laneCount() > 0;
    return {0.5, found ? static_cast<double>(laneCount()) + 0.5 : 1.5};
}

void LanesPlottable::draw(QCPPainter *painter)
{
    if (!m_timeline || !m_theme)
        return;
    const QCPRange range = mKeyAxis->range();
    const View view{mKeyAxis.data(), mValueAxis.data(), QRectF(mKeyAxis->axisRect()->rect()),
        toTime(range.lower), toTime(range.upper) + 1, painter->deviceTransform().m11()};
    painter->setPen(Qt::NoPen);
    painter->setAntialiasing(false);
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    drawTracks(painter, view);
    drawPauses(painter, view);
    drawBusy(painter, view);
    if (m_parent)
        drawParent(painter, view);
    for (std::size_t lane = 0; lane < m_history->workerCount(); ++lane)
        drawFailures(painter, view, lane);
    drawOutlined(painter, view);
    if (isLayerVisible(Layer::Resizes))
        drawResizes(painter, view);
}

/// Returns the states of a lane's worker as intervals, without those that have no process.
std::vector<LanesPlottable::StateInterval> LanesPlottable::stateIntervalsOf(std::size_t lane) const
{
    std::vector<StateInterval> intervals;
    if (lane >= m_history->workerCount())
        return intervals;
    const auto &states = m_history->worker(lane).states;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const WorkerState state = states[i].value;
        const std::uint64_t end = i + 1 < states.size() ? states[i + 1].time : m_now;
        if (state != WorkerState::Dead && state != WorkerState::Gone && end > states[i].time)
            intervals.push_back({states[i].time, end, state});
    }
    return intervals;
}

void LanesPlottable::drawTracks(QCPPainter *painter, const View &view) const
{
    for (std::size_t lane = 0; lane < m_timeline->workerCount(); ++lane) {
        for (const StateInterval &interval : stateIntervalsOf(lane)) {
            if (interval.end < view.begin || interval.begin > view.end)
                continue;
            painter->fillRect(view.rect(lane, interval.begin, interval.end),
                interval.state == WorkerState::Starting ? m_theme->starting : m_theme->track);
        }
    }
}

void LanesPlottable::drawBusy(QCPPainter *painter, const View &view)
{
    const std::size_t lanes = m_timeline->workerCount();
    while (m_columns.size() < lanes)
        m_columns.emplace_back(m_timeline->worker(m_columns.size()).lane());
    const bool hasSelection = m_selection && m_selectionVisible;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const QRectF rect = view.rect(lane, 0, 0);
        if (rect.bottom() < view.clip.top() || rect.top() > view.clip.bottom())
            continue;
        drawLane(painter, view, lane, m_timeline->worker(lane).lane(), m_columns[lane],
            hasSelection ? steppedBack : ordinary);
        if (hasSelection && lane < m_selection->lanes().size())
            drawLane(painter, view, lane, *m_selection->lanes()[lane], m_selectedColumns[lane],
                standingOut);
        drawOpenSpan(painter, view, lane);
        if (hasTransfers(lane) && rect.height() >= lowestDivided)
            drawTransfers(painter, view, lane);
    }
}

bool LanesPlottable::hasTransfers(std::size_t lane) const
{
    return m_transfers && lane < m_transfers->workerCount();
}

void LanesPlottable::drawTransfers(QCPPainter *painter, const View &view, std::size_t lane)
{
    while (m_transferColumns.size() <= lane)
        m_transferColumns.emplace_back(m_transfers->lane(m_transferColumns.size()));
    const QColor colour = causeColour(*m_theme, Cause::TransferIn);
    if (!showsSpans(workerOf(lane))) {
        drawColumns(painter, view, lowerPart(view.rect(lane, 0, 0)), m_transferColumns[lane],
            {colour, ordinary});
        return;
    }
    view.forEachSpan(m_transfers->lane(lane), [&](const Span &span) {
        QRectF rect = lowerPart(view.rect(lane, span.begin, span.begin + span.duration));
        rect.setWidth(std::max(rect.width(), 1.0));
        painter->fillRect(rect, colour);
    });
}

/// Draws a row for each activity of the parent, with its share of each column.
void LanesPlottable::drawParent(QCPPainter *painter, const View &view) const
{
    const std::size_t lane = m_timeline->workerCount();
    painter->fillRect(view.rect(lane, 0, m_now), m_theme->track);
    const TimeGrid grid = parentGridAt(view.pixelRatio);
    const ColumnRange columns = view.columnsOf(grid, m_now);
    const std::vector<ParentActivity> activities = m_parent->activities();
    // Each column is cut to the view, since it may be far wider.
    for (std::uint64_t column = columns.first; column < columns.end(); ++column) {
        const std::uint64_t begin = grid.beginOf(column);
        QRectF row = view.rect(lane, begin, grid.beginOf(column + 1));
        row.setHeight(
            row.height() / static_cast<double>(std::max<std::size_t>(activities.size(), 1)));
        for (const ParentActivity activity : activities) {
            const double share = m_parent->share(activity, begin, begin + grid.width());
            painter->fillRect(
                row, shadeOf(activityColour(*m_theme, activity), static_cast<float>(share)));
            row.translate(0, row.height());
        }
    }
}

void LanesPlottable::drawLane(QCPPainter *painter, const View &view, std::size_t lane,
    const Lane &spans, BusyColumns &columns, Strength strength) const
{
    if (showsSpans(workerOf(lane)))
        drawSpans(painter, view, lane, spans, strength);
    else
        drawColumns(painter, view, busyPart(view.rect(lane, 0, 0), lane), columns,
            {m_theme->worker(workerOf(lane)), strength});
}

/// Returns the part of the rectangle in a lane that shows iterations.
QRectF LanesPlottable::busyPart(const QRectF &rect, std::size_t lane) const
{
    return hasTransfers(lane) ? upperPart(rect) : rect;
}

bool LanesPlottable::showsSpans(WorkerId worker) const
{
    const Lane &spans = m_timeline->worker(worker).lane();
    const QCPRange range = mKeyAxis->range();
    const std::size_t count =
        spans.countBefore(toTime(range.upper) + 1) - spans.countBefore(toTime(range.lower));
    return static_cast<double>(count) * widthOfShownSpan < mKeyAxis->axisRect()->width();
}

/// Draws the columns in view between the top and the bottom of a rectangle.
void LanesPlottable::drawColumns(QCPPainter *painter, const View &view, QRectF target,
    BusyColumns &busy, const Shades &shades) const
{
    const TimeGrid grid = gridAt(view.pixelRatio);
    const ColumnRange columns = view.columnsOf(grid, m_now);
    if (columns.count == 0)
        return;
    target.setLeft(view.x(grid.beginOf(columns.first)));
    target.setRight(view.x(grid.beginOf(columns.end())));
    drawShares(painter, target, busy.shares(grid, columns), shades.colour, shades.strength);
}

void LanesPlottable::drawSpans(QCPPainter *painter, const View &view, std::size_t lane,
    const Lane &spans, Strength strength) const
{
    QColor colour = m_theme->worker(workerOf(lane));
    const QColor textColour = strength.most < 255 ? m_theme->muted : textOn(colour);
    colour.setAlpha(strength.most);
    view.forEachSpan(spans, [&](const Span &span) {
        QRectF rect = busyPart(view.rect(lane, span.begin, span.begin + span.duration), lane);
        const double separator = rect.width() > 4 ? 1 : 0;
        rect.setWidth(std::max(rect.width() - separator, 1.0));
        painter->fillRect(rect, colour);
        drawIndices(painter, view, rect, indicesText(span.first, span.count), textColour);
    });
}

/// Draws the text of a span if there is room for it.
void LanesPlottable::drawIndices(QCPPainter *painter, const View &view, const QRectF &rect,
    const QString &text, const QColor &colour) const
{
    const QFontMetricsF metrics(painter->font());
    const QRectF inner = rect.intersected(view.clip);
    if (inner.height() < metrics.height() || inner.width() < metrics.horizontalAdvance(text) + 8)
        return;
    painter->setPen(colour);
    painter->drawText(inner, Qt::AlignCenter, text);
    painter->setPen(Qt::NoPen);
}

/// Draws a span that has not ended, hatched in the worker's colour.
void LanesPlottable::drawOpenSpan(QCPPainter *painter, const View &view, std::size_t lane) const
{
    const OpenSpan open = m_timeline->worker(lane).openSpan();
    const std::uint64_t end = openEnd(open);
    if (open.count == 0 || end < view.begin || open.begin > view.end)
        return;
    QRectF rect = view.rect(lane, open.begin, end);
    rect.setWidth(std::max(rect.width(), 1.0));
    QColor colour = m_theme->worker(workerOf(lane));
    drawHatching(*painter, rect.intersected(view.clip), colour, openHatching);
    colour.setAlpha(110);
    painter->fillRect(rect, colour);
    drawIndices(painter, view, rect, indicesText(open.first, open.count), m_theme->text);
}

void LanesPlottable::drawFailures(QCPPainter *painter, const View &view, std::size_t lane) const
{
    const std::vector<FailureMark> &failures = m_history->worker(lane).failures;
    auto failure = std::lower_bound(failures.begin(), failures.end(), view.begin,
        [](const FailureMark &mark, std::uint64_t time) { return mark.time < time; });
    double drawnUpTo = std::numeric_limits<double>::lowest();
    double lastTick = drawnUpTo;
    for (; failure != failures.end() && failure->time <= view.end; ++failure) {
        const Layer layer = failure->quarantined ? Layer::Quarantined : Layer::Failures;
        const double x = view.x(failure->time);
        // A tick that would cover the previous one is left out, unless its input was quarantined.
        if (!isLayerVisible(layer) || (x < drawnUpTo && !failure->quarantined))
            continue;
        QRectF tick = view.rect(lane, 0, 0);
        tick.setLeft(x - laneTickWidth);
        tick.setWidth(laneTickWidth);
        QRectF edge = tick.adjusted(-laneTickEdge, 0, laneTickEdge, 0);
        edge.setLeft(std::max(edge.left(), lastTick));
        painter->fillRect(edge, m_theme->surface);
        painter->fillRect(tick, m_theme->failure);
        drawnUpTo = x + 0.5;
        lastTick = x;
        if (!failure->quarantined)
            continue;
        const double half = std::min(4.0, tick.height() / 2);
        const QPointF centre(x - laneTickWidth / 2, tick.center().y());
        painter->setPen(QPen(m_theme->quarantined, 2));
        painter->drawLine(QLineF(centre - QPointF(half, half), centre + QPointF(half, half)));
        painter->drawLine(QLineF(centre - QPointF(half, -half), centre + QPointF(half, -half)));
        painter->setPen(Qt::NoPen);
    }
}

void LanesPlottable::drawOutlined(QCPPainter *painter, const View &view) const
{
    if (!m_outlined || !m_selectionVisible)
        return;
    const std::size_t lane = laneOf(m_outlined->worker);
    const Span span = m_timeline->worker(lane).lane().span(m_outlined->position);
    QRectF rect = view.rect(lane, span.begin, span.begin + span.duration);
    if (rect.left() > view.clip.right() || rect.right() < view.clip.left())
        return;
    rect.setWidth(std::max(rect.width(), 3.0));
    painter->setPen(QPen(m_theme->text, 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(rect.adjusted(-1, -1, 1, 1));
    painter->setPen(Qt::NoPen);
}

void LanesPlottable::drawPauses(QCPPainter *painter, const View &view) const
{
    const auto &paces = m_history->paces();
    for (std::size_t i = 0; i < paces.size(); ++i) {
        if (paces[i].value != RunHistory::Pace::Paused)
            continue;
        const std::uint64_t end = i + 1 < paces.size() ? paces[i + 1].time : m_now;
        drawPause(painter, view, {paces[i].time, end});
    }
}

/// Hatches a pause in the lanes of workers that had started. Neighbouring lanes have one hatching.
void LanesPlottable::drawPause(QCPPainter *painter, const View &view, const Pause &pause) const
{
    QColor colour = m_theme->muted;
    colour.setAlpha(120);
    QRectF joined;
    for (std::size_t lane = 0; lane < m_history->workerCount(); ++lane) {
        const auto &states = m_history->worker(lane).states;
        const bool isThere = !states.empty() && states.front().time < pause.end;
        const QRectF place = isThere
            ? view.rect(lane, std::max(pause.begin, states.front().time), pause.end)
            : QRectF();
        if (place.left() != joined.left() || place.isEmpty()) {
            drawHatching(*painter, joined.intersected(view.clip), colour, pauseHatching);
            joined = place;
        } else {
            joined |= place;
        }
    }
    drawHatching(*painter, joined.intersected(view.clip), colour, pauseHatching);
}

void LanesPlottable::drawResizes(QCPPainter *painter, const View &view) const
{
    double freeFrom = view.clip.left() - 4;
    for (const auto &resize : resizesOf(*m_history)) {
        const double x = std::round(view.x(resize.time));
        if (x < view.clip.left() || x > view.clip.right())
            continue;
        painter->setPen(resizePen(m_theme->text));
        painter->drawLine(QLineF(x, view.clip.top(), x, view.clip.bottom()));
        const QString text =
            (resize.value == 1 ? tr("1 worker") : tr("%1 workers").arg(resize.value));
        const QFontMetricsF metrics(painter->font());
        QRectF label(x - 3, view.clip.top() - metrics.height(), metrics.horizontalAdvance(text) + 6,
            metrics.height());
        if (label.right() > view.clip.right())
            label.moveRight(view.clip.right());
        if (label.left() >= freeFrom) {
            painter->save();
            painter->setClipping(false); // the label is above the lanes
            painter->setPen(m_theme->text);
            painter->drawText(label, Qt::AlignCenter, text);
            painter->restore();
            freeFrom = label.right();
        }
        painter->setPen(Qt::NoPen);
    }
}

void LanesPlottable::drawLegendIcon(QCPPainter *painter, const QRectF &rect) const
{
    painter->fillRect(rect, m_theme->worker(WorkerId{1}));
}

} // namespace poolscope
