// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/ratechart.h"

#include "charts/axisticker.h"
#include "charts/caption.h"
#include "charts/figuretext.h"
#include "charts/resizes.h"
#include "report/summary.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope {

namespace {

constexpr double pixelsOfColumn = 4;
constexpr std::uint64_t second = 1'000'000'000;
constexpr std::size_t rateSpansAtOnce = 50'000;

enum RateSeries : std::size_t { poolSeries, meanSeries, resizeSeries, firstWorkerSeries };

QPen curvePen(const QColor &colour, double width, Qt::PenStyle style = Qt::SolidLine)
{
    QPen pen(colour, width, style);
    pen.setJoinStyle(Qt::MiterJoin);
    return pen;
}

/// Returns the next larger round number.
double scaleFor(double value)
{
    static constexpr std::array steps{1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0};
    const double power = std::pow(10, std::floor(std::log10(value)));
    return power * *std::lower_bound(steps.begin(), steps.end() - 1, value / power * 1.02);
}

} // namespace

RateChart::RateChart(TimeView &view, QWidget *parent)
    : TimeChart(ChartKind::Rate, tr("Iterations per second"),
        tr("The strong line is the throughput of the pool, and the thin lines are those of the "
           "workers. The dashed line is the mean since the first dispatch, pauses left out. "
           "Dash-dotted lines mark where the number of workers was changed: if more workers help, "
           "the throughput rises there."),
        view, parent)
    , m_pool(addGraph())
    , m_mean(addGraph())
{
    yAxis->setTicker(QSharedPointer<CountTicker>::create(CountTicker::Steps::Any));
    yAxis->setLabel(tr("it/s"));
    yAxis->setRange(0, 1);
    for (QCPGraph *graph : {m_pool, m_mean})
        graph->setAdaptiveSampling(false);
    m_pool->setLineStyle(QCPGraph::lsStepLeft);
    m_mean->setLineStyle(QCPGraph::lsLine);
    connect(&view, &TimeView::rangeChanged, this, [this] { m_curvesAreOld = true; });
    connect(this, &QCustomPlot::beforeReplot, this, [this] {
        if (record() && m_curvesAreOld)
            updateCurves();
    });
}

void RateChart::setTheme(const Theme &theme)
{
    Chart::setTheme(theme);
    m_pool->setPen(curvePen(theme.text, 2));
    m_mean->setPen(curvePen(theme.text, 1, Qt::DashLine));
    for (std::size_t i = 0; i < m_workers.size(); ++i)
        m_workers[i]->setPen(curvePen(theme.worker(workerOf(i)), 1));
    for (QCPItemStraightLine *line : m_resizes)
        line->setPen(resizePen(theme.text));
}

QString RateChart::figure() const
{
    if (!record() || record()->timeline.settled() == 0)
        return {};
    const QString mean = tr("mean %1").arg(figureText(Rate{rateOf(record()->timeline)}));
    if (m_moment.run == TimeView::Run::Ended || m_rateNow <= 0)
        return mean;
    return tr("now %1 \u00b7 %2").arg(figureText(Rate{m_rateNow}), mean);
}

std::vector<Series> RateChart::series() const
{
    const auto entry = [](const QString &name, const QColor &colour, bool visible,
                           LegendMarker marker) {
        return Series{name, colour, visible, Series::Use::Switch, marker};
    };
    std::vector<Series> series{
        entry(tr("pool"), theme().text, m_pool->visible(), LegendMarker::Line),
        entry(tr("mean so far"), theme().text, m_mean->visible(), LegendMarker::DashedLine),
        entry(tr("resized"), theme().text, m_resizesVisible, LegendMarker::Resize)};
    for (std::size_t i = 0; i < m_workers.size(); ++i)
        series.push_back(entry(workerName(*record(), workerOf(i)), theme().worker(workerOf(i)),
            m_workers[i]->visible(), LegendMarker::Line));
    return series;
}

void RateChart::setSeriesVisible(std::size_t series, bool visible)
{
    if (series == poolSeries)
        m_pool->setVisible(visible);
    else if (series == meanSeries)
        m_mean->setVisible(visible);
    else if (series == resizeSeries)
        m_resizesVisible = visible;
    else
        m_workers.at(series - firstWorkerSeries)->setVisible(visible);
    updateResizes();
    updateScale();
    emit seriesChanged();
    replotSoon();
}

