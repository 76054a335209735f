// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/whatifchart.h"

#include "analysis/callprediction.h"
#include "charts/axisticker.h"
#include "charts/figuretext.h"
#include "spec/runspec.h"
#include "system/usablecores.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr int dotSize = 9;
constexpr double curveShare = 3; // of the width, where the lanes have 2

/// Returns a ticker with ticks at 1, 4, 16, ...
QSharedPointer<QCPAxisTickerText> powersOfFour()
{
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (std::uint32_t workers = 1; workers <= maxWorkers; workers *= 4)
        ticker->addTick(workers, figureText(Count{workers}));
    return ticker;
}

QString processesText(std::uint32_t count)
{
    return count == 1 ? QObject::tr("1 process")
                      : QObject::tr("%1 processes").arg(figureText(Count{count}));
}

QCPGraph *dot(QCPGraph *graph)
{
    graph->setLineStyle(QCPGraph::lsNone);
    return graph;
}

void setPoint(QCPGraph *graph, double workers, double time)
{
    graph->data()->clear();
    if (time > 0)
        graph->addData(workers, time);
}

} // namespace

WhatIfChart::WhatIfChart(QWidget *parent)
    : Chart(ChartKind::WhatIf, tr("What if"),
        tr("The line shows how long the run would have taken with any number of processes, by a "
           "replay of its measured durations and costs of dispatch. No pool is faster than the "
           "dotted line: the longest iteration, or all the work shared evenly. The dashed part is "
           "for more processes than the run's machine has cores: a prediction for a machine with "
           "as many cores. The lanes beside it are those of the chosen number of processes. For a "
           "call of a watched pool the costs of that pool are used, for the cores of its machine. "
           "The band is from the shortest to the longest costs that its record allows, and the "
           "dotted line is the time that the inputs take without a pool."),
        parent)
    , m_lanesRect(new QCPAxisRect(this))
{
    setInteractions(QCP::iNone);
    axisRect()->setRangeDrag({});
    makeCurves();
    makeLanes();
    fitAxes();
}

void WhatIfChart::makeCurves()
{
    m_otherMachines = new QCPItemRect(this);
    m_otherMachines->setLayer(QStringLiteral("background"));
    m_otherMachines->setPen(Qt::NoPen);
    for (QCPItemPosition *corner : {m_otherMachines->topLeft, m_otherMachines->bottomRight})
        corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_otherMachines->bottomRight->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_otherMachines->bottomRight->setCoords(1, 1);
    m_coresText = new QCPItemText(this);
    m_coresText->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_coresText->setPadding(QMargins(4, 1, 4, 1));
    m_longest = addGraph();
    m_shortest = addGraph();
    m_longest->setChannelFillGraph(m_shortest);
    m_predicted = addGraph();
    m_predictedBeyond = addGraph();
    m_bound = addGraph();
    m_chosen = dot(addGraph());
    m_run = dot(addGraph()); // the cross is drawn on top of the square
    xAxis->setScaleType(QCPAxis::stLogarithmic);
    xAxis->setTicker(powersOfFour());
    xAxis->setLabel(tr("processes"));
    yAxis->setScaleType(QCPAxis::stLogarithmic);
    yAxis->setTicker(QSharedPointer<LogTimeTicker>::create());
    yAxis->setLabel(tr("makespan"));
}

void WhatIfChart::makeLanes()
{
    plotLayout()->addElement(0, 1, m_lanesRect);
    plotLayout()->setColumnStretchFactor(0, curveShare);
    plotLayout()->setColumnStretchFactor(1, 2);
    m_lanesRect->setMinimumMargins(axisRect()->minimumMargins());
    m_lanesRect->setVisible(false);
    QCPAxis *time = m_lanesRect->axis(QCPAxis::atBottom);
    QCPAxis *process = m_lanesRect->axis(QCPAxis::atLeft);
    for (QCPAxis *axis : {time, process}) {
        axis->setLayer(QStringLiteral("axes"));
        axis->grid()->setVisible(false);
    }
    auto times = QSharedPointer<TimeTicker>::create();
    times->setTickCount(3);
    time->setTicker(times);
    process->setTicker(QSharedPointer<CountTicker>::create(CountTicker::Steps::Whole, 4));
    process->setRangeReversed(true);
    m_lanes = new ReplayedLanesPlottable(time, process);
    m_lanes->setTheme(&theme());
}

