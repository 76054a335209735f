// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/completionchart.h"

#include "charts/axisticker.h"
#include "charts/caption.h"
#include "charts/figuretext.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr std::size_t completionSpansAtOnce = 8192;
constexpr double reachOfFailure = 4; // pixels
constexpr std::uint64_t mostSearched =
    100'000; // ranks searched for the iteration under the pointer

enum CompletionSeries : std::size_t { failedSeries, diagonalSeries };

QString placesText(double mean)
{
    return unbroken(threeDigits(mean));
}

} // namespace

CompletionChart::CompletionChart(TimeView &view, QWidget *parent)
    : Chart(ChartKind::Completion, tr("Completion order"),
        tr("Each iteration is a point: its index upwards, and to the right the rank in which it "
           "finished. On the diagonal inputs finish in input order; the farther a point is from "
           "it, the more others overtook it or waited for it. A reader in input order, such as "
           "Pool.imap, has to hold back all results that finish before the one that it waits for; "
           "the title shows how many there were."),
        parent)
    , m_view(view)
    , m_plottable(new CompletionPlottable(xAxis, yAxis))
    , m_diagonal(new QCPItemLine(this))
{
    axisRect()->setRangeDrag(Qt::Horizontal | Qt::Vertical);
    axisRect()->setRangeZoom(Qt::Horizontal | Qt::Vertical);
    xAxis->setTicker(QSharedPointer<CountTicker>::create(CountTicker::Steps::Whole));
    yAxis->setTicker(QSharedPointer<CountTicker>::create(CountTicker::Steps::Whole));
    xAxis->setLabel(tr("finishing rank"));
    yAxis->setLabel(tr("index"));
    m_diagonal->setVisible(false);
    m_plottable->setTheme(&theme());
    connect(&m_view, &TimeView::cursorChanged, this, &CompletionChart::showCursor);
}

void CompletionChart::setTheme(const Theme &theme)
{
    Chart::setTheme(theme);
    m_plottable->setTheme(&this->theme());
    m_diagonal->setPen(QPen(theme.muted, 1, Qt::DotLine));
}

QString CompletionChart::figure() const
{
    if (!m_order || m_order->ranked() == 0)
        return {};
    const CompletionOrder::Disorder disorder = m_order->disorder();
    if (disorder.largestDistance == 0)
        return tr("all in order");
    if (!specOf(record()->origin))
        return tr("%1 places out of order on average").arg(placesText(disorder.meanDistance));
    return tr("%1 places out of order on average \u00b7 in order, %2 results would wait")
        .arg(placesText(disorder.meanDistance), figureText(Count{disorder.mostHeldBack}));
}

QString CompletionChart::shortFigure() const
{
    if (!m_order || m_order->ranked() == 0)
        return {};
    const CompletionOrder::Disorder disorder = m_order->disorder();
    if (disorder.largestDistance == 0 || !specOf(record()->origin))
        return figure();
    return tr("%1 places off \u00b7 in order, %2 would wait")
        .arg(placesText(disorder.meanDistance), figureText(Count{disorder.mostHeldBack}));
}

std::vector<Series> CompletionChart::series() const
{
    std::vector<Series> series{{tr("failed"), theme().failure, m_plottable->areFailuresVisible(),
                                   Series::Use::Switch, LegendMarker::Tick},
        {tr("in order"), theme().muted, m_diagonalVisible, Series::Use::Switch,
            LegendMarker::DottedLine}};
    const auto key = [&](const QString &name, const QColor &colour) {
        series.push_back({name, colour, true, Series::Use::Key, LegendMarker::Area});
    };
    if (m_workersShown > 1)
        key(tr("several workers"), theme().text);
    for (std::size_t i = 0; i < m_workersShown; ++i)
        key(workerName(*record(), workerOf(i)), theme().worker(workerOf(i)));
    return series;
}

void CompletionChart::setSeriesVisible(std::size_t series, bool visible)
{
    if (series == failedSeries) {
        m_plottable->setFailuresVisible(visible);
        m_plottable->setTheme(&theme()); // counts again
    } else {
        m_diagonalVisible = visible;
        updateDiagonal();
    }
    emit seriesChanged();
    replotSoon();
}

void CompletionChart::recordChanged()
{
    m_order.reset();
    m_history.reset();
    m_workersShown = 0;
    m_plottable->setSelected(std::nullopt);
    if (record())
        m_history = std::make_unique<RunHistory>(record()->timeline);
    startRanking();
    fit();
}

void CompletionChart::startRanking()
{
    if (record())
        m_order = std::make_unique<CompletionOrder>(record()->timeline);
    m_plottable->setSource(m_order.get(), m_history ? &m_history->failedIndices() : nullptr);
}

Chart::Taken CompletionChart::takeNew(
    const Moment &moment, std::chrono::steady_clock::time_point until)
{
    const std::uint64_t before = m_order->ranked();
    showNewWorkers();
    const bool hasAllMarks = m_history->advance(marksAtOnce);
    const bool rankedAll = rankNew(moment, until);
    const bool behind = m_plottable->isBehind();
    // An iteration is counted only once, so all failures must be known before.
    const auto left = hasAllMarks ? m_plottable->work(until) : CompletionPlottable::Left::More;
    const bool all = hasAllMarks && rankedAll && left == CompletionPlottable::Left::Nothing;
    const bool changed = m_order->ranked() != before || behind || !all;
    return {changed ? Changed::Picture : Changed::Nothing, all};
}

