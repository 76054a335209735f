// SPDX-License-Identifier: GPL-3.0-or-later
#include "chartrun.h"
#include "charts/ratechart.h"

#include <QSignalSpy>
#include <cmath>
#include <random>

using namespace poolscope;

namespace {

struct OpenRateChart : RateChart {
    using RateChart::RateChart;
    using RateChart::textAt;
};

enum : int { poolGraph, meanGraph, firstWorkerGraph };

/// Three workers, which begin at 50 ms.
struct Rates {
    static constexpr std::uint64_t firstDispatch = 50 * ms;

    Rates()
        : run(1'000'000)
        , chart(view)
    {
        QVERIFY2(showOnScreen(chart, {640, 320}), "the chart is not shown");
        run.recorder->take(event::FirstDispatched{firstDispatch});
        chart.setRecord(&run.record);
    }

    void work(std::uint64_t until)
    {
        for (WorkerId worker{1}; worker <= WorkerId{3}; ++worker) {
            std::uint64_t &clock = clocks[laneOf(worker)];
            while (clock < until) {
                const bool rests = random() % 50 == 0;
                Span span;
                span.begin = clock + random() % (rests ? 80 * ms : 100 * us);
                span.duration = random() % (numberOf(worker) * ms);
                span.count = 1 + random() % 30;
                span.first = next;
                next += span.count;
                clock = endOf(span);
                run.span(worker, span);
            }
        }
        run.settle({settled, next - settled}, *std::max_element(clocks.begin(), clocks.end()));
        settled = next;
    }
    void takeAll(const Moment &moment)
    {
        view.setNow(static_cast<double>(moment.now), moment.run);
        poolscope::takeAll(chart, moment);
    }
    std::uint64_t end() const { return run.record.timeline.lastOutcome(); }
    Moment ended() const { return {end() + 5 * ms, TimeView::Run::Ended}; }

    /// Iterations of a worker in [from, to), a span's spread evenly over it.
    double iterations(WorkerId worker, double from, double to) const
    {
        double sum = 0;
        for (const Span &span : run.spans[laneOf(worker)]) {
            const auto begin = static_cast<double>(span.begin);
            const auto duration = std::max(1.0, static_cast<double>(span.duration));
            const double inside = std::min(to, begin + duration) - std::max(from, begin);
            if (inside > 0)
                sum += inside / duration * static_cast<double>(span.count);
        }
        return sum;
    }
    double poolIterations(double from, double to) const
    {
        return iterations(WorkerId{1}, from, to) + iterations(WorkerId{2}, from, to)
            + iterations(WorkerId{3}, from, to);
    }

    ChartRun run;
    TimeView view;
    OpenRateChart chart;
    std::mt19937_64 random{21};
    std::array<std::uint64_t, 3> clocks{firstDispatch, firstDispatch, firstDispatch};
    std::uint64_t next = 0;
    std::uint64_t settled = 0;
};

bool isClose(double a, double b)
{
    return std::abs(a - b) <= 1e-6 * std::max({1.0, std::abs(a), std::abs(b)});
}

/// Compares every point of every graph with what visiting every span gives.
void compareGraphs(const Rates &rates, std::uint64_t settled)
{
    const QCPGraphDataContainer &pool = *rates.chart.graph(poolGraph)->data();
    QVERIFY(pool.size() > 20);
    const auto end = static_cast<double>(settled);
    double highest = 0;
    for (int graph = 0; graph < rates.chart.graphCount(); ++graph) {
        if (graph == meanGraph)
            continue;
        const QCPGraphDataContainer &points = *rates.chart.graph(graph)->data();
        QCOMPARE(points.size(), pool.size());
        for (auto point = points.constBegin(); std::next(point) != points.constEnd(); ++point) {
            const double from = point->key;
            const double to = std::next(point)->key;
            QVERIFY(to <= end);
            if (to == from) // the run ended where a column begins
                continue;
            const double done = graph == poolGraph
                ? rates.poolIterations(from, to)
                : rates.iterations(workerOf(graph - firstWorkerGraph), from, to);
            const double rate = done / (to - from) * 1e9;
            if (!isClose(point->value, rate))
                QFAIL(qPrintable(QStringLiteral("graph %1 at %2: %3 rather than %4")
                                     .arg(graph)
                                     .arg(from)
                                     .arg(point->value)
                                     .arg(rate)));
            highest = std::max(highest, rate);
        }
    }
    QVERIFY(rates.chart.yAxis->range().upper >= highest);
    // Before the first point in view, the mean is as exact as the whole run's columns.
    for (const QCPGraphData &point : *rates.chart.graph(meanGraph)->data()) {
        const auto dispatch = static_cast<double>(Rates::firstDispatch);
        const double mean = rates.poolIterations(0, point.key) / (point.key - dispatch) * 1e9;
        QVERIFY(point.key > dispatch);
        if (std::abs(point.value - mean) > 1e-2 * mean)
            QFAIL(qPrintable(QStringLiteral("mean at %1: %2 rather than %3")
                                 .arg(point.key)
                                 .arg(point.value)
                                 .arg(mean)));
    }
}

} // namespace

