// SPDX-License-Identifier: GPL-3.0-or-later
// The Latency page as a person uses it, on a run that was opened and whose durations are known; and
// its chart and its table by themselves.
#include "chartrun.h"
#include "charts/latencychart.h"
#include "tables/outcomesview.h"
#include "tables/slowestmodel.h"
#include "window/mainwindow.h"
#include "windowtest.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>

using namespace poolscope;

namespace {

/// Jobs of 50 ms, each tenth of them of 500 ms, and the 37th of 2 s, two at a time.
JobLog jobLog()
{
    JobLog log;
    std::array<double, 2> free{100, 100};
    for (int job = 1; job <= 40; ++job) {
        const double runtime = job == 37 ? 2 : job % 10 == 0 ? 0.5 : 0.05;
        double &begin = *std::min_element(free.begin(), free.end());
        log.add(job, begin, runtime, QStringLiteral("job number %1").arg(job));
        begin += runtime + 0.001;
    }
    return log;
}

struct OpenLatencyChart : LatencyChart {
    using LatencyChart::LatencyChart;
    using LatencyChart::textAt;
};

/// Where a duration's bar stands on the ground of the chart.
QPoint footOf(const QCustomPlot &chart, double duration)
{
    return {static_cast<int>(std::lround(chart.xAxis->coordToPixel(duration))),
        static_cast<int>(chart.yAxis->coordToPixel(0)) - 2};
}

} // namespace

class LatencyPageTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_window = freshWindow();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void beforeTheFirstRunItSaysWhatItWillShow()
    {
        press(Qt::Key_7);
        QVERIFY(chart().isVisible());
        QStringList texts;
        for (const QLabel *label : page().findChildren<QLabel *>()) {
            if (label->isVisible())
                texts << label->text();
        }
        QVERIFY(texts.contains("The slowest iterations and their inputs"));
        QVERIFY(!texts.filter("share of iterations that took this long").isEmpty());
        QVERIFY(chart().figure().isEmpty());
    }

    void medianPercentilesAndTheLongestAreTold()
    {
        open();
        QCOMPARE(chart().figure().remove(QChar(QChar::Nbsp)),
            "median 50.1ms \u00b7 p90 501ms \u00b7 p99 2s \u00b7 max 2s");
        QCOMPARE(chart().xAxis->label(), QString()); // each was measured alone
        QCOMPARE(chart().series().size(), 4U); // all, the marks, and two workers
    }

    void aClickOnABarSelectsItsIterations()
    {
        open();
        const QImage lanes = picture(ChartKind::Workers);
        QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), 500e6));
        QVERIFY(comes([&] { return selected().startsWith("4 selected"); }));
        QVERIFY(picture(ChartKind::Workers) != lanes);
        QTest::mouseClick(&find<QPushButton>("showSelected"), Qt::LeftButton);
        QVERIFY(outcomes().isVisible());
        QCOMPARE(shownIndices(), (QStringList{"9", "19", "29", "39"}));

        press(Qt::Key_Escape, {});
        QVERIFY(comes([&] { return shownIndices().size() > 4; }));
        QCOMPARE(shownIndices().first(), "0");
        press(Qt::Key_7);
        QCOMPARE(selected(), QString());
        QCOMPARE(picture(ChartKind::Workers), lanes);
    }

    void emptyGroundOrTheSameBarTakesItBack()
    {
        open();
        for (const double place : {500e6, 900e6}) { // no iteration took 900 ms
            QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), 500e6));
            QVERIFY(comes([&] { return !selected().isEmpty(); }));
            QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), place));
            QVERIFY(comes([&] { return selected().isEmpty(); }));
        }
    }

    void anotherBarTakesItsPlaceAndKeysMoveOn()
    {
        open();
        QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), 500e6));
        QVERIFY(comes([&] { return selected().startsWith("4 selected"); }));
        QTest::keyClick(&chart(), Qt::Key_Right);
        QVERIFY(comes([&] { return selected().startsWith("1 selected"); }));
        QTest::keyClick(&chart(), Qt::Key_Right); // it is the last
        QVERIFY(comes([&] { return selected().startsWith("1 selected"); }));
        QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), 50e6));
        QVERIFY(comes([&] { return selected().startsWith("35 selected"); }));
    }

    void inOutcomesItCanBeDismissed()
    {
        open();
        QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), 2e9));
        QVERIFY(comes([&] { return selected().startsWith("1 selected"); }));
        press(Qt::Key_2);
        QCOMPARE(shownIndices(), QStringList{"36"});
        QTest::mouseClick(&find<QToolButton>("outcomesSelection"), Qt::LeftButton);
        QVERIFY(shownIndices().size() > 1);
        QVERIFY(!find<QToolButton>("outcomesSelection").isVisible());
        // Going to an index that is not selected does the same.
        press(Qt::Key_7);
        QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), 2e9));
        QVERIFY(comes([&] { return selected().startsWith("1 selected"); }));
        outcomes().goTo(3);
        QCOMPARE(outcomes().currentIndex().value_or(0), 3U);
        QVERIFY(selected().isEmpty());
    }

    void theSlowestLeadToTheirSpansAndRows()
    {
        open();
        auto &table = find<QTableView>("slowestTable");
        const auto cell = [&](int row, int column) {
            return table.model()
                ->index(row, column)
                .data()
                .toString()
                .replace(QChar(QChar::Nbsp), ' ');
        };
        QCOMPARE(table.model()->rowCount(), 40);
        QCOMPARE(cell(0, SlowestModel::Index), "36");
        QCOMPARE(cell(0, SlowestModel::Input), "job number 37");
        QCOMPARE(cell(0, SlowestModel::Duration), "2 s");
        QCOMPARE(cell(1, SlowestModel::Duration), "500 ms");
        const QImage lanes = picture(ChartKind::Workers);
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
            table.visualRect(table.model()->index(0, 0)).center());
        QVERIFY(outcomes().isVisible());
        QCOMPARE(outcomes().currentIndex().value_or(0), 36U);
        QVERIFY(picture(ChartKind::Workers) != lanes);
    }

    void aNewRunHasNothingSelected()
    {
        open();
        QTest::mouseClick(&chart(), Qt::LeftButton, {}, footOf(chart(), 500e6));
        QVERIFY(comes([&] { return !selected().isEmpty(); }));
        open();
        QVERIFY(selected().isEmpty());
        press(Qt::Key_2);
        QVERIFY(comes([&] { return shownIndices().size() > 4; }));
    }

    void barsStandWhereTheDurationsAre()
    {
        ChartRun run(1000);
        std::uint64_t clock = 0;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            const std::uint64_t duration = i % 4 == 0 ? 100 * us : 10 * us;
            run.span(workerOf(i % 4 == 0 ? 1 : 0), {clock, duration, i, 1});
            clock += duration;
        }
        OpenLatencyChart chart;
        QVERIFY(showOnScreen(chart, {700, 300}));
        chart.setRecord(&run.record);
        takeAll(chart, {clock, TimeView::Run::Ended});
        chart.setSeriesVisible(1, false); // the marks
        for (const std::size_t worker : {2, 3})
            chart.setSeriesVisible(worker, false);
        const auto colourAt = [&](double duration, double percent) {
            return pictureOf(chart).pixelColor(footOf(chart, duration).x() + 1,
                static_cast<int>(chart.yAxis->coordToPixel(percent)));
        };
        const Theme &theme = chart.theme();
        QCOMPARE(colourAt(10e3, 74), theme.starting);
        QCOMPARE(colourAt(100e3, 24), theme.starting);
        QVERIFY(colourAt(100e3, 28) != theme.starting);
        QVERIFY(colourAt(30e3, 5) != theme.starting);
        const QString text = chart.textAt(footOf(chart, 100e3));
        QVERIFY2(text.contains("250 iterations, 25% of all"), qPrintable(text));
        QVERIFY2(text.contains("worker 2: 250, 100% of its own"), qPrintable(text));
        const QSignalSpy picks(&chart, &LatencyChart::rangePicked);
        QTest::mouseClick(&chart, Qt::LeftButton, {}, footOf(chart, 100e3));
        QCOMPARE(picks.count(), 1);
        const auto range = picks[0][0].value<std::optional<DurationRange>>();
        QVERIFY(range && range->contains(100e3) && !range->contains(10e3));
        chart.setSelected(range);
        QCOMPARE(colourAt(100e3, 24), theme.accent);
        QCOMPARE(colourAt(10e3, 74), theme.starting);
        chart.setSelectionVisible(false); // as for an export
        QCOMPARE(colourAt(100e3, 24), theme.starting);
    }

    void whatWasMeasuredTogetherIsTold()
    {
        ChartRun run(1000);
        run.span(WorkerId{1}, {0, 10 * us, 0, 900});
        for (std::uint64_t i = 0; i < 100; ++i)
            run.span(WorkerId{1}, {(i + 1) * 20 * us, 15 * us, 900 + i, 1});
        LatencyChart chart;
        QVERIFY(showOnScreen(chart, {700, 300}));
        chart.setRecord(&run.record);
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        QVERIFY2(chart.xAxis->label().contains("90% of the iterations ran in spans of several"),
            qPrintable(chart.xAxis->label()));
        SlowestModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRecord(&run.record);
        model.setSlowest(chart.slowest());
        QCOMPARE(model.rowCount(), 100); // the others are left out
        QCOMPARE(model.indexAt(0), 900U);
        Latency few(run.record.timeline);
        QVERIFY(!few.advance(1)); // there are others
        model.setSlowest(few.slowest());
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0, SlowestModel::Index).data().toString(), "0\u2013899");
        QCOMPARE(model.index(0, SlowestModel::Input).data().toString(), "0, \u2026");
        QVERIFY(model.index(0, SlowestModel::Duration)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains("900 iterations"));
        model.setRecord(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

private:
    template <typename Widget> Widget &find(const char *name) const
    {
        return childOf<Widget>(*m_window, name);
    }
    Chart &chart() const { return m_window->charts()[ChartKind::Latency]; }
    QWidget &page() const { return *m_window->findChild<QTabWidget *>()->currentWidget(); }
    OutcomesView &outcomes() const { return *m_window->findChild<OutcomesView *>(); }
    /// What is said to be selected; empty: nothing.
    QString selected() const
    {
        const auto &label = find<QLabel>("selectedIterations");
        return label.isVisible() ? label.text() : QString();
    }
    QStringList shownIndices() const
    {
        QStringList indices;
        const auto *model = outcomes().findChild<QTableView *>()->model();
        for (int row = 0; row < model->rowCount(); ++row)
            indices << model->index(row, 0).data().toString();
        return indices;
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::ControlModifier)
    {
        pressIn(*m_window, key, modifiers);
    }
    /// Opens the job log, and waits until the Latency page shows it.
    void open()
    {
        jobLog().openIn(*m_window);
        QVERIFY(comes([&] { return chart().record(); }));
        press(Qt::Key_7);
        QVERIFY(comes([&] { return !chart().figure().isEmpty(); }));
        picture(ChartKind::Latency);
    }
    QImage picture(ChartKind kind) const { return finalPicture(*m_window, kind); }

    std::unique_ptr<MainWindow> m_window;
};

int main(int argc, char **argv)
{
    return runWindowTest<LatencyPageTest>(argc, argv);
}

#include "latencypage_test.moc"