void CompletionChart::showNewWorkers()
{
    const std::size_t workers = record()->timeline.workerCount();
    if (workers == m_workersShown)
        return;
    m_workersShown = workers;
    emit seriesChanged();
}

/// Ranks settled iterations, or all if the run has ended. Returns false if more are left.
bool CompletionChart::rankNew(const Moment &moment, std::chrono::steady_clock::time_point until)
{
    const bool ended = moment.run == TimeView::Run::Ended;
    const std::uint64_t settled = moment.settledUntil();
    const std::uint64_t before = ended ? UINT64_MAX : settled;
    bool all = false;
    do {
        all = m_order->advance(before, completionSpansAtOnce);
    } while (!all && std::chrono::steady_clock::now() < until);
    if (!all || !ended || m_order->lateSpans() == 0)
        return all;
    startRanking();
    return false;
}

void CompletionChart::fit()
{
    const double count = record() ? static_cast<double>(record()->inputCount) : 1;
    xAxis->setRange(0, std::max(1.0, count));
    yAxis->setRange(0, std::max(1.0, count));
    updateDiagonal();
    replotSoon();
}

void CompletionChart::updateDiagonal()
{
    const double count = record() ? static_cast<double>(record()->inputCount) : 0;
    m_diagonal->start->setCoords(0, 0);
    m_diagonal->end->setCoords(count, count);
    m_diagonal->setVisible(record() && m_diagonalVisible);
}

void CompletionChart::showIndex(std::optional<std::uint64_t> index)
{
    m_plottable->setSelected(index);
    replotSoon();
}

void CompletionChart::setSelectionVisible(bool visible)
{
    m_plottable->setSelectionVisible(visible);
}

std::optional<CompletionOrder::RankedRange> CompletionChart::rangeAt(const QPointF &position) const
{
    const auto toCount = [](double value) {
        return value > 0 ? static_cast<std::uint64_t>(value) : std::uint64_t{0};
    };
    const std::uint64_t from = toCount(xAxis->pixelToCoord(position.x() - reachOfFailure));
    const std::uint64_t to = toCount(xAxis->pixelToCoord(position.x() + reachOfFailure)) + 1;
    if (!m_order || to - from > mostSearched)
        return std::nullopt;
    const double low = yAxis->pixelToCoord(position.y() + reachOfFailure);
    const double high = yAxis->pixelToCoord(position.y() - reachOfFailure);
    const double wanted = yAxis->pixelToCoord(position.y());
    std::optional<CompletionOrder::RankedRange> nearest;
    double nearestDistance = INFINITY;
    m_order->forEach(from, to, [&](const CompletionOrder::RankedRange &range) {
        const auto first = static_cast<double>(range.indices.first);
        const double last = static_cast<double>(range.indices.end()) - 1;
        if (last + 1 < low || first > high)
            return;
        const double index = std::clamp(std::floor(wanted), first, last);
        const double distance = std::abs(index - wanted);
        if (distance >= nearestDistance)
            return;
        nearestDistance = distance;
        const auto offset = static_cast<std::uint64_t>(index - first);
        nearest = CompletionOrder::RankedRange{
            {range.indices.first + offset, 1}, range.rank + offset, range.time, range.worker};
    });
    return nearest;
}

QString CompletionChart::textAt(const QPointF &position) const
{
    const auto range = rangeAt(position);
    if (!range)
        return {};
    const std::uint64_t index = range->indices.first;
    QStringList text{tr("index %1").arg(figureText(Count{index})),
        tr("finished as number %1, by %2")
            .arg(figureText(Count{range->rank + 1}), workerName(*record(), range->worker)),
        tr("at %1").arg(figureText(Duration(range->time)))};
    if (const QString name = inputName(*record(), index); !name.isEmpty())
        text.prepend(name);
    if (range->rank > index)
        text << tr("%1 places later than in input order")
                    .arg(figureText(Count{range->rank - index}));
    if (range->rank < index)
        text << tr("%1 places earlier than in input order")
                    .arg(figureText(Count{index - range->rank}));
    if (m_history->failedIndices().contains(index))
        text << tr("it failed");
    return text.join(QLatin1Char('\n'));
}

std::optional<std::uint64_t> CompletionChart::indexAt(const QPointF &position) const
{
    const auto range = rangeAt(position);
    return range ? std::optional(range->indices.first) : std::nullopt;
}

void CompletionChart::hovered(std::optional<QPointF> position)
{
    std::optional<double> cursor;
    if (position && m_order) {
        const double rank = xAxis->pixelToCoord(position->x());
        const auto time =
            rank >= 0 ? m_order->timeOf(static_cast<std::uint64_t>(rank)) : std::nullopt;
        if (time)
            cursor = static_cast<double>(*time);
    }
    m_view.setCursor(cursor);
}

/// Shows the cross-hair at the rank that was reached at the time of the cursor.
void CompletionChart::showCursor()
{
    const auto time = m_view.cursor();
    if (time && *time >= 0 && m_order && m_order->ranked() > 0)
        setCrossHair(static_cast<double>(m_order->rankAt(static_cast<std::uint64_t>(*time))));
    else
        setCrossHair(std::nullopt);
}

} // namespace poolscope
