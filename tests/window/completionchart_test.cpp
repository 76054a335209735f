// SPDX-License-Identifier: GPL-3.0-or-later
#include "chartrun.h"
#include "charts/completionchart.h"

#include <QSignalSpy>
#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>

using namespace poolscope;

namespace {

struct OpenCompletionChart : CompletionChart {
    using CompletionChart::CompletionChart;
    using CompletionChart::hovered;
    using CompletionChart::indexAt;
    using CompletionChart::textAt;
};

struct Finished {
    std::uint64_t time;
    std::uint64_t index;
    WorkerId worker;
};

/// Workers that take turns at chunks of a few inputs.
struct Order {
    explicit Order(std::uint64_t count)
        : run(count)
        , chart(view)
    {
        QVERIFY2(showOnScreen(chart, {520, 420}), "the chart is not shown");
        chart.xAxis->grid()->setVisible(false);
        chart.yAxis->grid()->setVisible(false);
        chart.setSeriesVisible(1, false); // the diagonal
        chart.setRecord(&run.record);
    }

    /// Gives out the next inputs.
    void work(std::uint64_t inputs)
    {
        for (const std::uint64_t until = next + inputs; next < until;) {
            const auto lane = static_cast<std::size_t>(
                std::min_element(clocks.begin(), clocks.end()) - clocks.begin());
            const WorkerId worker = workerOf(lane);
            std::uint64_t &clock = clocks[lane];
            Span span;
            span.count = std::min(until - next, 1 + random() % 40);
            span.duration = random() % 30 == 0 ? 20 * ms : 1 + random() % ms;
            span.begin = clock + random() % us;
            span.first = next;
            next += span.count;
            clock = endOf(span);
            run.span(worker, span);
            if (random() % 20 == 0)
                run.fail({span.first + random() % span.count, worker, clock + ms, false});
        }
    }
    std::uint64_t now() const { return *std::min_element(clocks.begin(), clocks.end()); }
    /// As far as all workers have come: what a running pool has reported by 100 ms later.
    void shouldContinue() { takeAll(chart, {now() + 100 * ms, TimeView::Run::Running}); }
    void end() { takeAll(chart, {10'000 * oneSecond, TimeView::Run::Ended}); }

    /// Every iteration that finished before `until`, in the order of finishing.
    std::vector<Finished> finished(std::uint64_t until = UINT64_MAX) const
    {
        std::vector<Finished> all;
        for (WorkerId worker{1}; numberOf(worker) <= run.spans.size(); ++worker) {
            for (const Span &span : run.spans[laneOf(worker)]) {
                for (std::uint64_t i = 0; i < span.count && endOf(span) < until; ++i)
                    all.push_back({endOf(span), span.first + i, worker});
            }
        }
        std::stable_sort(all.begin(), all.end(),
            [](const Finished &a, const Finished &b) { return a.time < b.time; });
        return all;
    }

    ChartRun run;
    TimeView view;
    OpenCompletionChart chart;
    std::mt19937_64 random{5};
    std::array<std::uint64_t, 4> clocks{};
    std::uint64_t next = 0;
};

/// What part of the order is in view, by whole ranks or indices along an axis.
struct Stretch {
    explicit Stretch(const QCPAxis &axis, int pixels)
        : first(static_cast<std::uint64_t>(std::max(0.0, axis.range().lower)))
        , count(static_cast<std::uint64_t>(std::ceil(axis.range().upper)) - first)
        , cells(std::clamp<std::uint64_t>(static_cast<std::uint64_t>(pixels) / 2, 1, count))
    {
    }
    std::uint64_t cellOf(std::uint64_t place) const { return (place - first) * cells / count; }
    bool holds(std::uint64_t place) const { return place >= first && place < first + count; }
    double middleOf(std::uint64_t cell) const
    {
        return static_cast<double>(first)
            + (static_cast<double>(cell) + 0.5) * static_cast<double>(count)
            / static_cast<double>(cells);
    }

    std::uint64_t first;
    std::uint64_t count;
    std::uint64_t cells;
};

/// Compares the middle of every cell of the picture with what visiting every iteration gives.
void compareCells(Order &order, const std::vector<Finished> &finished)
{
    struct Cell {
        double count = 0;
        double failed = 0;
        std::set<WorkerId> workers;
    };
    OpenCompletionChart &chart = order.chart;
    const Theme &theme = chart.theme();
    const Stretch ranks(*chart.xAxis, chart.axisRect()->width());
    const Stretch indices(*chart.yAxis, chart.axisRect()->height());
    std::set<std::uint64_t> failed;
    for (const ChartRun::Failed &failure : order.run.failures)
        failed.insert(failure.index);
    std::vector<Cell> cells(ranks.cells * indices.cells);
    for (std::uint64_t rank = 0; rank < finished.size(); ++rank) {
        const Finished &one = finished[rank];
        if (!ranks.holds(rank) || !indices.holds(one.index))
            continue;
        Cell &cell = cells[indices.cellOf(one.index) * ranks.cells + ranks.cellOf(rank)];
        cell.count += 1;
        cell.workers.insert(one.worker);
        cell.failed += static_cast<double>(failed.count(one.index));
    }
    const QImage picture = pictureOf(chart);
    const double inColumn = static_cast<double>(ranks.count) / static_cast<double>(ranks.cells);
    const bool showsFailures = chart.series()[0].visible;
    const QRect plot = chart.axisRect()->rect().adjusted(1, 1, -1, -2);
    const auto middleOf = [&](std::uint64_t column, std::uint64_t row) {
        return QPointF(chart.xAxis->coordToPixel(ranks.middleOf(column)),
            chart.yAxis->coordToPixel(indices.middleOf(row)));
    };
    // A failure's tick is 1 pixel wide and 9 high, with an edge of 1 pixel at either side.
    std::vector<QPointF> ticks;
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        if (cells[cell].failed > 0 && showsFailures)
            ticks.push_back(middleOf(cell % ranks.cells, cell / ranks.cells));
    }
    const auto mayBeTick = [&](const QPoint &point) {
        return std::any_of(ticks.begin(), ticks.end(), [&](const QPointF &tick) {
            return std::abs(tick.x() - point.x()) < 3 && std::abs(tick.y() - point.y()) < 6;
        });
    };
    int compared = 0;
    int filled = 0;
    for (std::uint64_t row = 0; row < indices.cells; ++row) {
        for (std::uint64_t column = 0; column < ranks.cells; ++column) {
            const Cell &cell = cells[row * ranks.cells + column];
            const QPointF middle = middleOf(column, row);
            const QPoint point(static_cast<int>(middle.x()), static_cast<int>(middle.y()));
            if (!plot.contains(point))
                continue;
            QColor expected = theme.surface;
            if (cell.failed > 0 && cell.failed == cell.count && showsFailures) {
                expected = theme.failure;
            } else if (cell.count > 0) {
                expected = blended(
                    cell.workers.size() == 1 ? theme.worker(*cell.workers.begin()) : theme.text,
                    0.75 + 0.25 * std::min(1.0, cell.count / inColumn), theme.surface);
            }
            const QColor drawn = picture.pixelColor(point);
            const bool isTick =
                (drawn == theme.failure || drawn == theme.surface) && mayBeTick(point);
            if (distance(drawn, expected) > 3 && !isTick)
                QFAIL(qPrintable(QStringLiteral("column %1, row %2: %3 rather than %4")
                                     .arg(column)
                                     .arg(row)
                                     .arg(drawn.name(), expected.name())));
            ++compared;
            filled += cell.count > 0;
        }
    }
    QVERIFY(compared > 100);
    QVERIFY(filled > 10);
}

} // namespace

#define COMPARE_CELLS(order, finished)                                                             \
    do {                                                                                           \
        compareCells(order, finished);                                                             \
        if (QTest::currentTestFailed())                                                            \
            return;                                                                                \
    } while (false)

class CompletionChartTest : public QObject {
    Q_OBJECT

private slots:
    void everyIterationIsCountedIntoItsCell_data()
    {
        QTest::addColumn<Theme::Kind>("kind");
        QTest::addColumn<std::uint64_t>("count");
        QTest::newRow("light") << Theme::Kind::Light << std::uint64_t{30'000};
        QTest::newRow("dark") << Theme::Kind::Dark << std::uint64_t{30'000};
        QTest::newRow("fewer inputs than cells") << Theme::Kind::Light << std::uint64_t{120};
    }
    void everyIterationIsCountedIntoItsCell()
    {
        QFETCH(Theme::Kind, kind);
        QFETCH(std::uint64_t, count);
        Order order(count);
        order.chart.setTheme(Theme::of(kind));
        order.work(count);
        order.end();
        COMPARE_CELLS(order, order.finished());
        order.chart.setSeriesVisible(0, false);
        order.end();
        COMPARE_CELLS(order, order.finished());
    }

    void soItIsZoomedIn()
    {
        Order order(30'000);
        order.work(30'000);
        order.end();
        for (const auto &[lower, size] : {std::pair{9000.0, 3000.0}, {15000.0, 500.0},
                 {15100.5, 60.0}, {-2000.0, 9000.0}, {25000.0, 10000.0}}) {
            order.chart.xAxis->setRange(lower, lower + size);
            order.chart.yAxis->setRange(lower - 20, lower + size + 40);
            order.end();
            order.end(); // the axis may have needed another width for its numbers
            COMPARE_CELLS(order, order.finished());
        }
        order.chart.fit();
        order.end();
        COMPARE_CELLS(order, order.finished());
    }

    void soItIsWhileTheRunGrows()
    {
        Order order(30'000);
        for (int step = 1; step <= 10; ++step) {
            order.work(3000);
            if (step == 6) {
                order.chart.xAxis->setRange(8000, 20000);
                order.chart.yAxis->setRange(9000, 19000);
                order.shouldContinue(); // the axes may need another width for their numbers
            }
            order.shouldContinue();
            COMPARE_CELLS(order, order.finished(order.now()));
        }
        order.end();
        COMPARE_CELLS(order, order.finished());
    }

    void whatComesLateIsInItsPlaceAtTheEnd()
    {
        Order order(2000);
        order.work(1000);
        order.shouldContinue();
        order.run.span(WorkerId{6}, {1 * ms, 2 * ms, 1000, 1000}); // finished long before
        order.shouldContinue();
        QVERIFY(order.chart.figure().contains("out of order"));
        order.end();
        COMPARE_CELLS(order, order.finished());
        const std::vector<Finished> finished = order.finished();
        double distance = 0;
        for (std::uint64_t rank = 0; rank < finished.size(); ++rank)
            distance +=
                std::abs(static_cast<double>(rank) - static_cast<double>(finished[rank].index));
        QVERIFY(order.chart.figure().startsWith(
            QString::number(std::llround(distance / static_cast<double>(finished.size())))
            + " places out of order on average"));
    }

    void aFailureAmongManyIsSeenAndClaimsNoOthers()
    {
        constexpr std::uint64_t count = 30'000;
        Order order(count);
        order.run.span(WorkerId{1}, {0, count * us, 0, count});
        order.run.fail({count / 2, WorkerId{1}, count * us, false});
        order.end();
        const QImage picture = pictureOf(order.chart);
        const QPointF place(order.chart.xAxis->coordToPixel(count / 2.),
            order.chart.yAxis->coordToPixel(count / 2.));
        int failed = 0;
        int widest = 0;
        for (int y = 0; y < picture.height(); ++y) {
            int inRow = 0;
            for (int x = 0; x < picture.width(); ++x) {
                if (picture.pixelColor(x, y) != order.chart.theme().failure)
                    continue;
                ++inRow;
                QVERIFY(QLineF(place, QPointF(x, y)).length() < 8);
            }
            failed += inRow;
            widest = std::max(widest, inRow);
        }
        QVERIFY(failed >= 8);
        QCOMPARE(widest, 1);
    }

    void manyFailuresAreNeverMissed()
    {
        constexpr std::uint64_t count = 50'000;
        Order order(count);
        for (std::uint64_t index = 0; index < count; ++index) {
            order.run.span(WorkerId{1}, {index * us, us, index, 1});
            order.run.fail({index, WorkerId{1}, (index + 1) * us, false});
        }
        order.end();
        COMPARE_CELLS(order, order.finished());
    }

    void anotherViewIsDrawnWhenItIsReady()
    {
        Order order(30'000);
        order.work(30'000);
        order.end();
        const Moment ended{10'000 * oneSecond, TimeView::Run::Ended};
        QSignalSpy changed(&order.chart, &Chart::figureChanged);
        QVERIFY(order.chart.refresh(ended, std::chrono::seconds(1)));
        QCOMPARE(changed.size(), 0);
        order.chart.xAxis->setRange(1000, 2000);
        order.chart.replot();
        QVERIFY(order.chart.refresh(ended, std::chrono::seconds(1)));
        QCOMPARE(changed.size(), 1);
        order.chart.setTheme(Theme::of(Theme::Kind::Dark));
        order.chart.replot();
        QVERIFY(order.chart.refresh(ended, std::chrono::seconds(1)));
        QCOMPARE(changed.size(), 2);
        order.chart.setSeriesVisible(0, false);
        order.chart.replot();
        QVERIFY(order.chart.refresh(ended, std::chrono::seconds(1)));
        QCOMPARE(changed.size(), 3);
        QVERIFY(order.chart.refresh(ended, std::chrono::seconds(1)));
        QCOMPARE(changed.size(), 3);
    }

    void theFigureTellsTheDisorder()
    {
        Order order(40);
        QCOMPARE(order.chart.figure(), "");
        order.run.span(WorkerId{1}, {0, 10 * ms, 0, 2});
        order.run.span(WorkerId{1}, {10 * ms, 10 * ms, 2, 2});
        order.end();
        QCOMPARE(order.chart.figure(), "all in order");
        QCOMPARE(order.chart.shortFigure(), "all in order");
        order.run.span(WorkerId{1}, {20 * ms, 20 * ms, 4, 1});
        order.run.span(WorkerId{2}, {20 * ms, 10 * ms, 5, 3});
        order.end();
        // Ranks 4, 5, 6 are the indices 5, 6, 7, and rank 7 is 4: (1 + 1 + 1 + 3) / 8.
        QCOMPARE(order.chart.figure(),
            "0.75 places out of order on average · in order, 3 results would wait");
        QCOMPARE(order.chart.shortFigure(), "0.75 places off · in order, 3 would wait");
        order.chart.setRecord(nullptr);
        QCOMPARE(order.chart.figure(), "");
    }

    void hoveringTellsOfTheNearestIteration()
    {
        Order order(100);
        order.run.span(WorkerId{1}, {0, 200 * ms, 0, 10});
        order.run.span(WorkerId{2}, {0, 100 * ms, 10, 10});
        order.run.fail({15, WorkerId{2}, 100 * ms, false});
        order.end();
        const auto place = [&](double rank, double index) {
            return QPointF(order.chart.xAxis->coordToPixel(rank + 0.5),
                order.chart.yAxis->coordToPixel(index + 0.5));
        };
        QCOMPARE(order.chart.textAt(place(12, 2)),
            "index 2\nfinished as number 13, by worker 1\nat 200\u00a0ms\n10 places later than "
            "in input order");
        QCOMPARE(order.chart.textAt(place(5, 15)),
            "index 15\nfinished as number 6, by worker 2\nat 100\u00a0ms\n"
            "10 places earlier than in input order\nit failed");
        QCOMPARE(*order.chart.indexAt(place(12, 2)), 2U);
        QCOMPARE(order.chart.textAt(place(50, 50)), "");
        QVERIFY(!order.chart.indexAt(place(5, 5)));
    }

    void theCursorIsTheSameMomentInBothDirections()
    {
        Order order(100);
        order.run.span(WorkerId{1}, {0, 200 * ms, 0, 10});
        order.run.span(WorkerId{2}, {0, 100 * ms, 10, 10});
        order.end();
        QList<QCPItemStraightLine *> lines;
        for (int i = 0; i < order.chart.itemCount(); ++i) {
            if (auto *line = qobject_cast<QCPItemStraightLine *>(order.chart.item(i)))
                lines << line;
        }
        QCOMPARE(lines.size(), 1);
        const QCPItemStraightLine &crossHair = *lines[0];
        QVERIFY(!crossHair.visible());
        order.view.setCursor(150e6);
        QVERIFY(crossHair.visible());
        QCOMPARE(crossHair.point1->key(), 10.); // of 20 had finished
        order.view.setCursor(250e6);
        QCOMPARE(crossHair.point1->key(), 20.);
        order.view.setCursor(std::nullopt);
        QVERIFY(!crossHair.visible());

        order.chart.hovered(QPointF(order.chart.xAxis->coordToPixel(5.5), 100));
        QCOMPARE(*order.view.cursor(), 100e6);
        order.chart.hovered(QPointF(order.chart.xAxis->coordToPixel(15.5), 100));
        QCOMPARE(*order.view.cursor(), 200e6);
        order.chart.hovered(QPointF(order.chart.xAxis->coordToPixel(25.5), 100));
        QVERIFY(!order.view.cursor());
    }

    void anIndexStaysMarkedAtTheEnd()
    {
        Order order(2000);
        order.work(1000);
        order.shouldContinue();
        order.chart.showIndex(1500);
        const auto isMarked = [&] {
            const QImage picture = pictureOf(order.chart);
            const QRect plot = order.chart.axisRect()->rect();
            const double y = order.chart.yAxis->coordToPixel(1500.5);
            const std::array rows{static_cast<int>(y) - 1, static_cast<int>(y)};
            return std::ranges::any_of(rows, [&](int row) {
                return picture.pixelColor(plot.left() + 10, row) == order.chart.theme().text;
            });
        };
        QVERIFY(isMarked());
        order.run.span(
            WorkerId{6}, {1 * ms, 2 * ms, 1000, 1000}); // late: all is ranked anew at the end
        order.shouldContinue();
        order.end();
        QVERIFY(isMarked());
        order.chart.showIndex(std::nullopt);
        QVERIFY(!isMarked());
    }
};

QTEST_MAIN(CompletionChartTest)
#include "completionchart_test.moc"
