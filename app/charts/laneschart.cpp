// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/laneschart.h"

#include "charts/axisticker.h"
#include "charts/caption.h"
#include "charts/causecolours.h"
#include "charts/figuretext.h"

#include <QWheelEvent>
#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope {

namespace {

constexpr double reachOfTick = 4; // pixels around a failure's tick in which the failure is found
constexpr double roundingError = 1e-9;

struct LayerName {
    LanesPlottable::Layer layer;
    const char *name;
    LegendMarker marker;
};
constexpr std::array layers{
    LayerName{LanesPlottable::Layer::Failures, "failed", LegendMarker::Tick},
    LayerName{LanesPlottable::Layer::Quarantined, "quarantined", LegendMarker::Cross},
    LayerName{LanesPlottable::Layer::Resizes, "resized", LegendMarker::Resize},
};

/// A ticker of the numbers of workers, or of the names that an imported run has for them.
class WorkerTicker : public CountTicker {
public:
    explicit WorkerTicker(const LanesChart &chart)
        : CountTicker(Steps::Whole, mostLabels)
        , m_chart(chart)
    {
    }

protected:
    QString getTickLabel(double tick, const QLocale &locale, QChar form, int precision) override
    {
        constexpr int widest = 160; // pixels
        const RunRecord *record = m_chart.record();
        if (isParent(tick))
            return LanesChart::tr("parent");
        if (!record || tick < 1 || !isImported(record->origin))
            return CountTicker::getTickLabel(tick, locale, form, precision);
        const WorkerId worker = workerOf(static_cast<std::size_t>(tick) - 1);
        const QFontMetrics metrics(m_chart.yAxis->tickLabelFont());
        return metrics.elidedText(workerName(*record, worker), Qt::ElideMiddle, widest);
    }

    QVector<double> createTickVector(double step, const QCPRange &range) override
    {
        QVector<double> ticks = CountTicker::createTickVector(step, range);
        if (!m_chart.hasParentLane())
            return ticks;
        const double parent = parentLane();
        const double height =
            std::abs(m_chart.yAxis->coordToPixel(1) - m_chart.yAxis->coordToPixel(0));
        const double label = QFontMetrics(m_chart.yAxis->tickLabelFont()).height();
        ticks.erase(std::remove_if(ticks.begin(), ticks.end(),
                        [&](double tick) {
                            return tick > parent - 0.5 || (parent - tick) * height < label;
                        }),
            ticks.end());
        return ticks << parent;
    }

private:
    static constexpr int mostLabels = 8;

    double parentLane() const
    {
        return static_cast<double>(m_chart.record()->timeline.workerCount() + 1);
    }
    bool isParent(double tick) const
    {
        return m_chart.hasParentLane() && std::abs(tick - parentLane()) < 0.5;
    }

    const LanesChart &m_chart;
};

QString lines(const QStringList &list)
{
    return list.join(QLatin1Char('\n'));
}

QString indicesText(const Span &span)
{
    if (span.count == 1)
        return QStringLiteral("index %1").arg(figureText(Count{span.first}));
    return QStringLiteral("indices %1\u2013%2 (%3 iterations)")
        .arg(figureText(Count{span.first}), figureText(Count{span.first + span.count - 1}),
            figureText(Count{span.count}));
}

} // namespace

LanesChart::LanesChart(TimeView &view, QWidget *parent)
    : TimeChart(ChartKind::Workers, tr("Workers over time"),
        tr("Each lane is one worker: coloured while it computes, pale while it waits for a chunk, "
           "grey while its process starts. The stronger the colour, the larger the share of that "
           "moment in which it was busy; close up, each span shows the indices that it ran. "
           "Red ticks are failed inputs, a cross is one that was quarantined, and "
           "dash-dotted lines mark where the number of workers was changed. In a watched pool of "
           "processes, the lower part of a lane is the time for receiving, pickling and sending, "
           "and the last lane is the process that made the call: its thread that sends chunks, its "
           "thread that receives results, and your loop."),
        view, parent)
    , m_lanes(new LanesPlottable(xAxis, yAxis))
{
    yAxis->setTicker(QSharedPointer<WorkerTicker>::create(*this));
    yAxis->setRangeReversed(true);
    yAxis->setRange(0.5, 2.5);
    yAxis->setLabel(tr("worker"));
    yAxis->grid()->setVisible(false);
    // The number of workers is drawn above a resize.
    QMargins margins = axisRect()->minimumMargins();
    margins.setTop(std::max(margins.top(), fontMetrics().height() + 2));
    axisRect()->setMinimumMargins(margins);
    m_lanes->setTheme(&theme());
    connect(yAxis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this,
        &LanesChart::keepLanesInView);
    connect(&view, &TimeView::followed, this, &LanesChart::fitLanes);
}