void WhatIfChart::setTheme(const Theme &theme)
{
    Chart::setTheme(theme);
    for (const QCPAxis::AxisType type : {QCPAxis::atBottom, QCPAxis::atLeft})
        styleAxis(m_lanesRect->axis(type));
    m_otherMachines->setBrush(theme.track);
    m_coresText->setColor(theme.muted);
    m_coresText->setFont(xAxis->tickLabelFont());
    QColor band = theme.accent;
    band.setAlpha(50);
    m_longest->setPen(Qt::NoPen);
    m_longest->setBrush(band);
    m_shortest->setPen(Qt::NoPen);
    m_predicted->setPen(QPen(theme.accent, 2));
    m_predictedBeyond->setPen(QPen(theme.accent, 2, Qt::DashLine));
    m_bound->setPen(QPen(theme.text, 1, Qt::DotLine));
    m_run->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCross, QPen(theme.text, 2), Qt::NoBrush, dotSize));
    m_chosen->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssSquare, QPen(theme.surface, 1), theme.accent, dotSize));
}

QString WhatIfChart::figure() const
{
    const CurvePoint *point = pointOf(m_setting.workers);
    if (!point)
        return {};
    if (call())
        return processesText(m_setting.workers) + QStringLiteral(": ") + predictionText(*point);
    return tr("%1: %2 \u00b7 never below %3")
        .arg(processesText(m_setting.workers), predictionText(*point),
            figureText(Duration(std::max(m_results.longest, m_results.total / maxWorkers))));
}

QString WhatIfChart::sentence() const
{
    const CurvePoint *point = pointOf(m_setting.workers);
    if (!point)
        return {};
    if (call())
        return callSentence(*point);
    const bool isOneLong = m_results.longest >= m_results.total / maxWorkers;
    QString text =
        tr("With %1: %2; no number of processes goes below %3 (%4).")
            .arg(processesText(m_setting.workers), predictionText(*point),
                figureText(Duration(std::max(m_results.longest, m_results.total / maxWorkers))),
                isOneLong ? tr("the longest iteration")
                          : tr("all the work, shared by %1").arg(figureText(Count{maxWorkers})));
    text += startText(*point);
    if (needsMoreCores(m_setting.workers))
        text += QLatin1Char(' ')
            + tr("The run's machine has %1: this is a prediction for one with %2.")
                  .arg(coresText(), figureText(Count{m_setting.workers}));
    if (cores() == 0)
        text += QLatin1Char(' ')
            + tr("How many cores the run's machine had was not recorded: this is a prediction for "
                 "one with as many as processes.");
    if (isRough())
        text += QLatin1Char(' ')
            + tr("Inputs as short as these, %1 each, take longer alone than in large chunks: this "
                 "is a rough prediction.")
                  .arg(figureText(
                      Duration(m_results.total / static_cast<double>(m_results.inputs))));
    return text;
}

/// Returns the prediction of a call, and how long it takes without a pool.
QString WhatIfChart::callSentence(const CurvePoint &point) const
{
    const std::uint64_t chunk = m_setting.chunk.value_or(call()->chunk);
    const QString chunks =
        call()->takesChunks() ? tr(" and chunks of %1").arg(figureText(Count{chunk})) : QString();
    const QString without = call()->noPool() > Duration()
        ? tr(" Without a pool the inputs take about %1.").arg(figureText(call()->noPool()))
        : QString();
    return tr("With %1%2: %3.%4")
        .arg(processesText(m_setting.workers), chunks, predictionText(point), without);
}

/// "1.2 s, 3.4 x as fast as this run", or the range of both.
QString WhatIfChart::predictionText(const CurvePoint &point) const
{
    if (!point.range.isKnown())
        return figureText(Duration(point.makespan)) + QStringLiteral(", ")
            + speedText(point.makespan);
    const auto [shortest, longest] = point.range;
    const double least = runTime() / std::max(longest, 1.0);
    const double most = runTime() / std::max(shortest, 1.0);
    if (most > ExpectedRate::widest * least)
        return tr("at most %1, more than %2 as fast as this call")
            .arg(figureText(Duration(longest)), figureText(Factor{least}));
    return tr("%1 to %2, %3 to %4 as fast as this call")
        .arg(figureText(Duration(shortest)), figureText(Duration(longest)),
            figureText(Factor{least}), figureText(Factor{most}));
}