#define COMPARE_GRAPHS(rates, settled)                                                             \
    do {                                                                                           \
        compareGraphs(rates, settled);                                                             \
        if (QTest::currentTestFailed())                                                            \
            return;                                                                                \
    } while (false)

class RateChartTest : public QObject {
    Q_OBJECT

private slots:
    void ratesAreWhatVisitingEverySpanGives()
    {
        Rates rates;
        rates.work(3 * oneSecond);
        rates.takeAll(rates.ended());
        COMPARE_GRAPHS(rates, rates.end());
        const auto &points = *rates.chart.graph(poolGraph)->data();
        QCOMPARE(points.constBegin()->key, 0.);
        QCOMPARE(std::prev(points.constEnd())->key, static_cast<double>(rates.end()));
        double done = 0;
        for (auto point = points.constBegin(); std::next(point) != points.constEnd(); ++point)
            done += point->value * (std::next(point)->key - point->key) / 1e9;
        QVERIFY(isClose(done, static_cast<double>(rates.next)));
        const auto &mean = *rates.chart.graph(meanGraph)->data();
        const double whole = static_cast<double>(rates.next)
            / static_cast<double>(rates.end() - Rates::firstDispatch) * 1e9;
        QVERIFY(isClose(std::prev(mean.constEnd())->value, whole));
    }

    void soTheyAreZoomedIn()
    {
        Rates rates;
        rates.work(3 * oneSecond);
        for (const Moment &moment :
            {Moment{3 * oneSecond, TimeView::Run::Running}, rates.ended()}) {
            for (const auto &[begin, width] :
                {std::pair{1e9, 3e8}, {-1e8, 1e9}, {2.75e9, 3e8}, {1.23e9, 2e7}, {1.5e9, 5e5}}) {
                rates.view.show({begin, begin + width});
                rates.takeAll(moment);
                COMPARE_GRAPHS(rates, rates.end());
                const TimeView::Range shown = rates.view.range();
                const auto &points = *rates.chart.graph(poolGraph)->data();
                const double last = std::prev(points.constEnd())->key;
                const double column =
                    std::next(points.constBegin())->key - points.constBegin()->key;
                QVERIFY(points.constBegin()->key <= std::max(0.0, shown.begin));
                const double end = moment.run == TimeView::Run::Ended
                    ? static_cast<double>(rates.end())
                    : 2.9e9 - column; // the column under way is partial
                QVERIFY(last >= std::min(shown.end, end));
            }
        }
    }