QCPRange LanesChart::allLanes() const
{
    return {0.5, std::max<double>(1, static_cast<double>(m_lanesShown)) + 0.5};
}

const ParentTimes *LanesChart::parentTimes() const
{
    const auto *call = record() ? std::get_if<WatchedCall>(&record()->origin) : nullptr;
    return call && !call->parent.isEmpty() ? &call->parent : nullptr;
}

/// Limits the view to the lanes that exist. Lanes can be dragged only while some are out of view.
void LanesChart::keepLanesInView(const QCPRange &range)
{
    const QCPRange all = allLanes();
    const bool isZoomed = range.size() < all.size() * (1 - roundingError);
    axisRect()->setRangeDrag(isZoomed ? Qt::Horizontal | Qt::Vertical : Qt::Horizontal);
    const QCPRange kept = isZoomed ? range.bounded(all.lower, all.upper) : all;
    if (kept != range)
        yAxis->setRange(kept);
}

QString LanesChart::figure() const
{
    if (!record())
        return {};
    const Timeline &timeline = record()->timeline;
    double busy = 0;
    double alive = 0;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        busy += static_cast<double>(busyOutsidePauses(i));
        alive += static_cast<double>(aliveOutsidePauses(i));
    }
    if (alive <= 0)
        return {};
    const QString share = figureText(Share{std::min(1.0, busy / alive)});
    return timeline.pausedOfMakespan() > 0
        ? tr("busy %1 of worker time, pauses left out").arg(share)
        : tr("busy %1 of worker time").arg(share);
}

std::uint64_t LanesChart::busyOutsidePauses(std::size_t worker) const
{
    const WorkerRecord &its = record()->timeline.worker(worker);
    std::uint64_t inPauses = 0;
    const auto &paces = m_history->paces();
    for (std::size_t i = 0; i < paces.size(); ++i) {
        if (paces[i].value == RunHistory::Pace::Paused)
            inPauses += its.lane().busyBetween(
                paces[i].time, i + 1 < paces.size() ? paces[i + 1].time : UINT64_MAX);
    }
    const std::uint64_t busy = its.busy();
    return busy - std::min(busy, inPauses);
}

std::uint64_t LanesChart::aliveOutsidePauses(std::size_t worker) const
{
    if (worker >= m_history->workerCount())
        return 0;
    const Timeline &timeline = record()->timeline;
    const std::uint64_t end = timeline.end();
    const auto &states = m_history->worker(worker).states;
    std::uint64_t alive = 0;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const WorkerState state = states[i].value;
        const std::uint64_t begin = states[i].time;
        const std::uint64_t until = std::min(end, i + 1 < states.size() ? states[i + 1].time : end);
        if ((state == WorkerState::Ready || state == WorkerState::Leaving) && until > begin)
            alive += until - begin - timeline.pausedBetween(begin, until);
    }
    return alive;
}

