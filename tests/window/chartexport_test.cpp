// SPDX-License-Identifier: GPL-3.0-or-later
#include "chartrun.h"
#include "charts/caption.h"
#include "charts/chartexport.h"
#include "charts/chartset.h"

#include <QDir>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <csignal>
#include <sys/resource.h>

using namespace poolscope;

namespace {

/// A run of two workers that is half done.
struct Charts {
    Charts()
        : run(10'000)
        , charts(view, &window)
        , moment{1100 * ms, TimeView::Run::Running}
    {
        specOf(run.record.origin)->pool.workers = 2;
        run.recorder->take(event::FirstDispatched{100 * ms});
        for (const WorkerId worker : {WorkerId{1}, WorkerId{2}})
            run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, 50 * ms});
        work(5000);
        window.resize(800, 600);
        for (Chart *chart : charts) {
            chart->setTheme(Theme::of(Theme::Kind::Light));
            chart->resize(400, 300);
            chart->setRecord(&run.record);
        }
        view.setNow(static_cast<double>(moment.now), moment.run);
        window.show();
        for (Chart *chart : charts)
            chart->replot();
    }

    void work(std::uint64_t inputs)
    {
        for (const std::uint64_t first = next; next < first + inputs; next += 2) {
            run.span(WorkerId{1}, {clock, 190 * us, next, 1});
            run.span(WorkerId{2}, {clock, 130 * us, next + 1, 1});
            clock += 400 * us;
        }
        run.settle({next - inputs, inputs}, clock);
    }

