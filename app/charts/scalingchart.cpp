// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/scalingchart.h"

#include "charts/axisticker.h"
#include "charts/figuretext.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr double headroom = 1.08;
constexpr int curvePoints = 200;
constexpr double reachOfPoint = 24; // pixels around a point in which the point is found

class LogTicker : public QCPAxisTickerLog {
protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        return unbroken(withoutUnit(Rate{tick}));
    }
};

QString chunkName(const std::optional<std::uint64_t> &chunk)
{
    return ScalingChart::tr("chunk %1").arg(chunkText(chunk));
}

QString nameOfLaw(ScalingLaw law)
{
    return law == ScalingLaw::Amdahl ? ScalingChart::tr("Amdahl's law")
                                     : ScalingChart::tr("Universal Scalability Law");
}

} // namespace

ScalingChart::ScalingChart(QWidget *parent)
    : SweepChart(QStringLiteral("scaling"), tr("Scaling"),
        tr("Each point is the median of several runs with this number of workers, one colour for "
           "each chunk size; its bar is the 95% confidence interval of the median. The dashed line "
           "is the ideal: workers that do not hinder each other. The dotted lines are the laws "
           "that were fitted at the fastest chunk size."),
        parent)
    , m_linear(QSharedPointer<CountTicker>::create(CountTicker::Steps::Any))
    , m_logarithmic(QSharedPointer<LogTicker>::create())
{
    xAxis->setTicker(QSharedPointer<CountTicker>::create(CountTicker::Steps::Whole));
    xAxis->setLabel(tr("workers"));
    yAxis->setTicker(m_linear);
}

void ScalingChart::setMeasure(Measure measure)
{
    m_measure = measure;
    rebuild();
    emit seriesChanged();
    replotSoon();
}

std::optional<Estimate> ScalingChart::measured(const SweepCell &cell) const
{
    switch (m_measure) {
    case Measure::Throughput:
        return cell.throughput;
    case Measure::Speedup:
        return cell.speedup;
    case Measure::Efficiency:
        break;
    }
    if (!cell.efficiency)
        return std::nullopt;
    Estimate estimate{cell.efficiency->value * percent};
    if (const auto &interval = cell.efficiency->interval)
        estimate.interval = {interval->low * percent, interval->high * percent};
    return estimate;
}

double ScalingChart::measured(double throughput, double workers, double ofOne) const
{
    switch (m_measure) {
    case Measure::Throughput:
        return throughput;
    case Measure::Speedup:
        return throughput / ofOne;
    case Measure::Efficiency:
        break;
    }
    return throughput / ofOne / workers * percent;
}

/// The throughput of one worker at the fastest chunk size, as measured.
std::optional<double> ScalingChart::ofOne() const
{
    for (const SweepCell &cell : sweep().result.cells) {
        if (cell.setting.workers == 1 && cell.setting.chunk == sweep().best()->setting.chunk
            && cell.throughput.value > 0)
            return cell.throughput.value;
    }
    return std::nullopt;
}

std::vector<ScalingChart::Curve> ScalingChart::curves() const
{
    std::vector<Curve> curves;
    const auto one = ofOne();
    if (!hasData() || !one)
        return curves;
    curves.push_back({tr("ideal"), LegendMarker::DashedLine, [one = *one](double workers) {
                          return one * workers;
                      }});
    for (const ScalingFit &fit : sweep().fits)
        curves.push_back({nameOfLaw(fit.law), LegendMarker::DottedLine, [fit](double workers) {
                              return fit.throughput(workers);
                          }});
    return curves;
}

QColor ScalingChart::colourOf(std::size_t chunk) const
{
    return theme().worker(workerOf(chunk));
}

std::vector<Series> ScalingChart::series() const
{
    std::vector<Series> series;
    if (!hasData())
        return series;
    const auto &chunks = sweep().plan.chunks;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const QString name = chunkName(chunks[i]);
        series.push_back(
            {name, colourOf(i), !isHidden(name), Series::Use::Switch, LegendMarker::Line});
    }
    for (const Curve &curve : curves())
        series.push_back(
            {curve.name, theme().muted, !isHidden(curve.name), Series::Use::Switch, curve.marker});
    return series;
}

void ScalingChart::setSeriesVisible(std::size_t which, bool visible)
{
    const QString name = series().at(which).name;
    if (visible)
        m_hidden.remove(name);
    else
        m_hidden.insert(name);
    rebuild();
    emit seriesChanged();
    replotSoon();
}