    void soTheyAreWhileTheRunGrows()
    {
        Rates rates;
        for (std::uint64_t now = 400 * ms; now < 4 * oneSecond; now += 400 * ms) {
            rates.work(now);
            rates.takeAll({now + 60 * ms, TimeView::Run::Running});
            COMPARE_GRAPHS(rates, now - 40 * ms);
            const auto &points = *rates.chart.graph(poolGraph)->data();
            QVERIFY(std::prev(points.constEnd())->key <= static_cast<double>(now - 40 * ms));
        }
    }

    void theLastOfManySpansIsCounted()
    {
        constexpr std::uint64_t count = 120'000;
        ChartRun run(count);
        TimeView view;
        RateChart chart(view);
        QVERIFY(showOnScreen(chart, {640, 320}));
        run.recorder->take(event::FirstDispatched{1});
        for (std::uint64_t i = 0; i < count; ++i)
            run.span(WorkerId{1}, {i * 10 * us, 10 * us, i, 1});
        run.settle({0, count}, count * 10 * us);
        chart.setRecord(&run.record);
        const Moment ended{count * 10 * us, TimeView::Run::Ended};
        view.setNow(static_cast<double>(ended.now), ended.run);
        while (!chart.refresh(ended, std::chrono::nanoseconds(0))) { }
        const auto &points = *chart.graph(poolGraph)->data();
        for (auto point = points.constBegin(); std::next(point) != points.constEnd(); ++point) {
            if (std::next(point)->key > point->key)
                QVERIFY(isClose(point->value, 1e5));
        }
        QSignalSpy changed(&chart, &Chart::figureChanged);
        QVERIFY(chart.refresh(ended, std::chrono::nanoseconds(0)));
        QCOMPARE(changed.size(), 0);
    }

