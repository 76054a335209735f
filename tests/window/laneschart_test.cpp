// SPDX-License-Identifier: GPL-3.0-or-later
#include "chartrun.h"
#include "charts/causecolours.h"
#include "charts/laneschart.h"
#include "record/recordedinputs.h"

#include <QSignalSpy>
#include <QToolTip>
#include <cmath>
#include <random>

using namespace poolscope;

namespace {

enum class Zoom { Far, Close };

struct OpenLanesChart : LanesChart {
    using LanesChart::indexAt;
    using LanesChart::LanesChart;
    using LanesChart::textAt;
};

/// What a worker's process was doing, in the test's own words.
struct Stretch {
    WorkerId worker;
    std::uint64_t begin;
    std::uint64_t end;
    bool starting;
};

/// A chart with a run of six workers, one of which dies and one of which leaves.
struct Lanes {
    static constexpr std::uint64_t end = 2 * oneSecond;
    static constexpr std::uint64_t spansOfWorker = 3000;

    Lanes()
        : run(1'000'000)
        , chart(view)
    {
        QVERIFY2(showOnScreen(chart, {700, 420}), "the chart is not shown");
        chart.xAxis->grid()->setVisible(false);
        for (const WorkerId worker :
            {WorkerId{1}, WorkerId{2}, WorkerId{3}, WorkerId{4}, WorkerId{5}, WorkerId{6}})
            live(worker, 0, numberOf(worker) * 7 * ms, worker == WorkerId{3} ? 600 * ms : end);
        live(WorkerId{3}, 650 * ms, 800 * ms, end);
        die();
        for (WorkerId worker{1}; worker <= WorkerId{6}; ++worker)
            work(worker);
        chart.setRecord(&run.record);
        moment = {end, TimeView::Run::Ended};
        view.setNow(static_cast<double>(end), moment.run);
    }