void ScalingChart::rebuild()
{
    clearPlottables();
    const QStringList labels{tr("it/s"), tr("speedup"), tr("efficiency, %")};
    yAxis->setLabel(labels[static_cast<int>(m_measure)]);
    if (!hasData())
        return;
    for (const Curve &curve : curves()) {
        if (!isHidden(curve.name))
            addCurve(curve);
    }
    for (std::size_t chunk = 0; chunk < sweep().plan.chunks.size(); ++chunk) {
        if (!isHidden(chunkName(sweep().plan.chunks[chunk])))
            addMeasured(chunk);
    }
    chooseScale();
    fit();
}

void ScalingChart::addCurve(const Curve &curve)
{
    const double one = *ofOne();
    QVector<double> keys;
    QVector<double> values;
    for (int i = 0; i <= curvePoints; ++i) {
        const double workers = 1 + (mostWorkers() - 1) * i / curvePoints;
        keys << workers;
        values << measured(curve.throughput(workers), workers, one);
    }
    QCPGraph *graph = addGraph();
    graph->setPen(QPen(
        theme().muted, 1.5, curve.marker == LegendMarker::DashedLine ? Qt::DashLine : Qt::DotLine));
    graph->setData(keys, values, true);
}

void ScalingChart::addMeasured(std::size_t chunk)
{
    QVector<double> keys;
    QVector<double> values;
    QVector<double> below;
    QVector<double> above;
    for (const SweepCell &cell : sweep().result.cells) {
        const auto estimate = measured(cell);
        if (cell.setting.chunk != sweep().plan.chunks[chunk] || !estimate)
            continue;
        keys << cell.setting.workers;
        values << estimate->value;
        below << (estimate->interval ? estimate->value - estimate->interval->low : 0);
        above << (estimate->interval ? estimate->interval->high - estimate->value : 0);
    }
    const QColor colour = colourOf(chunk);
    QCPGraph *graph = addGraph();
    graph->setPen(QPen(colour, 1.5));
    graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colour, colour, 6));
    graph->setData(keys, values, true);
    auto *bars = new QCPErrorBars(xAxis, yAxis);
    bars->setDataPlottable(graph);
    bars->setPen(QPen(colour, 1.5));
    bars->setSymbolGap(0);
    bars->setData(below, above);
}

double ScalingChart::mostWorkers() const
{
    return *std::max_element(sweep().plan.workers.begin(), sweep().plan.workers.end());
}

void ScalingChart::chooseScale()
{
    double least = INFINITY;
    double most = 0;
    for (const SweepCell &cell : sweep().result.cells) {
        least = std::min(least, cell.throughput.value);
        most = std::max(most, cell.throughput.value);
    }
    const bool isLogarithmic =
        m_measure == Measure::Throughput && least > 0 && most > muchApart * least;
    yAxis->setScaleType(isLogarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    yAxis->setTicker(isLogarithmic ? m_logarithmic : m_linear);
}

void ScalingChart::fit()
{
    if (!hasData())
        return;
    xAxis->setRange(0.75, mostWorkers() + 0.25);
    bool found = false;
    QCPRange all;
    for (int i = 0; i < plottableCount(); ++i) {
        bool has = false;
        const QCPRange range = plottable(i)->getValueRange(has);
        if (has)
            all = std::exchange(found, true) ? all.expanded(range) : range;
    }
    if (!found)
        return;
    if (yAxis->scaleType() == QCPAxis::stLogarithmic)
        yAxis->setRange(all.lower / 1.5, all.upper * 1.5);
    else
        yAxis->setRange(0, std::max(all.upper, 1e-9) * headroom);
    replotSoon();
}

QString ScalingChart::textAt(const QPointF &position) const
{
    const SweepCell *nearest = nullptr;
    double least = reachOfPoint;
    for (const SweepCell &cell : sweep().result.cells) {
        const auto estimate = measured(cell);
        if (!estimate || isHidden(chunkName(cell.setting.chunk)))
            continue;
        const QPointF place(
            xAxis->coordToPixel(cell.setting.workers), yAxis->coordToPixel(estimate->value));
        const double distance = QLineF(place, position).length();
        if (distance < least) {
            least = distance;
            nearest = &cell;
        }
    }
    return nearest ? cellText(*nearest) : QString();
}

} // namespace poolscope