std::vector<Series> LanesChart::series() const
{
    const std::array colours{theme().failure, theme().quarantined, theme().text};
    const auto key = [&](const QString &name, const QColor &colour,
                         LegendMarker marker = LegendMarker::Area) {
        return Series{name, colour, true, Series::Use::Key, marker};
    };
    std::vector<Series> series{key(tr("busy"), theme().worker(WorkerId{1})),
        key(tr("under way"), theme().worker(WorkerId{1}), LegendMarker::Hatching),
        key(tr("waiting"), theme().track), key(tr("starting"), theme().starting)};
    const bool canBeControlled = !record() || !isWatched(record()->origin);
    if (canBeControlled)
        series.push_back(key(tr("paused"), theme().muted, LegendMarker::Hatching));
    if (m_transfers)
        series.push_back(
            key(tr("pickling, receiving, sending"), causeColour(theme(), Cause::TransferIn)));
    if (hasParentLane()) {
        const std::array names{tr("parent sends"), tr("parent receives"), tr("your loop")};
        for (const ParentActivity activity : parentTimes()->activities())
            series.push_back(
                key(names[static_cast<std::size_t>(activity)], activityColour(theme(), activity)));
    }
    const std::size_t shown =
        canBeControlled ? layers.size() : layers.size() - 1; // the last: resizes
    for (std::size_t i = 0; i < shown; ++i)
        series.push_back({tr(layers[i].name), colours[i], m_lanes->isLayerVisible(layers[i].layer),
            Series::Use::Switch, layers[i].marker});
    return series;
}

void LanesChart::setSeriesVisible(std::size_t series, bool visible)
{
    const std::vector<Series> all = this->series();
    const auto keys = std::count_if(
        all.begin(), all.end(), [](const Series &one) { return one.use == Series::Use::Key; });
    m_lanes->setLayerVisible(layers.at(series - static_cast<std::size_t>(keys)).layer, visible);
    emit seriesChanged();
    replotSoon();
}

void LanesChart::recordChanged()
{
    m_history.reset();
    m_finder.reset();
    m_now = 0;
    m_parentShown = {};
    m_hasAllMarks = false;
    if (record()) {
        m_history = std::make_unique<RunHistory>(record()->timeline);
        m_finder = std::make_unique<SpanFinder>(record()->timeline);
    }
    m_lanes->setSource(record() ? &record()->timeline : nullptr, m_history.get());
    const auto *call = record() ? std::get_if<WatchedCall>(&record()->origin) : nullptr;
    const bool sendsMessages = call && call->startMethod != "thread";
    m_transfers = sendsMessages ? std::make_unique<TransferLanes>(record()->timeline) : nullptr;
    m_lanes->setTransfers(m_transfers.get());
    fitLanes();
}

Chart::Taken LanesChart::takeNew(const Moment &moment, std::chrono::steady_clock::time_point)
{
    const bool hasAllTransfers = !m_transfers || m_transfers->advance(marksAtOnce);
    const bool all = m_history->advance(marksAtOnce) && hasAllTransfers;
    const bool hasNewParentTimes = showParent();
    const bool moved = moment.now != m_now || !m_hasAllMarks || hasNewParentTimes;
    m_hasAllMarks = all;
    m_now = moment.now;
    m_run = moment.run;
    m_lanes->setNow(moment.now);
    if (m_lanes->laneCount() != m_lanesShown)
        showNewLanes();
    return {moved || !all ? Changed::Picture : Changed::Nothing, all};
}

/// Returns whether the times of the parent have changed.
bool LanesChart::showParent()
{
    const ParentTimes *times = parentTimes();
    m_lanes->setParent(times);
    if (!times || *times == m_parentShown)
        return false;
    const ParentTimes before = std::exchange(m_parentShown, *times);
    if (before.activities() != m_parentShown.activities())
        emit seriesChanged();
    return true;
}

/// Shows all lanes, unless the user has zoomed them.
void LanesChart::showNewLanes()
{
    const bool zoomed = axisRect()->rangeDrag().testFlag(Qt::Vertical);
    if (zoomed)
        m_lanesShown = m_lanes->laneCount();
    else
        fitLanes();
}

void LanesChart::fitLanes()
{
    m_lanesShown = m_lanes->laneCount();
    yAxis->setRange(allLanes());
    replotSoon();
}

void LanesChart::showIndex(std::optional<std::uint64_t> index)
{
    const auto found = index && record() ? m_finder->find(*index) : std::nullopt;
    m_lanes->setOutlined(found);
    if (found) {
        const Span span = record()->timeline.worker(found->worker).lane().span(found->position);
        const auto begin = static_cast<double>(span.begin);
        const auto end = static_cast<double>(span.begin + span.duration);
        const TimeView::Range range = view().range();
        if (begin < range.begin || end > range.end) {
            const double middle = (begin + end) / 2;
            const double width = std::max(range.width(), (end - begin) * 1.2);
            view().show({middle - width / 2, middle + width / 2});
        }
    }
    replotSoon();
}

