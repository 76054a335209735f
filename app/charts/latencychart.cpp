// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/latencychart.h"

#include "charts/axisticker.h"
#include "charts/caption.h"
#include "charts/figuretext.h"

#include <QKeyEvent>
#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr std::size_t latencySpansAtOnce = 50'000;
constexpr double mostBars = 80;
constexpr std::size_t manyWorkers = 8; // lines of more workers are thin and pale

enum LatencySeries : std::size_t { allSeries, marksSeries, firstWorkerCurve };

/// The durations of a bar, as the tool tip shows them.
QString rangeText(const DurationRange &range)
{
    return QObject::tr("%1 to %2")
        .arg(figureText(Duration(range.from)), figureText(Duration(range.to)));
}

double shareOf(const DurationHistogram &durations, const DurationHistogram::Bar &bar)
{
    return static_cast<double>(bar.iterations) / static_cast<double>(durations.count());
}

/// Returns the iterations of the bar with exactly this range. 0 if there is no such bar.
std::uint64_t iterationsIn(
    const std::vector<DurationHistogram::Bar> &bars, const DurationRange &range)
{
    const auto bar = std::find_if(bars.begin(), bars.end(),
        [&](const DurationHistogram::Bar &candidate) { return candidate.range == range; });
    return bar == bars.end() ? 0 : bar->iterations;
}

} // namespace

LatencyChart::LatencyChart(QWidget *parent)
    : Chart(ChartKind::Latency, tr("Latency"),
        tr("Each bar is the share of iterations that took this long, on a logarithmic scale; each "
           "line is the same for one worker. Vertical lines mark the median, the 90th and the 99th "
           "percentile and the maximum. A worker whose line is to the right of the others is slow; "
           "bars far to the right are the few inputs that a pool waits for at its end. A click on "
           "a bar selects its iterations in the lanes and in Outcomes."),
        parent)
    , m_plottable(new DurationPlottable(xAxis, yAxis))
{
    setInteractions(QCP::iNone);
    axisRect()->setRangeDrag({});
    xAxis->setScaleType(QCPAxis::stLogarithmic);
    xAxis->setTicker(QSharedPointer<LogTimeTicker>::create());
    yAxis->setTicker(QSharedPointer<CountTicker>::create(CountTicker::Steps::Any, 3));
    yAxis->setLabel(tr("share, %"));
    QMargins margins = axisRect()->minimumMargins();
    margins.setTop(DurationPlottable::heightOfNames(fontMetrics()) + 2);
    axisRect()->setMinimumMargins(margins);
    m_plottable->setTheme(&theme());
    fit();
}

void LatencyChart::setTheme(const Theme &theme)
{
    Chart::setTheme(theme);
    styleWorkers();
}

void LatencyChart::styleWorkers()
{
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        QColor colour = theme().worker(workerOf(i));
        if (m_workers.size() > manyWorkers)
            colour.setAlpha(110);
        QPen pen(colour, m_workers.size() > manyWorkers ? 1 : 2);
        pen.setJoinStyle(Qt::MiterJoin);
        m_workers[i]->setPen(pen);
    }
}

QString LatencyChart::figure() const
{
    QStringList parts;
    for (const DurationPlottable::Mark &mark : marks())
        parts << mark.name;
    return parts.join(QStringLiteral(" \u00b7 "));
}

QString LatencyChart::shortFigure() const
{
    const auto all = marks();
    return all.empty() ? QString()
                       : all.front().name + QStringLiteral(" \u00b7 ") + all.back().name;
}

std::vector<Series> LatencyChart::series() const
{
    std::vector<Series> series{{tr("all workers"), theme().starting, m_plottable->areBarsVisible()},
        {tr("median, p90, p99, max"), theme().text, m_plottable->areMarksVisible(),
            Series::Use::Switch, LegendMarker::Tick}};
    for (std::size_t i = 0; i < m_workers.size(); ++i)
        series.push_back({workerName(*record(), workerOf(i)), theme().worker(workerOf(i)),
            m_workers[i]->visible(), Series::Use::Switch, LegendMarker::Line});
    return series;
}

void LatencyChart::setSeriesVisible(std::size_t series, bool visible)
{
    if (series == allSeries)
        m_plottable->setBarsVisible(visible);
    else if (series == marksSeries)
        m_plottable->setMarksVisible(visible);
    else
        m_workers.at(series - firstWorkerCurve)->setVisible(visible);
    emit seriesChanged();
    replotSoon();
}