/// Whether the prediction is for a machine with more cores. A call is predicted for its own.
bool WhatIfChart::needsMoreCores(std::uint32_t workers) const
{
    return !isOfCall() && isForAnotherMachine(workers, cores());
}

bool WhatIfChart::isOfCall() const
{
    return record() && isWatched(record()->origin);
}

/// Returns a sentence on the time before the makespan. Empty if loading was not measured.
QString WhatIfChart::startText(const CurvePoint &point) const
{
    const StartCosts &starts = m_results.starts;
    if (!starts.areKnown())
        return {};
    const WorkerStart start = m_setting.start.value_or(starts.recorded);
    QString text = QLatin1Char(' ')
        + (start == WorkerStart::Fork
                ? tr("Starting takes %1 before that, as copies of one process that has loaded the "
                     "task")
                : tr("Starting takes %1 before that, as new interpreters"))
              .arg(figureText(Duration(point.startUp)));
    const auto memory = static_cast<std::uint64_t>(memorySavedByCopies(starts, m_setting.workers));
    if (start != starts.recorded && memory > 0)
        text += (start == WorkerStart::Fork ? tr(", which need %1 less memory")
                                            : tr(", which need %1 more memory"))
                    .arg(figureText(Bytes{memory}));
    return text + QLatin1Char('.');
}

/// Whether the prediction is rough: inputs were measured in chunks of another size, and are so
/// short that measuring and cold caches add a large share to the time of a single input.
bool WhatIfChart::isRough() const
{
    constexpr double shortInput = 1000; // nanoseconds
    return !call() && m_results.total < shortInput * static_cast<double>(m_results.inputs)
        && m_setting.chunk != poolOf(record()->origin).chunk;
}

/// "3.4 x as fast as this run".
QString WhatIfChart::speedText(double makespan) const
{
    constexpr double noDifference = 0.05;
    const double factor = runTime() / std::max(makespan, 1.0);
    if (std::abs(factor - 1) < noDifference)
        return tr("as fast as this run");
    const double shown = factor > 1 ? factor : 1 / factor;
    return (factor > 1 ? tr("%1 as fast as this run") : tr("%1 as long as this run"))
        .arg(figureText(Factor{shown}));
}

std::vector<Series> WhatIfChart::series() const
{
    const auto key = [](const QString &name, const QColor &colour, LegendMarker marker) {
        return Series{name, colour, true, Series::Use::Key, marker};
    };
    std::vector<Series> series{key(tr("predicted"), theme().accent, LegendMarker::Line)};
    if (isOfCall())
        series.push_back(key(tr("range"), m_longest->brush().color(), LegendMarker::Area));
    else if (cores() > 0)
        series.push_back(
            key(tr("for a machine with more cores"), theme().accent, LegendMarker::DashedLine));
    series.push_back(key(isOfCall() ? tr("without a pool") : tr("lower bound"), theme().text,
        LegendMarker::DottedLine));
    series.push_back(key(tr("this run"), theme().text, LegendMarker::Cross));
    series.push_back(key(tr("chosen"), theme().accent, LegendMarker::Area));
    return series;
}

void WhatIfChart::recordChanged()
{
    m_replayer.reset();
    m_results = {};
    m_setting = {};
    if (record()) {
        m_setting.workers = runWorkers();
        const PoolSpec pool = poolOf(record()->origin);
        m_setting.chunk = pool.chunk;
        m_setting.window = pool.window;
    }
    showAll();
    emit recordShown();
}

void WhatIfChart::setSetting(const WhatIfSetting &setting)
{
    if (setting == m_setting)
        return;
    if (!setting.isOnCurveOf(m_setting))
        m_results.curve.clear();
    m_setting = setting;
    m_results.isComplete = false;
    if (m_replayer)
        m_replayer->request(setting);
    showAll();
    emit figureChanged();
    replotSoon();
}

Chart::DataWriter WhatIfChart::dataWriter() const
{
    if (!m_results.isComplete)
        return Chart::dataWriter();
    return [curve = m_results.curve](
               const std::filesystem::path &path, const ShouldContinue &shouldContinue) {
        return writeCurveData(curve, path, shouldContinue);
    };
}