void LanesChart::setSelectionVisible(bool visible)
{
    m_lanes->setSelectionVisible(visible);
}

void LanesChart::setSelection(std::shared_ptr<const SelectedIterations> selection)
{
    m_lanes->setSelection(std::move(selection));
    replotSoon();
}

std::optional<LanesChart::LanePoint> LanesChart::pointAt(const QPointF &position) const
{
    const auto worker = m_lanes->workerAt(yAxis->pixelToCoord(position.y()));
    const double time = xAxis->pixelToCoord(position.x());
    if (!worker || time < 0)
        return std::nullopt;
    return LanePoint{*worker, static_cast<std::uint64_t>(time)};
}

std::optional<FailureMark> LanesChart::failureAt(const QPointF &position, WorkerId worker) const
{
    if (laneOf(worker) >= m_history->workerCount())
        return std::nullopt;
    const double from = std::max(0.0, xAxis->pixelToCoord(position.x() - reachOfTick));
    const double to = xAxis->pixelToCoord(position.x() + reachOfTick);
    const double wanted = xAxis->pixelToCoord(position.x());
    const auto &failures = m_history->worker(worker).failures;
    auto mark = std::lower_bound(failures.begin(), failures.end(), from,
        [](const FailureMark &m, double time) { return static_cast<double>(m.time) < time; });
    std::optional<FailureMark> nearest;
    for (; mark != failures.end() && static_cast<double>(mark->time) <= to; ++mark) {
        const auto distance = [&](const FailureMark &m) {
            return std::abs(static_cast<double>(m.time) - wanted);
        };
        if (!nearest || distance(*mark) < distance(*nearest))
            nearest = *mark;
    }
    return nearest;
}

/// A line break and the name that an imported run has for the input. Empty if there is no name.
QString LanesChart::inputLine(std::uint64_t index) const
{
    const QString name = inputName(*record(), index);
    return name.isEmpty() ? name : QLatin1Char('\n') + name;
}

/// Returns the tool tip on the lane of the parent.
QString LanesChart::parentText(const QPointF &position) const
{
    const auto time = static_cast<std::uint64_t>(std::max(xAxis->pixelToCoord(position.x()), 0.0));
    const TimeGrid grid = m_lanes->parentGridAt(devicePixelRatioF());
    const std::uint64_t begin = grid.beginOf(grid.columnAt(time));
    const std::array what{
        tr("pickles and sends: %1"), tr("receives and unpickles: %1"), tr("your loop: %1")};
    QStringList text{tr("parent: the process that made the call"),
        tr("at %1, of %2").arg(figureText(Duration(time)), figureText(Duration(grid.width())))};
    for (const ParentActivity activity : parentTimes()->activities()) {
        const double share = parentTimes()->share(activity, begin, begin + grid.width());
        text << what[static_cast<std::size_t>(activity)].arg(figureText(Share{share}));
    }
    return lines(text);
}

QString LanesChart::textAt(const QPointF &position) const
{
    if (hasParentLane() && m_lanes->isParentAt(yAxis->pixelToCoord(position.y())))
        return xAxis->pixelToCoord(position.x()) <= static_cast<double>(m_now)
            ? parentText(position)
            : QString();
    const auto point = pointAt(position);
    if (!point || point->time > m_now)
        return {};
    if (const auto failure = failureAt(position, point->worker))
        return lines({workerName(*record(), point->worker) + inputLine(failure->index),
            (failure->quarantined ? tr("index %1 was quarantined") : tr("index %1 failed"))
                .arg(figureText(Count{failure->index})),
            tr("at %1").arg(figureText(Duration(failure->time))),
            tr("click: its row in Outcomes")});
    if (const auto open = m_lanes->openSpanAt(point->worker, point->time))
        return openText(point->worker, *open);
    if (!m_lanes->showsSpans(point->worker))
        return columnText(*point);
    if (const auto span = m_lanes->spanAt(point->worker, point->time))
        return spanText(point->worker, *span);
    return idleText(*point);
}