void LatencyChart::setSelectionVisible(bool visible)
{
    m_plottable->setSelectionVisible(visible);
}

void LatencyChart::setSelected(const std::optional<DurationRange> &range)
{
    m_selected = range;
    m_plottable->setSelected(range);
    replotSoon();
}

std::vector<Latency::Slow> LatencyChart::slowest() const
{
    return m_latency ? m_latency->slowest() : std::vector<Latency::Slow>();
}

void LatencyChart::recordChanged()
{
    for (QCPGraph *worker : m_workers)
        removeGraph(worker);
    m_workers.clear();
    m_latency.reset();
    m_pass = {};
    m_plottable->setBars({}, {});
    setSelected(std::nullopt);
    xAxis->setLabel({});
    if (record())
        m_latency = std::make_unique<Latency>(record()->timeline);
    fitAxes();
}

Chart::Taken LatencyChart::takeNew(
    const Moment &moment, std::chrono::steady_clock::time_point until)
{
    const PacedPass::Step step =
        m_pass.take(moment, until, [this] { return m_latency->advance(latencySpansAtOnce); });
    if (step != PacedPass::Step::Fills)
        return {Changed::Nothing, step == PacedPass::Step::Waits};
    fill();
    if (m_pass.isFinal())
        emit completed();
    return {Changed::Picture, true};
}

void LatencyChart::addWorkers()
{
    const std::size_t before = m_workers.size();
    while (m_workers.size() < m_latency->workerCount()) {
        QCPGraph *graph = addGraph();
        graph->setAdaptiveSampling(false);
        graph->setAntialiased(false);
        graph->setLineStyle(QCPGraph::lsStepLeft);
        m_workers.push_back(graph);
    }
    if (m_workers.size() == before)
        return;
    styleWorkers();
    emit seriesChanged();
}

void LatencyChart::fill()
{
    addWorkers();
    m_barsOfDoubling = barsOfDoubling();
    m_plottable->setBars(m_latency->all().bars(m_barsOfDoubling), marks());
    for (std::size_t i = 0; i < m_workers.size(); ++i)
        fillWorker(i);
    xAxis->setLabel(axisText());
    fitAxes();
}

void LatencyChart::fillWorker(std::size_t worker)
{
    const DurationHistogram &durations = m_latency->worker(worker);
    QVector<QCPGraphData> points;
    double end = 0;
    for (const DurationHistogram::Bar &bar : durations.bars(m_barsOfDoubling)) {
        const double from = std::max(bar.range.from, bar.range.to / 2); // the first may be 0
        if (points.isEmpty())
            points.append({from, 0});
        points.append({from, 100 * shareOf(durations, bar)});
        end = bar.range.to;
    }
    if (!points.isEmpty())
        points.append({end, 0});
    m_workers[worker]->data()->set(points, true);
}

/// The number of bars for each doubling of the duration, which grows with the number of iterations.
int LatencyChart::barsOfDoubling() const
{
    const DurationHistogram &all = m_latency->all();
    if (all.count() == 0)
        return 1;
    const double wanted =
        std::clamp(4 * std::cbrt(static_cast<double>(all.count())), 12.0, mostBars);
    const double doublings =
        std::log2(std::max(all.longest(), 1.0) / std::max(all.shortest(), 0.1));
    int bars = DurationHistogram::binsOfDoubling;
    while (bars > 1 && doublings * bars > wanted)
        bars /= 2;
    return bars;
}

std::vector<DurationPlottable::Mark> LatencyChart::marks() const
{
    if (!m_latency || m_latency->all().count() == 0)
        return {};
    const DurationHistogram &all = m_latency->all();
    const auto mark = [](const QString &name, double duration, Qt::PenStyle style) {
        return DurationPlottable::Mark{name.arg(figureText(Duration(duration))), duration, style};
    };
    return {mark(tr("median %1"), all.median(), Qt::SolidLine),
        mark(tr("p90 %1"), all.quantile(0.9), Qt::DashLine),
        mark(tr("p99 %1"), all.quantile(0.99), Qt::DashDotLine),
        mark(tr("max %1"), all.longest(), Qt::DotLine)};
}