Chart::Taken WhatIfChart::takeNew(const Moment &moment, std::chrono::steady_clock::time_point until)
{
    if (moment.run != TimeView::Run::Ended)
        return {};
    if (!m_replayer) {
        m_replayer = std::make_unique<Replayer>(*record());
        m_replayer->request(m_setting);
    }
    if (m_results.isComplete)
        until = std::chrono::steady_clock::now();
    auto results = m_replayer->takeNew(until);
    if (!results)
        return {Changed::Nothing, m_results.isComplete};
    m_results = std::move(*results);
    showAll();
    return {Changed::Picture, m_results.isComplete};
}

/// The cores of the run's machine. 0 if they are not known, as for an imported run.
std::uint32_t WhatIfChart::cores() const
{
    const std::uint32_t known = record() ? record()->machine.cores : 0;
    return known > 0 || (record() && !specOf(record()->origin)) ? known : usableCores();
}

QString WhatIfChart::coresText() const
{
    return cores() == 0 ? tr("? cores")
        : cores() == 1  ? tr("1 core")
                        : tr("%1 cores").arg(figureText(Count{cores()}));
}

/// The makespan of the run without pauses, in nanoseconds.
double WhatIfChart::runTime() const
{
    if (call())
        return call()->elapsed.count();
    const Timeline &timeline = record()->timeline;
    return static_cast<double>(timeline.makespan() - timeline.pausedOfMakespan());
}

std::uint32_t WhatIfChart::runWorkers() const
{
    const auto workers = static_cast<std::uint32_t>(record()->timeline.workerCount());
    return std::clamp(poolOf(record()->origin).workers.value_or(workers), 1U, maxWorkers);
}

const CurvePoint *WhatIfChart::pointOf(std::uint32_t workers) const
{
    const auto point = std::find_if(m_results.curve.begin(), m_results.curve.end(),
        [workers](const CurvePoint &candidate) { return candidate.workers == workers; });
    return m_results.hasWork && point != m_results.curve.end() ? &*point : nullptr;
}

void WhatIfChart::showAll()
{
    QVector<QCPGraphData> within;
    QVector<QCPGraphData> beyond;
    QVector<QCPGraphData> bound;
    QVector<QCPGraphData> shortest;
    QVector<QCPGraphData> longest;
    for (const CurvePoint &point : m_results.curve) {
        const double workers = point.workers;
        const bool isForOther = needsMoreCores(point.workers);
        if (point.range.isKnown()) {
            shortest.append({workers, std::max(point.range.shortest, 1.0)});
            longest.append({workers, std::max(point.range.longest, 1.0)});
        }
        if (isForOther && beyond.isEmpty() && !within.isEmpty())
            beyond.append(within.back());
        (isForOther ? beyond : within).append({workers, std::max(point.makespan, 1.0)});
        const double line = call() ? call()->noPool().count() : point.lowerBound;
        bound.append({workers, std::max(line, 1.0)});
    }
    m_predicted->data()->set(within, true);
    m_predictedBeyond->data()->set(beyond, true);
    m_bound->data()->set(bound, true);
    m_shortest->data()->set(shortest, true);
    m_longest->data()->set(longest, true);
    setPoint(m_run, record() ? runWorkers() : 1, bound.isEmpty() ? 0 : runTime());
    const CurvePoint *chosen = pointOf(m_setting.workers);
    setPoint(m_chosen, m_setting.workers, chosen ? std::max(chosen->makespan, 1.0) : 0);
    showCores();
    showLanes();
    fitAxes();
}