    void live(WorkerId worker, std::uint64_t start, std::uint64_t ready, std::uint64_t until)
    {
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Starting, start});
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, ready});
        stretches.push_back({worker, start, ready, true});
        const std::uint64_t gone = worker == WorkerId{5} ? 1500 * ms : until;
        stretches.push_back({worker, ready, gone, false});
        if (gone < end)
            run.recorder->take(event::WorkerChanged{
                worker, worker == WorkerId{5} ? WorkerState::Gone : WorkerState::Dead, gone});
    }
    void die() { run.fail({999'999, WorkerId{3}, 600 * ms, true}); }
    void work(WorkerId worker)
    {
        for (const Stretch &stretch : std::vector(stretches)) {
            if (stretch.worker != worker || stretch.starting)
                continue;
            const std::uint64_t width = (stretch.end - stretch.begin) / spansOfWorker;
            std::uint64_t time = stretch.begin;
            while (time < stretch.end) {
                const bool rests = random() % 300 == 0;
                Span span;
                span.begin = time + (rests ? random() % (20 * ms) : random() % width);
                span.duration = random() % 3 == 0 ? random() % (width / 8) : random() % width;
                span.first = nextIndex;
                span.count = 1 + random() % 20;
                nextIndex += span.count;
                time = endOf(span);
                if (time >= stretch.end)
                    break;
                run.span(worker, span);
                if (random() % 400 == 0)
                    run.fail({span.first + span.count - 1, worker, time + 3 * ms, false});
            }
        }
    }

    void showFrom(std::uint64_t begin, std::uint64_t width)
    {
        view.show({static_cast<double>(begin), static_cast<double>(begin + width)});
        takeAll(chart, moment);
    }

    /// Where a failure is to be seen: the end of its span, or where it was given up.
    std::uint64_t timeOf(const ChartRun::Failed &failed) const
    {
        if (!failed.quarantined) {
            for (const Span &span : run.spans[laneOf(failed.worker)]) {
                if (failed.index >= span.first && failed.index < span.first + span.count)
                    return endOf(span);
            }
        }
        return failed.time;
    }

    ChartRun run;
    TimeView view;
    OpenLanesChart chart;
    Moment moment;
    std::vector<Stretch> stretches;
    std::mt19937_64 random{11};
    std::uint64_t nextIndex = 0;
};

/// Draws a row of pixels of a lane by visiting everything that there is.
class BruteForce {
public:
    BruteForce(const Lanes &lanes, Zoom zoom, int pixelRatio)
        : m_lanes(lanes)
        , m_axis(*lanes.chart.xAxis)
        , m_theme(lanes.chart.theme())
        , m_zoom(zoom)
    {
        const double finest = m_axis.range().size() / (m_axis.axisRect()->width() * pixelRatio);
        while (static_cast<double>(m_column) < finest)
            m_column *= 2;
        for (const ChartRun::Failed &failed : lanes.run.failures)
            m_ticks.push_back(
                {failed.worker, m_axis.coordToPixel(static_cast<double>(lanes.timeOf(failed)))});
    }

    /// Whether a failure's tick is at this distance from the left edge, in the chart's pixels.
    bool hasTick(WorkerId worker, double x) const
    {
        return std::any_of(m_ticks.begin(), m_ticks.end(), [&](const Tick &tick) {
            return tick.worker == worker && x >= tick.right - 3 && x < tick.right;
        });
    }
    /// Whether the surface shows there, which keeps ticks apart from lanes.
    bool hasEdge(WorkerId worker, double x) const
    {
        return std::any_of(m_ticks.begin(), m_ticks.end(), [&](const Tick &tick) {
            return tick.worker == worker && x >= tick.right - 4 && x < tick.right + 1;
        });
    }
    /// The colour there beneath the ticks.
    QColor colourAt(WorkerId worker, double x) const
    {
        const double time = m_axis.pixelToCoord(x);
        const QColor track = trackAt(worker, time);
        const double strength = m_zoom == Zoom::Far ? shareAt(worker, time) : spanAt(worker, x);
        return blended(m_theme.worker(worker), strength, track);
    }

private:
    struct Tick {
        WorkerId worker;
        double right;
    };

    QColor trackAt(WorkerId worker, double time) const
    {
        for (const Stretch &stretch : m_lanes.stretches) {
            if (stretch.worker == worker && time >= static_cast<double>(stretch.begin)
                && time < static_cast<double>(stretch.end))
                return stretch.starting ? m_theme.starting : m_theme.track;
        }
        return m_theme.surface;
    }
    double shareAt(WorkerId worker, double time) const
    {
        if (time < 0)
            return 0;
        const std::uint64_t begin = static_cast<std::uint64_t>(time) / m_column * m_column;
        std::uint64_t busy = 0;
        for (const Span &span : m_lanes.run.spans[laneOf(worker)]) {
            const std::uint64_t from = std::max(begin, span.begin);
            const std::uint64_t to = std::min(begin + m_column, endOf(span));
            busy += to > from ? to - from : 0;
        }
        if (busy == 0)
            return 0;
        constexpr double least = 40.0 / 255; // so that a moment is seen
        const double share = static_cast<double>(busy) / static_cast<double>(m_column);
        return least + share * (1 - least);
    }
    double spanAt(WorkerId worker, double x) const
    {
        for (const Span &span : m_lanes.run.spans[laneOf(worker)]) {
            const double left = m_axis.coordToPixel(static_cast<double>(span.begin));
            const double right = m_axis.coordToPixel(static_cast<double>(endOf(span)));
            const double gap = right - left > 4 ? 1 : 0;
            if (x >= left && x < std::max(right - gap, left + 1))
                return 1;
        }
        return 0;
    }

    const Lanes &m_lanes;
    const QCPAxis &m_axis;
    const Theme &m_theme;
    const Zoom m_zoom;
    std::uint64_t m_column = 1; ///< nanoseconds
    std::vector<Tick> m_ticks;
};

/// The row at a part of a lane's height: 0.5 is its middle.
int rowOf(const LanesChart &chart, WorkerId worker, double part, int pixelRatio)
{
    return static_cast<int>(chart.yAxis->coordToPixel(numberOf(worker) - 0.5 + part) * pixelRatio);
}

bool isNear(const QColor &a, const QColor &b)
{
    return distance(a, b) <= 3; // three roundings to whole steps of colour
}

/// Compares every pixel of a row in each lane; an edge may be off by one pixel.
void compareRows(Lanes &lanes, Zoom zoom, int pixelRatio)
{
    const QImage picture = pictureOf(lanes.chart, pixelRatio);
    const QRect plot = lanes.chart.axisRect()->rect();
    const BruteForce expected(lanes, zoom, pixelRatio);
    // A quarter down there are no figures and no crosses.
    const double part = 0.25;
    int pixels = 0;
    int shifted = 0;
    for (WorkerId worker{1}; worker <= WorkerId{6}; ++worker) {
        const int row = rowOf(lanes.chart, worker, part, pixelRatio);
        const int first = (plot.left() + 2) * pixelRatio;
        const int last = (plot.right() - 2) * pixelRatio;
        std::vector<QColor> colours;
        std::vector<bool> ticks;
        std::vector<bool> edges;
        for (int x = first - 1; x <= last + 1; ++x) {
            colours.push_back(expected.colourAt(worker, (x + 0.5) / pixelRatio));
            ticks.push_back(expected.hasTick(worker, (x + 0.5) / pixelRatio));
            edges.push_back(expected.hasEdge(worker, (x + 0.5) / pixelRatio));
        }
        std::size_t at = 0;
        for (int x = first; x <= last; ++x) {
            const QColor drawn = picture.pixelColor(x, row);
            ++at;
            const auto isShade = [&](std::size_t i) {
                return isNear(drawn, colours[i]);
            };
            const bool isTick = drawn == lanes.chart.theme().failure;
            const bool isEdge = (edges[at - 1] || edges[at] || edges[at + 1])
                && drawn == lanes.chart.theme().surface;
            const bool exact = ticks[at] ? isTick : isShade(at) || (edges[at] && isEdge);
            const bool mayBeTick = ticks[at - 1] || ticks[at] || ticks[at + 1];
            const bool mayBeShade = !(ticks[at - 1] && ticks[at] && ticks[at + 1]);
            const bool shade = isShade(at - 1) || isShade(at) || isShade(at + 1);
            if (!(mayBeTick && isTick) && !(mayBeShade && shade) && !isEdge)
                QFAIL(qPrintable(QStringLiteral("worker %1, pixel %2: %3 rather than %4")
                                     .arg(numberOf(worker))
                                     .arg(x)
                                     .arg(drawn.name(), colours[at].name())));
            ++pixels;
            shifted += !exact;
        }
    }
    QVERIFY2(shifted * 10 < pixels, qPrintable(QString::number(shifted) + " pixels are shifted"));
}

/// Whether the colour is anywhere in the rectangle.
bool hasColour(const QImage &picture, const QRect &place, const QColor &colour)
{
    for (int y = place.top(); y <= place.bottom(); ++y) {
        for (int x = place.left(); x <= place.right(); ++x) {
            if (picture.rect().contains(x, y) && picture.pixelColor(x, y) == colour)
                return true;
        }
    }
    return false;
}

QPointF pointAt(const LanesChart &chart, WorkerId worker, std::uint64_t time)
{
    return {chart.xAxis->coordToPixel(static_cast<double>(time)),
        chart.yAxis->coordToPixel(numberOf(worker))};
}

} // namespace

class LanesChartTest : public QObject {
    Q_OBJECT

private slots:
    void everyPixelIsWhatVisitingEverySpanGives_data()
    {
        QTest::addColumn<Zoom>("zoom");
        QTest::addColumn<std::uint64_t>("begin");
        QTest::addColumn<std::uint64_t>("width");
        QTest::newRow("whole run") << Zoom::Far << std::uint64_t{0} << Lanes::end * 101 / 100;
        QTest::newRow("a half") << Zoom::Far << 400 * ms << Lanes::end / 2;
        QTest::newRow("a tenth") << Zoom::Far << 512 * ms << Lanes::end / 10;
        QTest::newRow("a hundredth") << Zoom::Close << 590 * ms << Lanes::end / 100;
        QTest::newRow("a restart") << Zoom::Close << 795 * ms << Lanes::end / 100;
        QTest::newRow("the end") << Zoom::Close << 1990 * ms << Lanes::end / 100;
        QTest::newRow("single spans") << Zoom::Close << 1200 * ms << std::uint64_t{ms};
    }
    void everyPixelIsWhatVisitingEverySpanGives()
    {
        QFETCH(Zoom, zoom);
        QFETCH(std::uint64_t, begin);
        QFETCH(std::uint64_t, width);
        Lanes lanes;
        lanes.showFrom(begin, width);
        for (const auto kind : {Theme::Kind::Light, Theme::Kind::Dark}) {
            lanes.chart.setTheme(Theme::of(kind));
            for (const int pixelRatio : {1, 2}) {
                compareRows(lanes, zoom, pixelRatio);
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }

    void aWatchedCallShowsItsMessagesAndTheProcessThatMadeIt()
    {
        ChartRun run(100);
        WatchedCall call;
        call.startMethod = "fork";
        call.parent.add(ParentActivity::Sending, 0, oneSecond, oneSecond);
        call.parent.add(ParentActivity::Looping, oneSecond / 2, oneSecond, oneSecond / 2);
        run.record.origin = call;
        for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
            run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, 1});
            run.span(worker, {500 * ms, 300 * ms, numberOf(worker), 1});
            ChunkTimes chunk;
            chunk.sent = chunk.received = 200 * ms;
            chunk.begun = 500 * ms;
            chunk.ended = chunk.answered = chunk.decoded = 800 * ms;
            chunk.spans = 1;
            run.recorder->take(event::ChunkDone{worker, chunk});
        }
        TimeView view;
        OpenLanesChart chart(view);
        QVERIFY(showOnScreen(chart, {700, 420}));
        chart.setRecord(&run.record);
        const Moment moment{oneSecond, TimeView::Run::Ended};
        view.setNow(static_cast<double>(oneSecond), moment.run);
        takeAll(chart, moment);

        const WorkerId parent{3};
        QVERIFY(chart.hasParentLane());
        QVERIFY(chart.yAxis->range().contains(3.4));
        QCOMPARE(chart.textAt(pointAt(chart, parent, 750 * ms)).section(u'\n', 2),
            QStringLiteral("pickles and sends: 100%\nyour loop: 100%"));
        QVERIFY(chart.textAt(pointAt(chart, parent, 250 * ms)).endsWith("your loop: 0%"));
        QVERIFY(!chart.indexAt(pointAt(chart, parent, 600 * ms)));
        const QImage picture = pictureOf(chart, 1);
        const auto colourAt = [&](WorkerId lane, double part, std::uint64_t time) {
            const int x = static_cast<int>(pointAt(chart, lane, time).x());
            return picture.pixelColor(x, rowOf(chart, lane, part, 1)).name();
        };
        const Theme &theme = chart.theme();
        QCOMPARE(
            colourAt(parent, 0.3, 250 * ms), activityColour(theme, ParentActivity::Sending).name());
        QCOMPARE(colourAt(parent, 0.75, 250 * ms), theme.track.name());
        QCOMPARE(colourAt(parent, 0.75, 750 * ms),
            activityColour(theme, ParentActivity::Looping).name());
        QCOMPARE(
            colourAt(WorkerId{1}, 0.85, 350 * ms), causeColour(theme, Cause::TransferIn).name());
        QCOMPARE(colourAt(WorkerId{1}, 0.85, 650 * ms), theme.track.name());
        QCOMPARE(colourAt(WorkerId{1}, 0.2, 350 * ms), theme.track.name());
        QCOMPARE(colourAt(WorkerId{1}, 0.2, 650 * ms), theme.worker(WorkerId{1}).name());
    }

    void movingAndGrowingChangesNothingThatWasThere()
    {
        Lanes lanes;
        for (int step = 0; step < 40; ++step) {
            const std::uint64_t width = step % 10 < 7 ? 256 * ms : 700 * ms;
            lanes.showFrom(static_cast<std::uint64_t>(step) * 17 * ms, width);
            if (step % 3 == 0) {
                Span span = lanes.run.spans[0].back();
                span.begin = endOf(span) + 50 * us;
                span.duration = 30 * us;
                lanes.run.span(WorkerId{1}, span);
            }
            if (step % 8 == 7)
                compareRows(lanes, Zoom::Far, 1);
            else
                pictureOf(lanes.chart);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void everySpanIsSeenCloseUp()
    {
        Lanes lanes;
        lanes.showFrom(1000 * ms, 15 * ms);
        const QImage picture = pictureOf(lanes.chart);
        const Theme &theme = lanes.chart.theme();
        const QRect plot = lanes.chart.axisRect()->rect();
        int seen = 0;
        for (WorkerId worker{1}; worker <= WorkerId{6}; ++worker) {
            for (const Span &span : lanes.run.spans[laneOf(worker)]) {
                const QPointF left = pointAt(lanes.chart, worker, span.begin);
                if (left.x() < plot.left() + 2 || left.x() > plot.right() - 2)
                    continue;
                const QRect place(
                    static_cast<int>(left.x()) - 1, rowOf(lanes.chart, worker, 0.25, 1), 3, 1);
                QVERIFY(hasColour(picture, place, theme.worker(worker))
                    || hasColour(picture, place, theme.failure));
                ++seen;
            }
        }
        QVERIFY(seen > 50);
    }

    void failuresAreSeenAtEveryZoom()
    {
        Lanes lanes;
        int seen = 0;
        for (const std::uint64_t width :
            {20 * oneSecond, 2 * oneSecond, 100 * ms, 5 * ms, 100 * us, 5 * us}) {
            for (std::size_t i = 0; i < lanes.run.failures.size(); i += i < 3 ? 1 : 5) {
                const ChartRun::Failed &failed = lanes.run.failures[i];
                const std::uint64_t time = lanes.timeOf(failed);
                if (time > width / 2)
                    lanes.showFrom(time - width / 2, width);
                else
                    lanes.showFrom(0, width);
                const QImage picture = pictureOf(lanes.chart);
                const int x = static_cast<int>(pointAt(lanes.chart, failed.worker, time).x()) - 2;
                const QRect place(x, rowOf(lanes.chart, failed.worker, 0.25, 1), 3, 1);
                QVERIFY(hasColour(picture, place, lanes.chart.theme().failure));
                const QRect cross(x - 3, rowOf(lanes.chart, failed.worker, 0.5, 1) - 4, 9, 9);
                const bool crossed = hasColour(picture, cross, lanes.chart.theme().quarantined);
                QVERIFY(!failed.quarantined || crossed);
                ++seen;
            }
        }
        QVERIFY(seen > 40);
    }

    void onlyWhatWasQuarantinedHasACross()
    {
        ChartRun run(100);
        TimeView view;
        LanesChart chart(view);
        QVERIFY(showOnScreen(chart, {500, 200}));
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
        run.fail({1, WorkerId{1}, 300 * ms, false});
        run.fail({2, WorkerId{1}, 700 * ms, true});
        chart.setRecord(&run.record);
        view.show({0, 1e9});
        takeAll(chart, {oneSecond, TimeView::Run::Running});
        const auto crossed = [&](std::uint64_t time) {
            const QPoint centre = pointAt(chart, WorkerId{1}, time).toPoint() - QPoint(1, 0);
            const QRect place(centre - QPoint(4, 4), centre + QPoint(4, 4));
            return hasColour(pictureOf(chart), place, chart.theme().quarantined);
        };
        QVERIFY(!crossed(300 * ms));
        QVERIFY(crossed(700 * ms));
        const auto quarantined = chart.series().size() - 2;
        QCOMPARE(chart.series()[quarantined].name, "quarantined");
        chart.setSeriesVisible(quarantined, false);
        QVERIFY(!crossed(700 * ms));
        QVERIFY(!chart.series()[quarantined].visible);
    }

    void aResizeIsALineWithTheNumber()
    {
        ChartRun run(100);
        TimeView view;
        LanesChart chart(view);
        QVERIFY(showOnScreen(chart, {500, 200}));
        chart.xAxis->grid()->setVisible(false);
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 0});
        run.recorder->take(event::PoolResized{2, 100 * ms});
        run.recorder->take(event::PoolResized{3, 400 * ms});
        run.recorder->take(event::PoolResized{3, 600 * ms});
        chart.setRecord(&run.record);
        view.show({0, 1e9});
        takeAll(chart, {oneSecond, TimeView::Run::Running});
        const auto lineAt = [&](std::uint64_t time) {
            const QImage picture = pictureOf(chart);
            const auto x = static_cast<int>(std::lround(pointAt(chart, WorkerId{1}, time).x()));
            const QRect plot = chart.axisRect()->rect();
            int drawn = 0;
            for (int y = plot.top() + 20; y < plot.bottom() - 1; ++y)
                drawn += picture.pixelColor(x, y) == chart.theme().text;
            return drawn * 2 > plot.height() - 30; // it is dashed
        };
        QVERIFY(lineAt(400 * ms));
        QVERIFY(!lineAt(300 * ms));
        QVERIFY(!lineAt(100 * ms)); // with which it began
        QVERIFY(!lineAt(600 * ms)); // the same once more
        chart.setSeriesVisible(chart.series().size() - 1, false);
        QVERIFY(!lineAt(400 * ms));
    }

    void pausesAreShaded()
    {
        ChartRun run(100);
        TimeView view;
        LanesChart chart(view);
        QVERIFY(showOnScreen(chart, {500, 200}));
        chart.xAxis->grid()->setVisible(false);
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
        run.recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Ready, 500 * ms});
        run.recorder->take(event::PoolPaused{200 * ms});
        run.recorder->take(event::PoolResumed{400 * ms});
        run.recorder->take(event::PoolPaused{600 * ms});
        chart.setRecord(&run.record);
        view.show({0, 1e9});
        takeAll(chart, {800 * ms, TimeView::Run::Running});
        const QImage picture = pictureOf(chart);
        const Theme &theme = chart.theme();
        // Hatched: some pixels are drawn, and the lane shows between them.
        const auto drawnShareAt = [&](WorkerId worker, std::uint64_t time) {
            constexpr int side = 16;
            const QPoint middle = pointAt(chart, worker, time).toPoint();
            int drawn = 0;
            for (int x = 0; x < side; ++x) {
                for (int y = 0; y < side; ++y)
                    drawn += !isNear(
                        picture.pixelColor(middle + QPoint(x - side / 2, y - side / 2)),
                        worker == WorkerId{1} || time >= 500 * ms ? theme.track : theme.surface);
            }
            return static_cast<double>(drawn) / (side * side);
        };
        const auto isHatched = [&](WorkerId worker, std::uint64_t time) {
            return drawnShareAt(worker, time) > 0.05 && drawnShareAt(worker, time) < 0.5;
        };
        QCOMPARE(drawnShareAt(WorkerId{1}, 100 * ms), 0.);
        QVERIFY(isHatched(WorkerId{1}, 300 * ms));
        QCOMPARE(drawnShareAt(WorkerId{2}, 300 * ms), 0.); // it was not there yet
        QCOMPARE(drawnShareAt(WorkerId{1}, 550 * ms), 0.);
        QVERIFY(isHatched(WorkerId{1}, 700 * ms));
        QVERIFY(isHatched(WorkerId{2}, 700 * ms));
    }

    void aPauseDoesNotCountAsTimeToBeBusyIn()
    {
        ChartRun run(100);
        TimeView view;
        LanesChart chart(view);
        QVERIFY(showOnScreen(chart, {500, 200}));
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
        run.recorder->take(event::FirstDispatched{0});
        run.span(WorkerId{1}, {0, 150 * ms, 0, 1});
        run.span(WorkerId{1}, {200 * ms, 100 * ms, 1, 1}); // half of it in the pause
        run.span(WorkerId{1}, {900 * ms, 100 * ms, 2, 1});
        run.recorder->take(event::PoolPaused{250 * ms});
        run.recorder->take(event::PoolResumed{850 * ms});
        run.settle({0, 3}, oneSecond);
        chart.setRecord(&run.record);
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        // 300 of the 400 ms that were no pause.
        QCOMPARE(chart.figure(), "busy 75% of worker time, pauses left out");
    }

    void theLastOfManyMarksIsDrawn()
    {
        constexpr std::uint64_t count = 50'000;
        ChartRun run(count);
        TimeView view;
        LanesChart chart(view);
        QVERIFY(showOnScreen(chart, {500, 200}));
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
        for (std::uint64_t index = 0; index < count; ++index)
            run.fail({index, WorkerId{1}, index + 1, false});
        chart.setRecord(&run.record);
        QSignalSpy changed(&chart, &Chart::figureChanged);
        const Moment ended{oneSecond, TimeView::Run::Ended};
        bool all = false;
        while (!all) {
            const auto before = changed.size();
            all = chart.refresh(ended, std::chrono::nanoseconds(0));
            QVERIFY(changed.size() > before); // each call took something in
        }
        const auto before = changed.size();
        QVERIFY(chart.refresh(ended, std::chrono::nanoseconds(0)));
        QCOMPARE(changed.size(), before);
    }

    void hoveringTellsWhatIsThere()
    {
        ChartRun run(1'000'000);
        TimeView view;
        OpenLanesChart chart(view);
        QVERIFY(showOnScreen(chart, {700, 300}));
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 0});
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 100 * ms});
        run.recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Starting, 0});
        run.recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Dead, 500 * ms});
        run.span(WorkerId{1}, {200 * ms, 100 * ms, 1234, 4});
        run.span(WorkerId{1}, {400 * ms, 100 * ms, 77, 1});
        run.fail({77, WorkerId{1}, 510 * ms, false});
        run.fail({88, WorkerId{2}, 500 * ms, true});
        chart.setRecord(&run.record);
        view.show({0, 4e9});
        takeAll(chart, {3 * oneSecond, TimeView::Run::Running});
        const auto text = [&](WorkerId worker, std::uint64_t time) {
            return chart.textAt(pointAt(chart, worker, time)).split('\n');
        };
        QCOMPARE(text(WorkerId{1}, 250 * ms),
            (QStringList{"worker 1", "indices 1,234–1,237 (4 iterations)",
                "from 200\u00a0ms, for 100\u00a0ms", "25\u00a0ms each",
                "click: the row in Outcomes"}));
        QCOMPARE(text(WorkerId{1}, 440 * ms)[1], "index 77");
        QCOMPARE(text(WorkerId{1}, 440 * ms).size(), 4);
        QCOMPARE(text(WorkerId{1}, 501 * ms)[1], "index 77 failed");
        QCOMPARE(text(WorkerId{1}, 501 * ms)[2], "at 500\u00a0ms");
        QCOMPARE(text(WorkerId{2}, 501 * ms)[1], "index 88 was quarantined");
        QCOMPARE(text(WorkerId{1}, 50 * ms)[1], "its process starts");
        QCOMPARE(text(WorkerId{1}, 150 * ms)[1], "waits for a chunk");
        QCOMPARE(text(WorkerId{2}, 700 * ms)[1], "it has died");
        QCOMPARE(text(WorkerId{1}, 2500 * ms)[1], "waits for a chunk");
        QCOMPARE(text(WorkerId{1}, 450 * ms)[1], "index 77");
        takeAll(chart, {3 * oneSecond, TimeView::Run::Ended});
        QCOMPARE(text(WorkerId{1}, 2500 * ms)[1], "waits for a chunk");
        QCOMPARE(chart.textAt(pointAt(chart, WorkerId{1}, 3500 * ms)), "");
        QCOMPARE(chart.textAt(pointAt(chart, WorkerId{3}, 100 * ms)), "");
        QCOMPARE(*chart.indexAt(pointAt(chart, WorkerId{1}, 250 * ms)), 1234U);
        QCOMPARE(*chart.indexAt(pointAt(chart, WorkerId{2}, 500 * ms)), 88U);
        QVERIFY(!chart.indexAt(pointAt(chart, WorkerId{1}, 150 * ms)));

        QTest::mouseMove(&chart, pointAt(chart, WorkerId{1}, 250 * ms).toPoint());
        QVERIFY(QToolTip::text().startsWith("worker 1\nindices 1,234"));
        QSignalSpy picked(&chart, &Chart::indexPicked);
        QTest::mouseClick(
            &chart, Qt::LeftButton, {}, pointAt(chart, WorkerId{2}, 500 * ms).toPoint());
        QTRY_COMPARE(picked.size(), 1);
        QCOMPARE(picked[0][0].toULongLong(), 88U);
    }

    void aDoubleClickShowsAllAndPicksNothing()
    {
        Lanes lanes;
        lanes.showFrom(1000 * ms, 15 * ms);
        QSignalSpy picked(&lanes.chart, &Chart::indexPicked);
        const Span &span = *std::find_if(lanes.run.spans[0].begin(), lanes.run.spans[0].end(),
            [](const Span &candidate) { return candidate.begin > 1005 * ms; });
        const QPoint place =
            pointAt(lanes.chart, WorkerId{1}, span.begin + span.duration / 2).toPoint();
        QTest::mouseClick(&lanes.chart, Qt::LeftButton, {}, place);
        QTest::mouseDClick(&lanes.chart, Qt::LeftButton, {}, place);
        QVERIFY(lanes.view.isFollowing());
        // A click elsewhere is picked, and alone.
        lanes.showFrom(1000 * ms, 15 * ms);
        QTest::mouseClick(&lanes.chart, Qt::LeftButton, {},
            pointAt(lanes.chart, WorkerId{1}, span.begin + span.duration / 2).toPoint());
        QTRY_COMPARE(picked.size(), 1);
        QCOMPARE(picked[0][0].toULongLong(), span.first);
    }

    void anImportedRunHasTheNamesOfItsFile()
    {
        ChartRun run(2);
        TimeView view;
        OpenLanesChart chart(view);
        QVERIFY(showOnScreen(chart, {700, 300}));
        run.record.origin = ImportedFile{
            "other.json, a trace", {}, {"host-a \u00b7 first", "host-a \u00b7 second"}};
        run.record.inputs = recordedTexts({"compile a.c", "compile b.c"});
        for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
            run.recorder->take(event::WorkerChanged{worker, WorkerState::Starting, 1});
            run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, 1});
            run.span(worker, {200 * ms, 100 * ms, laneOf(worker), 1});
        }
        chart.setRecord(&run.record);
        view.show({0, 1e9});
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        chart.replot();
        QCOMPARE(chart.yAxis->tickVectorLabels(),
            (QVector<QString>{"host-a \u00b7 first", "host-a \u00b7 second"}));
        QCOMPARE(chart.textAt(pointAt(chart, WorkerId{2}, 250 * ms)).split('\n').first(3),
            (QStringList{"host-a \u00b7 second", "compile b.c", "index 1"}));
        QCOMPARE(chart.textAt(pointAt(chart, WorkerId{1}, 500 * ms)).split('\n').first(2),
            (QStringList{"host-a \u00b7 first", "idle"}));
    }

    void hoveringFarOutTellsTheShare()
    {
        Lanes lanes;
        lanes.showFrom(0, Lanes::end);
        std::uint64_t time = 1001 * ms;
        const auto nearFailure = [&](const ChartRun::Failed &failed) {
            const auto there = static_cast<double>(lanes.timeOf(failed));
            return failed.worker == WorkerId{1}
            && std::abs(there - static_cast<double>(time)) < 20e6;
        };
        const auto &failures = lanes.run.failures;
        while (std::any_of(failures.begin(), failures.end(), nearFailure))
            time += 10 * ms;
        const std::uint64_t column = std::uint64_t{1} << 22; // 2 s on some 650 pixels
        const std::uint64_t begin = time / column * column;
        double busy = 0;
        int begun = 0;
        for (const Span &span : lanes.run.spans[0]) {
            const std::uint64_t from = std::max(begin, span.begin);
            const std::uint64_t to = std::min(begin + column, endOf(span));
            busy += to > from ? static_cast<double>(to - from) : 0;
            begun += span.begin >= begin && span.begin < begin + column;
        }
        const auto percent = std::lround(busy / static_cast<double>(column) * 100);
        const QStringList text =
            lanes.chart.textAt(pointAt(lanes.chart, WorkerId{1}, time)).split('\n');
        QCOMPARE(text[0], "worker 1");
        QCOMPARE(text[2], QStringLiteral("busy %1% of these 4.19\u00a0ms").arg(percent));
        QCOMPARE(text[3], QStringLiteral("%1 spans begin here").arg(begun));
    }

    void theFigureIsTheBusyShare()
    {
        ChartRun run(100);
        TimeView view;
        LanesChart chart(view);
        QCOMPARE(chart.figure(), "");
        for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
            run.recorder->take(event::WorkerChanged{worker, WorkerState::Starting, 0});
            run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, 200 * ms});
        }
        run.span(WorkerId{1}, {200 * ms, 800 * ms, 0, 10});
        run.span(WorkerId{2}, {200 * ms, 400 * ms, 10, 10});
        run.settle({0, 20}, oneSecond);
        chart.setRecord(&run.record);
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        QCOMPARE(chart.figure(), "busy 75% of worker time");
    }

    void anIndexIsBroughtIntoViewAndOutlined()
    {
        Lanes lanes;
        lanes.showFrom(0, 100 * ms);
        const Span span = lanes.run.spans[3][2000];
        lanes.chart.showIndex(span.first);
        QVERIFY(lanes.view.range().begin <= static_cast<double>(span.begin));
        QVERIFY(lanes.view.range().end >= static_cast<double>(endOf(span)));
        QCOMPARE(lanes.view.range().width(), 100e6);
        takeAll(lanes.chart, lanes.moment);
        const QPoint left = pointAt(lanes.chart, WorkerId{4}, span.begin).toPoint();
        const QRect place(left - QPoint(3, 0), left + QPoint(3, 0));
        QVERIFY(hasColour(pictureOf(lanes.chart), place, lanes.chart.theme().text));
        lanes.chart.showIndex(std::nullopt);
        QVERIFY(!hasColour(pictureOf(lanes.chart), place, lanes.chart.theme().text));
    }

    void theAxisStaysWhereTheViewIs()
    {
        Lanes lanes;
        lanes.showFrom(0, 100 * ms);
        for (const auto &[begin, end] : {std::pair{-5e9, -4e9}, {-6e9, -5e9}, {1e5, 1e5 + 10},
                 {1e5 + 4, 1e5 + 6}, {7e9, 8e9}, {8e9, 9e9}}) {
            lanes.chart.xAxis->setRange(begin, end); // as dragging and the wheel do
            QCOMPARE(lanes.chart.xAxis->range().lower, lanes.view.range().begin);
            QCOMPARE(lanes.chart.xAxis->range().upper, lanes.view.range().end);
        }
    }

    void allLanesComeBackIntoView_data()
    {
        QTest::addColumn<QString>("by");
        for (const char *by : {"fit", "follow", "double click", "double click on the numbers",
                 "another run", "a run without workers", "the wheel"})
            QTest::newRow(by) << by;
    }
    void allLanesComeBackIntoView()
    {
        QFETCH(QString, by);
        ChartRun many(64);
        for (WorkerId worker{1}; worker <= WorkerId{64}; ++worker)
            many.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, 0});
        ChartRun few(3);
        for (WorkerId worker{1}; worker <= WorkerId{3}; ++worker)
            few.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, 0});
        TimeView view;
        LanesChart chart(view);
        QVERIFY(showOnScreen(chart, {500, 300}));
        const auto wheel = [&chart](int notches) {
            const QPointF place(chart.axisRect()->left() - 5, chart.axisRect()->center().y());
            QWheelEvent event(place, chart.mapToGlobal(place), {}, {0, 120 * notches}, {}, {},
                Qt::NoScrollPhase, false);
            QApplication::sendEvent(&chart, &event);
        };
        const auto lanes = [&chart] {
            return std::pair(chart.yAxis->range().lower, chart.yAxis->range().upper);
        };
        chart.setRecord(&many.record);
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        QCOMPARE(lanes(), std::pair(0.5, 64.5));
        wheel(6);
        QVERIFY(chart.yAxis->range().size() < 30);
        many.recorder->take(event::WorkerChanged{WorkerId{65}, WorkerState::Ready, 0});
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        QVERIFY(chart.yAxis->range().size() < 30); // a new lane stays out of sight

        std::pair all(0.5, 65.5);
        const QPoint middle = chart.axisRect()->center();
        if (by == "fit") {
            chart.fit();
        } else if (by == "follow") {
            view.follow();
        } else if (by == "double click") {
            QTest::mouseDClick(&chart, Qt::LeftButton, {}, middle);
        } else if (by == "double click on the numbers") {
            QTest::mouseDClick(
                &chart, Qt::LeftButton, {}, {chart.axisRect()->left() - 5, middle.y()});
        } else if (by == "another run") {
            chart.setRecord(nullptr);
            chart.setRecord(&few.record);
            all.second = 3.5;
        } else if (by == "a run without workers") {
            ChartRun none(1);
            chart.setRecord(&none.record);
            takeAll(chart, {oneSecond, TimeView::Run::Running});
            QCOMPARE(lanes(), std::pair(0.5, 1.5));
            chart.setRecord(&few.record);
            all.second = 3.5;
        } else {
            wheel(-20);
        }
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        QCOMPARE(lanes(), all);
        // From then on new lanes are shown, and there is nothing to drag.
        ChartRun &shown = by.contains("run") ? few : many;
        shown.recorder->take(event::WorkerChanged{WorkerId{66}, WorkerState::Ready, 0});
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        QCOMPARE(lanes(), std::pair(0.5, 66.5));
        QCOMPARE(chart.axisRect()->rangeDrag(), Qt::Orientations(Qt::Horizontal));
    }

    void noRecordLeavesNothing()
    {
        Lanes lanes;
        lanes.showFrom(0, Lanes::end);
        lanes.chart.setRecord(nullptr);
        lanes.chart.replot();
        QCOMPARE(lanes.chart.figure(), "");
        const QImage picture = pictureOf(lanes.chart);
        const QRect plot = lanes.chart.axisRect()->rect().adjusted(4, 4, -4, -4);
        QVERIFY(!hasColour(picture, plot, lanes.chart.theme().worker(WorkerId{1})));
        QVERIFY(!hasColour(picture, plot, lanes.chart.theme().track));
    }
};

QTEST_MAIN(LanesChartTest)
#include "laneschart_test.moc"