    std::filesystem::path path(const QString &name) const
    {
        return folder.filePath(name).toStdString();
    }
    QStringList names() const
    {
        return QDir(folder.path())
            .entryList(QDir::Files | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    QByteArray bytes(const QString &name) const
    {
        QFile file(folder.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void put(const QString &name, const QByteArray &bytes) const
    {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

    ChartRun run;
    QWidget window;
    TimeView view;
    ChartSet charts;
    Moment moment;
    QTemporaryDir folder;
    std::uint64_t next = 0;
    std::uint64_t clock = 100 * ms;
};

constexpr std::array kinds{ChartKind::Workers, ChartKind::Completion, ChartKind::Rate};

QString messageOf(const Result<void> &result)
{
    return result ? QString() : QString::fromStdString(result.error().message);
}

/// How many pixels of the picture have the colour.
int pixels(const QImage &picture, const QColor &colour)
{
    int found = 0;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x)
            found += picture.pixelColor(x, y) == colour;
    }
    return found;
}

} // namespace

class ChartExportTest : public QObject {
    Q_OBJECT

private slots:
    void aPngHasItsSizeTimesTheScale()
    {
        Charts all;
        for (const ChartKind kind : kinds) {
            for (const double scale : {1.0, 2.0, 1.5}) {
                const auto written = writeChartPicture(
                    all.charts[kind], all.moment, all.path("chart.png"), {{500, 320}, scale});
                QCOMPARE(messageOf(written), "");
                QImage image;
                QVERIFY(image.load(QString::fromStdString(all.path("chart.png").string()), "PNG"));
                QCOMPARE(image.size(), (QSizeF(500, 320) * scale).toSize());
                QCOMPARE(image.dotsPerMeterX(), static_cast<int>(std::lround(3779.53 * scale)));
                QCOMPARE(image,
                    chartImage(all.charts[kind], all.moment, {{500, 320}, scale})
                        .convertToFormat(image.format()));
                QVERIFY(pixels(image, all.charts[kind].theme().text) > 20);
            }
        }
        QCOMPARE(all.names(), QStringList{"chart.png"});
    }

    void anSvgIsXmlWithTheTitleAndText()
    {
        Charts all;
        for (const ChartKind kind : kinds) {
            Chart &chart = all.charts[kind];
            QCOMPARE(messageOf(writeChartPicture(
                         chart, all.moment, all.path("chart.svg"), {{500, 320}, 1})),
                "");
            QXmlStreamReader xml(all.bytes("chart.svg"));
            QStringList texts;
            QString title;
            QString box;
            while (!xml.atEnd()) {
                if (xml.readNext() != QXmlStreamReader::StartElement)
                    continue;
                if (xml.name() == QLatin1String("svg"))
                    box = xml.attributes().value("viewBox").toString();
                else if (xml.name() == QLatin1String("title"))
                    title = xml.readElementText();
                else if (xml.name() == QLatin1String("text"))
                    texts << xml.readElementText().trimmed();
            }
            QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
            QCOMPARE(title, chart.title());
            QCOMPARE(box, "0 0 500 320");
            QVERIFY(texts.contains(chart.title()));
            QVERIFY(texts.contains(chart.xAxis->label()) || chart.xAxis->label().isEmpty());
            QVERIFY(texts.contains(chart.series()[0].name));
        }
    }

    void namesNeedNoCareInAnSvg()
    {
        Charts all;
        specOf(all.run.record.origin)->task = PythonTask{"a<b>&\"c\".py:f", "python3"};
        QCOMPARE(messageOf(writeChartPicture(
                     all.charts[ChartKind::Rate], all.moment, all.path("chart.svg"), {})),
            "");
        QXmlStreamReader xml(all.bytes("chart.svg"));
        QString text;
        while (!xml.atEnd()) {
            if (xml.readNext() == QXmlStreamReader::Characters)
                text += xml.text();
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(text.contains("a<b>&\"c\".py:f"));
    }

    void aPdfIsOnePageOfTheSize()
    {
        Charts all;
        for (const ChartKind kind : kinds) {
            QCOMPARE(messageOf(writeChartPicture(
                         all.charts[kind], all.moment, all.path("chart.PDF"), {{480, 288}, 3})),
                "");
            const QByteArray pdf = all.bytes("chart.PDF");
            QVERIFY(pdf.startsWith("%PDF"));
            QVERIFY(pdf.trimmed().endsWith("%%EOF"));
            QVERIFY(pdf.contains("/Count 1\n"));
            const qsizetype box = pdf.indexOf("/MediaBox [");
            QVERIFY(pdf.mid(box, 60).startsWith("/MediaBox [0 0 360.000000 216.000000]")); // points
        }
    }

    void otherEndingsAreRefused()
    {
        Charts all;
        for (const char *name : {"chart.jpg", "chart", "png", "chart.png.", "chart.svgz"}) {
            const auto written =
                writeChartPicture(all.charts[ChartKind::Rate], all.moment, all.path(name), {});
            QCOMPARE(messageOf(written),
                "cannot write " + all.folder.filePath(name)
                    + ": its ending must be .png, .svg or .pdf");
        }
        QCOMPARE(all.names(), QStringList());
        QCOMPARE(pictureEndings(), (QStringList{"png", "svg", "pdf"}));
    }

    void whatCannotBeWrittenLeavesNothing()
    {
        Charts all;
        all.put("file", "old");
        for (const char *name : {"missing/chart.png", "file/chart.svg"}) {
            const auto written =
                writeChartPicture(all.charts[ChartKind::Workers], all.moment, all.path(name), {});
            QVERIFY(messageOf(written).startsWith("cannot write " + all.folder.filePath(name)));
        }
        QCOMPARE(all.names(), QStringList{"file"});
        QCOMPARE(all.bytes("file"), "old");
    }

    void anOldFileStaysUntilTheNewOneIsWhole()
    {
        Charts all;
        Chart &chart = all.charts[ChartKind::Workers];
        for (const char *name : {"chart.png", "chart.svg", "chart.pdf"}) {
            all.put(name, "old");
            struct ::rlimit before = {};
            ::getrlimit(RLIMIT_FSIZE, &before);
            struct ::rlimit limited = before;
            limited.rlim_cur = 3000;
            const auto handler = std::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &limited);
            const auto failed = writeChartPicture(chart, all.moment, all.path(name), {});
            ::setrlimit(RLIMIT_FSIZE, &before);
            std::signal(SIGXFSZ, handler);
            QCOMPARE(messageOf(failed),
                "cannot write " + all.folder.filePath(name) + ": File too large");
            QCOMPARE(all.bytes(name), "old");
            QVERIFY(writeChartPicture(chart, all.moment, all.path(name), {}));
            QVERIFY(all.bytes(name).size() > 3000);
        }
        QCOMPARE(all.names(), (QStringList{"chart.pdf", "chart.png", "chart.svg"}));
    }

    void chartsOfAGrowingRecordAreAsOfNow()
    {
        Charts all;
        const auto draw = [&](ChartKind kind) {
            return chartImage(all.charts[kind], all.moment, {{500, 320}, 1});
        };
        for (const ChartKind kind : kinds) {
            const QImage before = draw(kind);
            QCOMPARE(draw(kind), before);
            all.work(1000);
            all.moment.now += 200 * ms;
            all.view.setNow(static_cast<double>(all.moment.now), all.moment.run);
            QVERIFY(draw(kind) != before);
            QCOMPARE(draw(kind), draw(kind));
        }
        all.moment.run = TimeView::Run::Ended;
        for (const ChartKind kind : kinds)
            QVERIFY(writeChartPicture(
                all.charts[kind], all.moment, all.path(QString::number(int(kind)) + ".png"), {}));
        QCOMPARE(all.names().size(), qsizetype(kinds.size()));
    }

    void aPictureIsLightUnlessAskedOtherwise()
    {
        Charts all;
        const QColor light = Theme::of(Theme::Kind::Light).surface;
        const QColor dark = Theme::of(Theme::Kind::Dark).surface;
        for (const ChartKind kind : kinds) {
            Chart &chart = all.charts[kind];
            chart.setTheme(Theme::of(Theme::Kind::Dark));
            const QImage asPaper = chartImage(chart, all.moment, {{500, 320}, 1});
            const QImage asScreen =
                chartImage(chart, all.moment, {{500, 320}, 1, Theme::Kind::Dark});
            QCOMPARE(asPaper.pixelColor(2, 2), light);
            QCOMPARE(pixels(asPaper, dark), 0);
            QCOMPARE(asScreen.pixelColor(2, 2), dark);
            QVERIFY(pixels(asScreen, light) < 100); // the cross of what was quarantined
            QVERIFY(chart.theme().kind == Theme::Kind::Dark);
        }
    }

    void theCrossHairIsNotInThePicture()
    {
        Charts all;
        for (const ChartKind kind : kinds) {
            const QImage before = chartImage(all.charts[kind], all.moment, {{500, 320}, 1});
            all.view.setCursor(500e6);
            QCOMPARE(chartImage(all.charts[kind], all.moment, {{500, 320}, 1}), before);
            all.view.setCursor(std::nullopt);
        }
    }

    void theSelectionIsNotInThePicture()
    {
        Charts all;
        for (const ChartKind kind : {ChartKind::Workers, ChartKind::Completion}) {
            Chart &chart = all.charts[kind];
            const QImage exported = chartImage(chart, all.moment, {{500, 320}, 1});
            const QImage shown = pictureOf(chart);
            chart.showIndex(2500);
            chart.replot();
            QVERIFY(pictureOf(chart) != shown);
            QCOMPARE(chartImage(chart, all.moment, {{500, 320}, 1}), exported);
            QVERIFY(pictureOf(chart) != shown); // there it stays
        }
    }

    void linesAreAsWideAtAnyScale()
    {
        Charts all;
        Chart &chart = all.charts[ChartKind::Rate];
        chart.setSeriesVisible(0, false); // the pool's line lies on those of its workers
        chart.setSeriesVisible(1, false);
        const QColor colour = chart.theme().worker(WorkerId{1});
        const int once = pixels(chartImage(chart, all.moment, {{500, 320}, 1}), colour);
        const int twice = pixels(chartImage(chart, all.moment, {{500, 320}, 2}), colour);
        QVERIFY(once > 40);
        QVERIFY2(twice > 3 * once, qPrintable(QStringLiteral("%1, %2").arg(once).arg(twice)));
    }

    void aChartThatWasNeverShownIsExportedInFull()
    {
        Charts small;
        Charts large;
        for (const ChartKind kind : kinds) {
            small.charts[kind].resize(100, 30);
            large.charts[kind].resize(1200, 640);
        }
        for (const ChartKind kind : kinds) {
            const PictureForm size{{1200, 640}, 1};
            takeAll(large.charts[kind], large.moment);
            const QImage expected = chartImage(large.charts[kind], large.moment, size);
            const QImage image = chartImage(small.charts[kind], small.moment, size);
            int different = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    different += distance(image.pixelColor(x, y), expected.pixelColor(x, y)) > 40;
            }
            QVERIFY2(different * 100 < image.width() * image.height(),
                qPrintable(small.charts[kind].title()));
        }
    }

    void captionsTellTheSettings()
    {
        RunSpec spec;
        spec.task = BuiltinTask{"sqrt", ""};
        spec.input = RangeInput{1, 5000, 1};
        spec.pool.workers = 2;
        QCOMPARE(settingsText(spec), "sqrt · 1:5000 · 2 workers");
        spec.task = BuiltinTask{"sleep_ms", "5"};
        spec.input = RangeInput{0, 100, 3};
        spec.pool = {1, 64, 3, 2};
        QCOMPARE(settingsText(spec),
            "sleep_ms:5 · 0:100:3 · 1 worker · chunk 64 inputs · window 3 chunks · retries 2");
        spec.task = PythonTask{"/some/where/tasks.py:f", "python3"};
        spec.input = LinesInput{"/data/rows.txt"};
        spec.pool = {4, 1'000'000, {}, 0};
        QCOMPARE(settingsText(spec),
            "tasks.py:f · lines of rows.txt · 4 workers · chunk 1,000,000 inputs");
        spec.pool = {4, {}, {}, 0};
        spec.pool.outputLimit = 200 << 10;
        QCOMPARE(
            settingsText(spec), "tasks.py:f · lines of rows.txt · 4 workers · program output 200K");
    }

    void captionsTellTheOutcome()
    {
        ChartRun run(4999);
        QCOMPARE(outcomeText(run.record, {0, TimeView::Run::Running}), "0 of 4,999 done");
        run.recorder->take(event::FirstDispatched{200 * ms});
        run.settle({0, 4000}, 700 * ms);
        QCOMPARE(outcomeText(run.record, {1200 * ms, TimeView::Run::Running}),
            "4,000 of 4,999 done in 1\u00a0s, 4,000\u00a0it/s");
        run.fail({4000, WorkerId{1}, 900 * ms, false});
        run.fail({4001, WorkerId{1}, 950 * ms, false});
        run.settle({4003, 996}, 960 * ms);
        run.fail({4002, WorkerId{1}, 1000 * ms, true});
        QCOMPARE(outcomeText(run.record, {1200 * ms, TimeView::Run::Ended}),
            "4,999 of 4,999 done in 800\u00a0ms, 6,250\u00a0it/s, 3 failed (1 quarantined)");
        run.recorder->take(event::PoolPaused{300 * ms});
        run.recorder->take(event::PoolResumed{600 * ms});
        QCOMPARE(outcomeText(run.record, {1200 * ms, TimeView::Run::Ended}),
            "4,999 of 4,999 done in 800\u00a0ms (300\u00a0ms of it paused), 10,000\u00a0it/s, 3 "
            "failed "
            "(1 quarantined)");
    }
};

QTEST_MAIN(ChartExportTest)
#include "chartexport_test.moc"