/// Returns the share of iterations that were not measured singly, as text. Empty if there are none.
QString LatencyChart::axisText() const
{
    const std::uint64_t count = m_latency->all().count();
    const std::uint64_t together = count - m_latency->measuredAlone();
    if (together == 0)
        return {};
    const QString share =
        figureText(Share{static_cast<double>(together) / static_cast<double>(count)});
    return tr(
        "%1 of the iterations ran in spans of several, and are counted with the mean of their span")
        .arg(share);
}

void LatencyChart::fit()
{
    fitAxes();
    replotSoon();
}

void LatencyChart::fitAxes()
{
    constexpr double margin = 1.05;
    constexpr double least = 1.5; // ratio of the ends of the axis
    bool found = false;
    const QCPRange bars = m_plottable->getKeyRange(found, QCP::sdPositive);
    if (!found) {
        xAxis->setRange(1e3, 1e9);
        yAxis->setRange(0, 100);
        return;
    }
    const double upper = bars.upper * margin;
    const double lower = std::max(bars.lower / margin, std::min(0.1, upper / 2));
    const double widening = std::max(1.0, std::sqrt(least / (upper / lower)));
    xAxis->setRange(lower / widening, upper * widening);
    double highest = m_plottable->getValueRange(found, QCP::sdPositive, {}).upper;
    const double mostOfLines = 2 * highest; // a worker with few iterations may have a high peak
    for (const QCPGraph *worker : m_workers) {
        for (const QCPGraphData &point : *worker->data())
            highest = std::max(highest, std::min(point.value, mostOfLines));
    }
    yAxis->setRange(0, std::min(highest * margin, 100 * margin));
}

QString LatencyChart::textAt(const QPointF &position) const
{
    const DurationHistogram::Bar *bar = m_plottable->columnAt(position);
    if (!bar)
        return {};
    QStringList text{rangeText(bar->range),
        tr("%1 iterations, %2 of all")
            .arg(figureText(Count{bar->iterations}),
                figureText(Share{m_plottable->percentOf(*bar) / 100}))};
    constexpr std::size_t mostShown = 8;
    for (std::size_t i = 0; i < std::min(m_workers.size(), mostShown); ++i) {
        const DurationHistogram &its = m_latency->worker(i);
        const std::uint64_t iterations = iterationsIn(its.bars(m_barsOfDoubling), bar->range);
        if (iterations > 0)
            text << tr("%1: %2, %3 of its own")
                        .arg(workerName(*record(), workerOf(i)), figureText(Count{iterations}),
                            figureText(Share{static_cast<double>(iterations)
                                / static_cast<double>(its.count())}));
    }
    if (canBeClicked(position))
        text << tr("click: selects these");
    return text.join(u'\n');
}

bool LatencyChart::canBeClicked(const QPointF &position) const
{
    return m_plottable->barAt(position) != nullptr;
}

/// Selects a bar. A click on the selected bar, or on none, clears the selection.
void LatencyChart::clicked(const QPointF &position)
{
    const DurationHistogram::Bar *bar = m_plottable->barAt(position);
    if (bar && m_selected != bar->range)
        emit rangePicked(bar->range);
    else if (m_selected)
        emit rangePicked(std::nullopt);
}

/// Moves the selection from bar to bar with Left and Right.
void LatencyChart::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Left)
        selectNextBar(-1);
    else if (event->key() == Qt::Key_Right)
        selectNextBar(1);
    else
        Chart::keyPressEvent(event);
}

void LatencyChart::selectNextBar(int step)
{
    std::vector<DurationRange> ranges;
    for (const DurationHistogram::Bar &bar : m_plottable->bars()) {
        if (bar.iterations > 0)
            ranges.push_back(bar.range);
    }
    if (ranges.empty())
        return;
    const auto last = static_cast<std::ptrdiff_t>(ranges.size()) - 1;
    const auto now =
        m_selected ? std::find(ranges.begin(), ranges.end(), *m_selected) : ranges.end();
    const std::ptrdiff_t from = now != ranges.end() ? now - ranges.begin()
        : step > 0                                  ? -1
                                                    : last + 1;
    const std::ptrdiff_t next = std::clamp<std::ptrdiff_t>(from + step, 0, last);
    emit rangePicked(ranges[static_cast<std::size_t>(next)]);
}

} // namespace poolscope