QString LanesChart::spanText(WorkerId worker, std::size_t position) const
{
    const Span span = record()->timeline.worker(worker).lane().span(position);
    const auto duration = static_cast<double>(span.duration);
    const QString input = span.count == 1 ? inputLine(span.first) : QString();
    QStringList text{workerName(*record(), worker) + input, indicesText(span),
        tr("from %1, for %2")
            .arg(figureText(Duration(span.begin)), figureText(Duration(duration)))};
    if (span.count > 1)
        text << tr("%1 each").arg(figureText(Duration(duration / static_cast<double>(span.count))));
    return lines(text << tr("click: the row in Outcomes"));
}

QString LanesChart::openText(WorkerId worker, const OpenSpan &open) const
{
    const auto begin = static_cast<double>(open.begin);
    const bool wasStopped = record()->timeline.stopped() > 0;
    const auto end = static_cast<double>(wasStopped ? open.seen : m_now);
    const Span span{open.begin, open.duration(), open.first, open.count};
    return lines({workerName(*record(), worker), indicesText(span),
        (wasStopped ? tr("since %1, never finished (%2)") : tr("since %1, for %2 so far"))
            .arg(figureText(Duration(begin)), figureText(Duration(end - begin)))});
}

QString LanesChart::columnText(const LanePoint &point) const
{
    const Lane &lane = record()->timeline.worker(point.worker).lane();
    const TimeGrid grid = m_lanes->gridAt(devicePixelRatioF());
    const std::uint64_t begin = grid.beginOf(grid.columnAt(point.time));
    const std::uint64_t end = begin + grid.width();
    const double share =
        static_cast<double>(lane.busyBetween(begin, end)) / static_cast<double>(grid.width());
    return lines({workerName(*record(), point.worker),
        tr("at %1").arg(figureText(Duration(point.time))),
        tr("busy %1 of these %2").arg(figureText(Share{share}), figureText(Duration(grid.width()))),
        tr("%1 spans begin here")
            .arg(figureText(Count{lane.countBefore(end) - lane.countBefore(begin)}))});
}

QString LanesChart::idleText(const LanePoint &point) const
{
    std::optional<WorkerState> state;
    if (laneOf(point.worker) < m_history->workerCount()) {
        for (const auto &since : m_history->worker(point.worker).states) {
            if (since.time <= point.time)
                state = since.value;
        }
    }
    const auto text = [&] {
        if (!state)
            return isImported(record()->origin) ? tr("nothing yet") : tr("no process yet");
        switch (*state) {
        case WorkerState::Starting:
            return tr("its process starts");
        case WorkerState::Ready:
        case WorkerState::Leaving:
            return isImported(record()->origin) ? tr("idle") : tr("waits for a chunk");
        case WorkerState::Dead:
            return tr("it has died");
        case WorkerState::Gone:
            return isImported(record()->origin) ? tr("nothing more") : tr("it is gone");
        }
        return QString();
    };
    return lines({workerName(*record(), point.worker), text(),
        tr("at %1").arg(figureText(Duration(point.time)))});
}

std::optional<std::uint64_t> LanesChart::indexAt(const QPointF &position) const
{
    const auto point = pointAt(position);
    if (!point)
        return std::nullopt;
    if (const auto failure = failureAt(position, point->worker))
        return failure->index;
    if (const auto span = m_lanes->spanAt(point->worker, point->time))
        return record()->timeline.worker(point->worker).lane().span(*span).first;
    if (const auto open = m_lanes->openSpanAt(point->worker, point->time))
        return open->first;
    return std::nullopt;
}

/// Zooms lanes if the pointer is over the workers' numbers, and time elsewhere.
void LanesChart::wheelEvent(QWheelEvent *event)
{
    const bool overNumbers = event->position().x() < axisRect()->left();
    axisRect()->setRangeZoom(overNumbers ? Qt::Vertical : Qt::Horizontal);
    Chart::wheelEvent(event);
    axisRect()->setRangeZoom(Qt::Horizontal);
}

} // namespace poolscope