void WhatIfChart::showCores()
{
    constexpr double rightHalf = 32;
    const bool isKnown = cores() > 0;
    const double last = isKnown ? cores() : maxWorkers;
    const bool isSeen = record() && !isOfCall() && cores() < maxWorkers;
    m_otherMachines->setVisible(isSeen && isKnown);
    m_otherMachines->topLeft->setCoords(last, 0);
    m_coresText->setVisible(isSeen);
    m_coresText->setText(coresText());
    m_coresText->setPositionAlignment(
        (last > rightHalf ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignBottom);
    m_coresText->position->setCoords(last, 1);
}

void WhatIfChart::showLanes()
{
    const bool othersCome = m_replayer && !m_results.chosen; // the lanes shown stay until then
    if (othersCome || m_lanes->run() == m_results.chosen.get())
        return;
    m_lanes->setRun(m_results.chosen);
    const bool hasLanes = m_results.chosen && !m_results.chosen->lanes.empty();
    m_lanesRect->setVisible(hasLanes);
    if (!hasLanes)
        return;
    bool found = false;
    QCPAxis *time = m_lanesRect->axis(QCPAxis::atBottom);
    time->setRange(m_lanes->getKeyRange(found, QCP::sdBoth));
    time->setLabel(tr("with %1").arg(processesText(m_setting.workers)));
    m_lanesRect->axis(QCPAxis::atLeft)->setRange(m_lanes->getValueRange(found, QCP::sdBoth, {}));
}

void WhatIfChart::fit()
{
    fitAxes();
    replotSoon();
}

void WhatIfChart::fitAxes()
{
    constexpr double side = 1.12;
    constexpr double leastMargin = 1.25;
    constexpr double share = 0.08; // of the drawn range, for the markers at its ends
    xAxis->setRange(1 / side, maxWorkers * side);
    double lowest = INFINITY;
    double highest = 0;
    for (const QCPGraph *graph :
        {m_longest, m_shortest, m_predicted, m_predictedBeyond, m_bound, m_run}) {
        for (const QCPGraphData &point : *graph->data()) {
            lowest = std::min(lowest, point.value);
            highest = std::max(highest, point.value);
        }
    }
    const double margin = std::max(leastMargin, std::pow(highest / lowest, share));
    if (highest > 0)
        yAxis->setRange(lowest / margin, highest * margin);
    else
        yAxis->setRange(1e6, 1e9);
}

std::uint32_t WhatIfChart::workersAt(const QPointF &position) const
{
    const double workers = std::round(xAxis->pixelToCoord(position.x()));
    return static_cast<std::uint32_t>(std::clamp<double>(workers, 1, maxWorkers));
}

bool WhatIfChart::isOverPlot(const QPoint &position) const
{
    return Chart::isOverPlot(position) || m_lanesRect->rect().contains(position);
}

/// Returns the tool tip on a lane, with what its process would do at that time.
QString WhatIfChart::laneText(const QPointF &position) const
{
    const ReplayedRun *run = m_lanes->run();
    const double place = m_lanesRect->axis(QCPAxis::atLeft)->pixelToCoord(position.y());
    const double time = m_lanesRect->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const auto number = static_cast<std::size_t>(std::max(std::round(place), 1.0));
    if (!run || number > run->lanes.size() || time < 0)
        return {};
    const Lane &lane = *run->lanes[number - 1];
    const std::size_t begun = lane.countBefore(static_cast<std::uint64_t>(time) + 1);
    QStringList text{tr("process %1").arg(figureText(Count{number})),
        (isOfCall() ? tr("%1 after the call") : tr("%1 after the first dispatch"))
            .arg(figureText(Duration(time)))};
    if (begun == 0)
        return (text << tr("waits for its first chunk")).join(u'\n');
    const Span span = lane.span(begun - 1);
    if (time < static_cast<double>(span.begin + span.duration))
        text << tr("computes for %1").arg(figureText(Duration(span.duration)));
    else
        text << (begun < lane.size() ? tr("waits for a chunk") : tr("has no work left"));
    return text.join(u'\n');
}

QString WhatIfChart::textAt(const QPointF &position) const
{
    if (m_results.curve.empty())
        return {};
    if (m_lanesRect->visible() && m_lanesRect->rect().contains(position.toPoint()))
        return laneText(position);
    const auto wanted = static_cast<double>(workersAt(position));
    const auto nearest = std::min_element(m_results.curve.begin(), m_results.curve.end(),
        [wanted](const CurvePoint &a, const CurvePoint &b) {
            return std::abs(a.workers - wanted) < std::abs(b.workers - wanted);
        });
    QStringList text{processesText(nearest->workers),
        tr("predicted: %1").arg(predictionText(*nearest)),
        call() ? tr("without a pool: %1").arg(figureText(call()->noPool()))
               : tr("lower bound: %1").arg(figureText(Duration(nearest->lowerBound)))};
    if (needsMoreCores(nearest->workers))
        text << tr("for a machine with %1 cores").arg(figureText(Count{nearest->workers}));
    return (text << tr("click: choose this number")).join(u'\n');
}

bool WhatIfChart::canBeClicked(const QPointF &position) const
{
    return !m_results.curve.empty() && axisRect()->rect().contains(position.toPoint());
}

void WhatIfChart::clicked(const QPointF &position)
{
    if (canBeClicked(position))
        emit workersPicked(static_cast<int>(workersAt(position)));
}

void WhatIfChart::showEvent(QShowEvent *event)
{
    Chart::showEvent(event);
    emit framesWanted();
}

} // namespace poolscope