void RateChart::recordChanged()
{
    m_pool->data()->clear();
    m_mean->data()->clear();
    for (QCPGraph *worker : m_workers)
        removeGraph(worker);
    m_workers.clear();
    for (QCPItemStraightLine *line : m_resizes)
        removeItem(line);
    m_resizes.clear();
    m_iterations.clear();
    m_history.reset();
    m_moment = {};
    m_rateNow = 0;
    m_tookAll = false;
    if (record())
        m_history = std::make_unique<RunHistory>(record()->timeline);
}

Chart::Taken RateChart::takeNew(const Moment &moment, std::chrono::steady_clock::time_point until)
{
    const bool moved = moment.now != m_moment.now || moment.run != m_moment.run || !m_tookAll
        || gridInView() != m_grid;
    m_moment = moment;
    addWorkers();
    bool all = m_history->advance(marksAtOnce);
    // Each worker is advanced at least once, even after `until`.
    const std::size_t atOnce = rateSpansAtOnce / std::max<std::size_t>(1, m_iterations.size()) + 1;
    for (IterationColumns &worker : m_iterations) {
        bool took = worker.advance(atOnce);
        while (!took && std::chrono::steady_clock::now() < until)
            took = worker.advance(atOnce);
        all = all && took;
    }
    m_tookAll = all;
    if (!moved && all)
        return {};
    updateCurves();
    updateRateNow();
    updateResizes();
    // A run that has ended has no present rate.
    if (all && moment.run == TimeView::Run::Ended)
        m_rateNow = 0;
    return {Changed::Picture, all};
}

void RateChart::addWorkers()
{
    const std::size_t before = m_workers.size();
    while (m_workers.size() < record()->timeline.workerCount()) {
        const std::size_t position = m_workers.size();
        m_iterations.emplace_back(record()->timeline.worker(position).lane());
        QCPGraph *graph = addGraph();
        graph->setAdaptiveSampling(false);
        graph->setAntialiased(false);
        graph->setLineStyle(QCPGraph::lsStepLeft);
        graph->setPen(curvePen(theme().worker(workerOf(position)), 1));
        m_workers.push_back(graph);
    }
    if (m_workers.size() != before)
        emit seriesChanged();
}

TimeGrid RateChart::gridInView() const
{
    const double columns = std::max(20.0, axisRect()->width() / pixelsOfColumn);
    return gridFor(view().range().width() / columns);
}

std::uint64_t RateChart::settledUntil() const
{
    if (m_moment.run == TimeView::Run::Ended)
        return std::max<std::uint64_t>(record()->timeline.end(), 1);
    return m_moment.settledUntil();
}

void RateChart::updateCurves()
{
    const TimeGrid grid = gridInView();
    m_grid = grid;
    m_curvesAreOld = false;
    const TimeView::Range range = view().range();
    const std::uint64_t settled = settledUntil();
    const std::uint64_t end =
        std::min(static_cast<std::uint64_t>(std::max(0.0, range.end)), settled);
    const auto begin = static_cast<std::uint64_t>(std::max(0.0, range.begin));
    ColumnRange columns{grid.columnAt(begin), 0};
    // The column of the present time is incomplete.
    const bool whole =
        m_moment.run == TimeView::Run::Ended || grid.beginOf(grid.columnAt(end) + 1) <= settled;
    const std::uint64_t last = grid.columnAt(end) + (whole ? 1 : 0);
    columns.count = last > columns.first ? last - columns.first : 0;
    std::vector<double> pool(columns.count);
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        const std::vector<double> counts = m_iterations[i].counts(grid, columns);
        for (std::size_t column = 0; column < counts.size(); ++column)
            pool[column] += counts[column];
        fillGraph(m_workers[i], counts, grid, columns);
    }
    fillGraph(m_pool, pool, grid, columns);
    fillMean(pool, grid, columns);
    updateScale();
}

