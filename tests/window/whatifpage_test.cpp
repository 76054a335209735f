// SPDX-License-Identifier: GPL-3.0-or-later
// The What if page as a person uses it, on a run that was opened and whose durations are known.
#include "chartrun.h"
#include "charts/chartexport.h"
#include "charts/whatifchart.h"
#include "window/chartcard.h"
#include "window/mainwindow.h"
#include "window/pages/whatifpage.h"
#include "windowtest.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>

using namespace poolscope;
using State = RunController::State;

namespace {

/// 39 jobs of 100 ms and a last one of 1 s, one after another: 4.9 s.
JobLog jobLog()
{
    JobLog log;
    double begin = 100;
    for (int job = 1; job <= 40; ++job) {
        const double runtime = job == 40 ? 1 : 0.1;
        log.add(job, begin, runtime, QStringLiteral("job %1").arg(job));
        begin += runtime;
    }
    return log;
}

struct OpenWhatIfChart : WhatIfChart {
    using WhatIfChart::textAt;
    using WhatIfChart::WhatIfChart;
};

} // namespace

class WhatIfPageTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_window = freshWindow();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void beforeTheFirstRunItSaysWhatItWillDo()
    {
        press(Qt::Key_9);
        QVERIFY(chart().isVisible());
        QVERIFY2(told().contains("When a run has ended"), qPrintable(told()));
        QVERIFY(!find<QPushButton>("applyWhatIf").isEnabled());
    }

    void theRunItselfIsWhatItBeginsWith()
    {
        open();
        QCOMPARE(find<QSpinBox>("whatIfProcesses").value(), 1);
        QVERIFY2(told().startsWith("With 1 process: 4.9 s, as fast as this run; no number of "
                                   "processes goes below 1 s (the longest iteration)."),
            qPrintable(told()));
    }

    void moreProcessesAreReplayed()
    {
        open();
        set("whatIfProcesses", "4");
        set("whatIfChunk", "1");
        set("whatIfWindow", "1");
        // 39 jobs of 100 ms take four workers ten rounds; the long one begins in the last of them.
        QVERIFY(comes([&] { return told().startsWith("With 4 processes: 1.9"); }));
        QVERIFY2(told().contains("x as fast as this run"), qPrintable(told()));
        auto &order = find<QComboBox>("whatIfOrder");
        QTest::keyClick(&order, Qt::Key_Down);
        // All the work is 4.9 s, so that four cannot be quicker than 1.23 s.
        QVERIFY(comes([&] { return told().startsWith("With 4 processes: 1.3"); }));
    }

    void theSliderGoesFromOneToTheMost()
    {
        open();
        auto &slider = find<QSlider>("whatIfSlider");
        QTest::keyClick(&slider, Qt::Key_End);
        QCOMPARE(find<QSpinBox>("whatIfProcesses").value(), static_cast<int>(maxWorkers));
        QVERIFY(comes([&] { return told().startsWith("With 1,024 processes"); }));
        QVERIFY2(told().contains("How many cores the run's machine had was not recorded"),
            qPrintable(told()));
        QTest::keyClick(&slider, Qt::Key_Home);
        QTest::keyClick(&slider, Qt::Key_Right);
        QCOMPARE(find<QSpinBox>("whatIfProcesses").value(), 2);
    }

    void aClickOnTheCurveChoosesThatNumber()
    {
        open();
        const QPoint at(static_cast<int>(std::lround(chart().xAxis->coordToPixel(16))),
            chart().axisRect()->rect().center().y());
        QTest::mouseClick(&chart(), Qt::LeftButton, {}, at);
        QCOMPARE(find<QSpinBox>("whatIfProcesses").value(), 16);
        QVERIFY(comes([&] { return told().startsWith("With 16 processes"); }));
    }

    void whatWasChosenCanBeTakenOver()
    {
        const RunSpec before = m_window->spec();
        open();
        set("whatIfProcesses", "3");
        set("whatIfChunk", "7");
        set("whatIfWindow", "2");
        QTest::mouseClick(&find<QPushButton>("applyWhatIf"), Qt::LeftButton);
        const RunSpec after = m_window->spec();
        QCOMPARE(after.pool.workers.value_or(0), 3U);
        QCOMPARE(after.pool.chunk.value_or(0), 7U);
        QCOMPARE(after.pool.window.value_or(0), 2U);
        QVERIFY(std::holds_alternative<BuiltinTask>(after.task)); // the rest is as it was
        QCOMPARE(std::get<RangeInput>(after.input).stop, std::get<RangeInput>(before.input).stop);
    }

    void aRunOfOurOwnIsReplayedWhenItHasEnded()
    {
        press(Qt::Key_9);
        QTest::mouseClick(&find<QToolButton>("start"), Qt::LeftButton);
        QVERIFY(comes([&] { return m_window->controller().state() == State::Ended; }));
        QVERIFY(comes([&] { return told().startsWith("With 2 processes"); }));
        QCOMPARE(find<QSpinBox>("whatIfProcesses").value(), 2);
    }

    void copiesArePredictedWhereLoadingWasMeasured()
    {
        RunSpec spec = specThatLoadsSlowly();
        spec.pool.workers = 2;
        m_window->setSpec(spec);
        press(Qt::Key_9);
        QVERIFY(!find<QComboBox>("whatIfStart").isVisible());
        QTest::mouseClick(&find<QToolButton>("start"), Qt::LeftButton);
        QVERIFY(comes([&] { return m_window->controller().state() == State::Ended; }));
        QVERIFY(comes([&] { return told().contains("as new interpreters"); }));
        auto &start = find<QComboBox>("whatIfStart");
        QVERIFY(start.isVisible());
        QTest::keyClick(&start, Qt::Key_Down);
        QVERIFY(comes([&] { return told().contains("as copies of one process"); }));
        QTest::mouseClick(&find<QPushButton>("applyWhatIf"), Qt::LeftButton);
        QCOMPARE(m_window->spec().pool.start, WorkerStart::Fork);
        QCOMPARE(find<QComboBox>("start").currentIndex(), 1);
    }

    void theFormTellsWhatLoadingTook()
    {
        const auto notes = [this] {
            int count = 0;
            for (const QLabel *label : m_window->findChildren<QLabel *>())
                count += label->isVisibleTo(m_window.get())
                    && label->text().contains("Each worker loaded the task itself");
            return count;
        };
        RunSpec spec = specThatLoadsSlowly();
        m_window->setSpec(spec);
        QCOMPARE(notes(), 0);
        QTest::mouseClick(&find<QToolButton>("start"), Qt::LeftButton);
        QVERIFY(comes([&] { return notes() == 1; }));
        spec.pool.start = WorkerStart::Fork;
        m_window->setSpec(spec);
        QCOMPARE(notes(), 0);
    }

    void theLanesThatWouldResultAreDrawn()
    {
        ChartRun run(100);
        for (std::uint64_t i = 0; i < 100; ++i)
            run.span(WorkerId{1}, {i * 10 * ms, 10 * ms, i, 1});
        run.settle({0, 100}, oneSecond);
        OpenWhatIfChart chart;
        QVERIFY(showOnScreen(chart, {900, 300}));
        chart.setRecord(&run.record);
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        chart.setSetting({4, 1, 1, WhatIfSetting::Order::Given});
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        const QCPAxisRect &lanes = *chart.axisRect(1);
        const QImage picture = pictureOf(chart);
        for (WorkerId worker{1}; worker <= WorkerId{4}; ++worker) {
            const QPoint middle(lanes.rect().center().x() + 3,
                static_cast<int>(lanes.axis(QCPAxis::atLeft)->coordToPixel(numberOf(worker))));
            QVERIFY2(distance(picture.pixelColor(middle), chart.theme().worker(worker)) < 60,
                qPrintable(picture.pixelColor(middle).name()));
        }
        QVERIFY(lanes.axis(QCPAxis::atLeft)->range() == QCPRange(0.5, 4.5));
        const QString computes = chart.textAt(
            {lanes.rect().center().x() + 0.5, lanes.axis(QCPAxis::atLeft)->coordToPixel(2)});
        QVERIFY2(computes.startsWith("process 2\n") && computes.contains("\ncomputes for "),
            qPrintable(computes));
        // Many lanes share the lines of the picture.
        chart.setSetting({1024, 1, 1, WhatIfSetting::Order::Given});
        takeAll(chart, {oneSecond, TimeView::Run::Ended});
        QVERIFY(lanes.axis(QCPAxis::atLeft)->range() == QCPRange(0.5, 1024.5));
        QVERIFY(pictureOf(chart) != picture);
        const QString text = chart.textAt(
            QPointF(chart.xAxis->coordToPixel(8), chart.axisRect()->rect().center().y()));
        QVERIFY2(text.startsWith("8 processes\npredicted: "), qPrintable(text));
    }

    void aWatchedCallIsReplayedWithTheCostsOfItsPool()
    {
        ChartRun run(100);
        run.record.machine.cores = 2;
        WatchedCall call;
        call.method = "imap";
        call.function = "task";
        call.file = "/code/post.py";
        call.line = 9;
        call.poolFile = call.file;
        call.poolLine = 8;
        call.startMethod = "fork";
        call.processes = 2;
        // For each input the parent works for 8 ms, and a worker for 1 ms.
        call.cost.chunks = call.cost.results = call.cost.tasks = 100;
        call.cost.pickling = 800 * ms;
        run.record.origin = call;
        for (std::uint64_t i = 0; i < 100; ++i) {
            const WorkerId worker{static_cast<std::uint32_t>(1 + i % 2)};
            run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, 1});
            run.span(worker, {(i + 1) * 9 * ms, ms, i, 1});
        }
        run.settle({0, 100}, oneSecond);
        auto *chart = new OpenWhatIfChart;
        chart->setTheme(Theme::of(Theme::Kind::Light));
        WhatIfPage page(new ChartCard(chart, nullptr), chart);
        page.resize(900, 300);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        chart->setRecord(&run.record);
        const Moment moment{oneSecond, TimeView::Run::Ended};
        takeAll(*chart, moment);
        const auto plain = [](QString text) {
            return text.replace(QChar::Nbsp, u' ');
        };
        const auto text = [&] {
            return plain(page.findChild<QLabel *>(QStringLiteral("whatIf"))->text());
        };
        QVERIFY2(text().startsWith("With 2 processes and chunks of 1: "), qPrintable(text()));
        QVERIFY2(text().contains("0.85 x to 1.15 x as fast as this call"), qPrintable(text()));
        QVERIFY2(text().contains(QStringLiteral("Without a pool the inputs take about 100")),
            qPrintable(text()));
        auto &apply = *page.findChild<QPushButton *>(QStringLiteral("applyWhatIf"));
        QVERIFY(!apply.isEnabled());
        QVERIFY(!page.findChild<QSpinBox *>(QStringLiteral("whatIfWindow"))->isVisible());
        QVERIFY(!page.findChild<QComboBox *>(QStringLiteral("whatIfOrder"))->isVisible());

        page.findChild<QSpinBox *>(QStringLiteral("whatIfChunk"))->setValue(10);
        page.findChild<QSpinBox *>(QStringLiteral("whatIfProcesses"))->setValue(4);
        takeAll(*chart, moment);
        QVERIFY2(text().startsWith("With 4 processes and chunks of 10: "), qPrintable(text()));
        QVERIFY2(chart
                     ->textAt(QPointF(
                         chart->xAxis->coordToPixel(4), chart->axisRect()->rect().center().y()))
                     .contains("without a pool: 100"),
            qPrintable(text()));
        QVERIFY(apply.isEnabled());
        std::vector<CallChange> wanted;
        connect(&page, &WhatIfPage::changesWanted, this,
            [&wanted](const std::vector<CallChange> &changes) { wanted = changes; });
        apply.click();
        QCOMPARE(wanted.size(), std::size_t{2});
        QCOMPARE(argumentOf(wanted[0]), std::string("chunksize=10@post.py:9"));
        QCOMPARE(argumentOf(wanted[1]), std::string("processes=4@post.py:8"));

        const auto chunkText = [&] {
            return page.findChild<QSpinBox *>(QStringLiteral("whatIfChunk"))->text();
        };
        chart->setRecord(nullptr);
        chart->setRecord(&run.record);
        takeAll(*chart, moment);
        QCOMPARE(chunkText(), QStringLiteral("1"));
        ChartRun other(100);
        chart->setRecord(&other.record);
        takeAll(*chart, moment);
        QCOMPARE(chunkText(), QStringLiteral("auto"));

        std::get<WatchedCall>(run.record.origin).startMethod = "thread";
        chart->setRecord(nullptr);
        chart->setRecord(&run.record);
        takeAll(*chart, moment);
        QVERIFY2(text().startsWith("A pool of threads is not replayed"), qPrintable(text()));
    }

    void anExportWaitsForIt()
    {
        ChartRun run(100);
        for (std::uint64_t i = 0; i < 100; ++i)
            run.span(WorkerId{1}, {i * 10 * ms, 10 * ms, i, 1});
        run.settle({0, 100}, oneSecond);
        WhatIfChart chart;
        chart.setTheme(Theme::of(Theme::Kind::Light));
        chart.setRecord(&run.record);
        const Moment moment{oneSecond, TimeView::Run::Ended};
        const QByteArray svg = chartSvg(chart, moment, {});
        QVERIFY(svg.contains("never below 10"));
        QVERIFY(!chart.sentence().isEmpty());
        // The data is of the pool that is asked about, too.
        const auto dataOf = [&] {
            const QString path = m_folder.filePath(QStringLiteral("curve.csv"));
            const bool wrote = chart.dataWriter()(path.toStdString(), {}).has_value();
            QFile file(path);
            return wrote && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        const QByteArray before = dataOf();
        QVERIFY(before.startsWith(
            "workers,makespan_s,lower_bound_s,start_up_s,shortest_s,longest_s\n1,"));
        chart.setSetting({1, 50, 1, WhatIfSetting::Order::Given});
        chartSvg(chart, moment, {});
        QVERIFY(dataOf() != before);
    }

    void ofShortInputsInOtherChunksItSaysThatItIsRough()
    {
        const auto sentenceOf = [](std::uint64_t duration, std::optional<std::uint64_t> chunk) {
            ChartRun run(100);
            for (std::uint64_t i = 0; i < 100; ++i)
                run.span(WorkerId{1}, {i * 2000, duration, i, 1});
            run.settle({0, 100}, oneSecond);
            WhatIfChart chart;
            chart.setRecord(&run.record);
            chart.setSetting({1, chunk, {}, WhatIfSetting::Order::Given});
            takeAll(chart, {oneSecond, TimeView::Run::Ended});
            return chart.sentence();
        };
        const QString rough = QStringLiteral("a rough prediction");
        QVERIFY(sentenceOf(900, 7).contains(rough));
        QVERIFY(!sentenceOf(900, {}).contains(rough)); // as the run was
        QVERIFY(!sentenceOf(1100, 7).contains(rough));
    }

    void aSettingIsGivenUpForTheNext()
    {
        ChartRun run(300'000);
        for (std::uint64_t i = 0; i < 300'000; ++i)
            run.span(WorkerId{1}, {i * 1000, 900, i, 1});
        run.settle({0, 300'000}, oneSecond);
        WhatIfChart chart;
        QVERIFY(showOnScreen(chart, {900, 300}));
        chart.setRecord(&run.record);
        const Moment moment{oneSecond, TimeView::Run::Ended};
        for (std::uint32_t workers = 1; workers <= 200; ++workers) {
            QElapsedTimer timer;
            timer.start();
            chart.setSetting({workers, 1, workers, WhatIfSetting::Order::Given});
            chart.refresh(moment, std::chrono::milliseconds(1));
            QVERIFY2(timer.elapsed() < 1000, "it has waited for the one before");
        }
        QVERIFY(comes([&] {
            chart.refresh(moment, std::chrono::milliseconds(50));
            return chart.sentence().startsWith("With 200 processes");
        }));
        chart.setRecord(nullptr);
        QVERIFY(chart.sentence().isEmpty());
    }

private:
    template <typename Widget> Widget &find(const char *name) const
    {
        return childOf<Widget>(*m_window, name);
    }
    Chart &chart() const { return m_window->charts()[ChartKind::WhatIf]; }
    QString told() const { return find<QLabel>("whatIf").text().replace(QChar(QChar::Nbsp), ' '); }
    void press(Qt::Key key) { pressIn(*m_window, key, Qt::ControlModifier); }
    /// The spec of the form, with a task that takes a tenth of a second to load.
    RunSpec specThatLoadsSlowly() const
    {
        QFile file(m_folder.filePath(QStringLiteral("slow.py")));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write %s", qPrintable(file.fileName()));
        file.write("import time\ntime.sleep(0.1)\ndef task(x):\n    return x\n");
        RunSpec spec = m_window->spec();
        spec.task = PythonTask{file.fileName().toStdString() + ":task"};
        return spec;
    }
    void set(const char *box, const QString &number) const
    {
        typeInto(find<QSpinBox>(box), number);
    }
    /// Opens the job log, and waits until the page has replayed it.
    void open()
    {
        jobLog().openIn(*m_window);
        QVERIFY(comes([&] { return chart().record(); }));
        press(Qt::Key_9);
        QVERIFY(comes([&] { return told().startsWith("With 1 process:"); }));
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

int main(int argc, char **argv)
{
    return runWindowTest<WhatIfPageTest>(argc, argv);
}

#include "whatifpage_test.moc"