    void theFigureIsNowAndTheMean()
    {
        ChartRun run(10'000);
        TimeView view;
        RateChart chart(view);
        QCOMPARE(chart.figure(), "");
        chart.setRecord(&run.record);
        QCOMPARE(chart.figure(), "");
        run.recorder->take(event::FirstDispatched{1000 * ms});
        run.span(WorkerId{1}, {1000 * ms, 1000 * ms, 0, 1000});
        run.span(WorkerId{1}, {2000 * ms, 3000 * ms, 1000, 7500});
        run.settle({0, 8500}, 5250 * ms);
        takeAll(chart, {4100 * ms, TimeView::Run::Running}); // the last 100 ms have not settled
        QCOMPARE(chart.figure(), "now 2,500\u00a0it/s · mean 2,000\u00a0it/s");
        QVERIFY(std::abs(chart.rateNow() - 2500) < 1);
        takeAll(chart, {2600 * ms, TimeView::Run::Running});
        QCOMPARE(chart.figure(), "now 1,750\u00a0it/s · mean 2,000\u00a0it/s");
        takeAll(chart, {4100 * ms, TimeView::Run::Ended});
        QCOMPARE(chart.figure(), "mean 2,000\u00a0it/s");
    }

    void resizesAreLines()
    {
        Rates rates;
        rates.work(oneSecond);
        rates.run.recorder->take(event::PoolResized{2, 0});
        rates.run.recorder->take(event::PoolResized{3, 400 * ms});
        rates.run.recorder->take(event::PoolResized{3, 600 * ms});
        rates.run.recorder->take(event::PoolResized{2, 800 * ms});
        rates.takeAll(rates.ended());
        const auto lines = [&] {
            std::vector<double> times;
            for (int i = 0; i < rates.chart.itemCount(); ++i) {
                const auto *line = qobject_cast<QCPItemStraightLine *>(rates.chart.item(i));
                if (line && line->visible())
                    times.push_back(line->point1->key());
            }
            return times;
        };
        QCOMPARE(lines(), (std::vector<double>{400e6, 800e6}));
        QCOMPARE(rates.chart.series()[2].name, "resized");
        rates.chart.setSeriesVisible(2, false);
        QVERIFY(lines().empty());
        rates.chart.setRecord(nullptr);
        rates.chart.setSeriesVisible(2, true);
        QVERIFY(lines().empty());
    }

    void switchedOffSeriesAreNotDrawn()
    {
        Rates rates;
        rates.work(oneSecond);
        rates.takeAll(rates.ended());
        const std::vector<Series> series = rates.chart.series();
        QCOMPARE(series.size(), std::size_t{6});
        QCOMPARE(series[0].name, "pool");
        QCOMPARE(series[1].name, "mean so far");
        QCOMPARE(series[4].name, "worker 2");
        const auto pixels = [&](const QColor &colour) {
            const QImage picture = pictureOf(rates.chart);
            const QRect plot = rates.chart.axisRect()->rect().adjusted(2, 2, -2, -2);
            int found = 0;
            for (int y = plot.top(); y <= plot.bottom(); ++y) {
                for (int x = plot.left(); x <= plot.right(); ++x)
                    found += picture.pixelColor(x, y) == colour;
            }
            return found;
        };
        QVERIFY(pixels(series[4].colour) > 100);
        const double scale = rates.chart.yAxis->range().upper;
        rates.chart.setSeriesVisible(4, false);
        QVERIFY(!rates.chart.series()[4].visible);
        QCOMPARE(pixels(series[4].colour), 0);
        QVERIFY(pixels(series[3].colour) > 100);
        QVERIFY(pixels(series[0].colour) > 100);
        rates.chart.setSeriesVisible(0, false);
        rates.chart.setSeriesVisible(1, false);
        QCOMPARE(pixels(series[0].colour), 0);
        QVERIFY(rates.chart.yAxis->range().upper < scale); // fits what is left
        rates.chart.setSeriesVisible(4, true);
        QVERIFY(pixels(series[4].colour) > 100);
    }

    void hoveringTellsTheRates()
    {
        ChartRun run(10'000);
        TimeView view;
        OpenRateChart chart(view);
        QVERIFY(showOnScreen(chart, {640, 320}));
        run.recorder->take(event::FirstDispatched{1});
        run.span(WorkerId{1}, {0, 2 * oneSecond, 0, 2000});
        run.span(WorkerId{2}, {0, 2 * oneSecond, 2000, 6000});
        run.settle({0, 8000}, 2 * oneSecond);
        chart.setRecord(&run.record);
        view.setNow(2e9, TimeView::Run::Ended);
        takeAll(chart, {2 * oneSecond, TimeView::Run::Ended});
        const QPointF position(chart.xAxis->coordToPixel(0.5e9), 100);
        const QStringList text = chart.textAt(position).split('\n');
        QCOMPARE(text.size(), 4);
        QCOMPARE(text[0], "at 500\u00a0ms, over 16.8\u00a0ms");
        QCOMPARE(text[1], "pool: 4,000\u00a0it/s");
        QCOMPARE(text[2], "worker 1: 1,000\u00a0it/s");
        QCOMPARE(text[3], "worker 2: 3,000\u00a0it/s");
        chart.setSeriesVisible(firstWorkerGraph + 1, false);
        QCOMPARE(chart.textAt(position).split('\n').size(), 3);
        QCOMPARE(chart.textAt({chart.xAxis->coordToPixel(2.01e9), 100}), "");
    }

    void anotherRecordBeginsAnew()
    {
        Rates rates;
        rates.work(oneSecond);
        rates.takeAll(rates.ended());
        ChartRun other(10);
        other.span(WorkerId{1}, {0, ms, 0, 10});
        other.settle({0, 10}, ms);
        rates.chart.setRecord(&other.record);
        rates.takeAll({ms, TimeView::Run::Ended});
        QCOMPARE(rates.chart.graphCount(), firstWorkerGraph + 1);
        rates.chart.setRecord(nullptr);
        QCOMPARE(rates.chart.graphCount(), firstWorkerGraph + 0);
        QVERIFY(rates.chart.graph(poolGraph)->data()->isEmpty());
    }
};

QTEST_MAIN(RateChartTest)
#include "ratechart_test.moc"