void RateChart::fillGraph(
    QCPGraph *graph, const std::vector<double> &counts, TimeGrid grid, ColumnRange columns) const
{
    const std::uint64_t settled = settledUntil();
    QVector<QCPGraphData> points;
    points.reserve(static_cast<qsizetype>(counts.size()) + 1);
    for (std::uint64_t column = 0; column < counts.size(); ++column) {
        const std::uint64_t from = grid.beginOf(columns.first + column);
        const std::uint64_t to = std::min(from + grid.width(), std::max(settled, from + 1));
        points.append({static_cast<double>(from),
            counts[column] * static_cast<double>(second) / static_cast<double>(to - from)});
    }
    if (!points.isEmpty())
        points.append({static_cast<double>(std::min(grid.beginOf(columns.end()), settled)),
            points.last().value});
    graph->data()->set(points, true);
}

void RateChart::fillMean(const std::vector<double> &pool, TimeGrid grid, ColumnRange columns)
{
    const std::uint64_t firstDispatch = record()->timeline.firstDispatch();
    const std::uint64_t settled = settledUntil();
    double done = 0;
    for (const IterationColumns &worker : m_iterations)
        done += worker.countBefore(grid.beginOf(columns.first));
    QVector<QCPGraphData> points;
    for (std::uint64_t column = 0; column < columns.count; ++column) {
        done += pool[column];
        const std::uint64_t time = std::min(grid.beginOf(columns.first + column + 1), settled);
        if (time <= firstDispatch)
            continue;
        const std::uint64_t running =
            time - firstDispatch - record()->timeline.pausedBetween(firstDispatch, time);
        if (running > 0)
            points.append({static_cast<double>(time),
                done * static_cast<double>(second) / static_cast<double>(running)});
    }
    m_mean->data()->set(points, true);
}

void RateChart::updateRateNow()
{
    const std::uint64_t end = settledUntil();
    const std::uint64_t begin =
        std::max(end > second ? end - second : 0, record()->timeline.firstDispatch());
    double done = 0;
    for (const IterationColumns &worker : m_iterations)
        done += worker.countBefore(end) - worker.countBefore(begin);
    m_rateNow =
        end > begin ? done * static_cast<double>(second) / static_cast<double>(end - begin) : 0;
}

void RateChart::updateResizes()
{
    if (!m_history)
        return;
    const auto resizes = resizesOf(*m_history);
    while (m_resizes.size() < resizes.size()) {
        const auto time = static_cast<double>(resizes[m_resizes.size()].time);
        auto *line = new QCPItemStraightLine(this);
        line->point1->setCoords(time, 0);
        line->point2->setCoords(time, 1);
        line->setPen(resizePen(theme().text));
        m_resizes.push_back(line);
    }
    for (QCPItemStraightLine *line : m_resizes)
        line->setVisible(m_resizesVisible);
}

void RateChart::updateScale()
{
    double highest = 0;
    const auto consider = [&](const QCPGraph *graph) {
        if (!graph->visible())
            return;
        for (const QCPGraphData &point : *graph->data())
            highest = std::max(highest, point.value);
    };
    consider(m_pool);
    consider(m_mean);
    for (const QCPGraph *worker : m_workers)
        consider(worker);
    yAxis->setRange(0, highest > 0 ? scaleFor(highest) : 1);
}

QString RateChart::textAt(const QPointF &position) const
{
    const double time = xAxis->pixelToCoord(position.x());
    const TimeGrid grid = gridInView();
    const auto valueAt = [&](const QCPGraph *graph) -> std::optional<double> {
        auto point = graph->data()->findEnd(time, false);
        if (point == graph->data()->constBegin() || graph->data()->isEmpty()
            || time > (graph->data()->constEnd() - 1)->key)
            return std::nullopt;
        return std::prev(point)->value;
    };
    const auto pool = valueAt(m_pool);
    if (!pool)
        return {};
    QStringList text{
        tr("at %1, over %2").arg(figureText(Duration(time)), figureText(Duration(grid.width()))),
        tr("pool: %1").arg(figureText(Rate{*pool}))};
    constexpr std::size_t mostShown = 8;
    for (std::size_t i = 0; i < std::min(m_workers.size(), mostShown); ++i) {
        if (const auto rate = valueAt(m_workers[i]); rate && m_workers[i]->visible())
            text << tr("%1: %2").arg(workerName(*record(), workerOf(i)), figureText(Rate{*rate}));
    }
    return text.join(QLatin1Char('\n'));
}

} // namespace poolscope
