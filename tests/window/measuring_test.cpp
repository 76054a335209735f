// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured for a page of the window, by runs that are not the window's own: advice that is
// verified, and sweeps.
#include "charts/sweepchart.h"
#include "spec/runarguments.h"
#include "window/dialogs/messagebar.h"
#include "window/mainwindow.h"
#include "windowtest.h"

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QToolButton>
#include <unistd.h>

using namespace poolscope;
using State = RunController::State;

namespace {

/// The processes that we have started and that have not ended.
int childCount()
{
    int count = 0;
    for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(entry));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray stat = file.readAll();
        const QByteArrayList fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
        count += fields.value(1).toInt() == getpid();
    }
    return count;
}

/// Runs of it take some tenths of a second.
const std::vector<std::string> slowTask{"--builtin", "sleep_ms:5", "--range", "0:40"};

qsizetype linesIn(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : 0;
}

struct Person {
    Person()
    {
        window.resize(1400, 900);
        window.show();
        window.activateWindow();
        QVERIFY2(QTest::qWaitForWindowActive(&window), "the window is not shown");
    }

    template <typename Widget> Widget &find(const char *name) const
    {
        return childOf<Widget>(window, name);
    }
    void press(Qt::Key key) { pressIn(window, key, Qt::ControlModifier); }
    void click(const char *button) const
    {
        auto &wanted = find<QPushButton>(button);
        QVERIFY2(wanted.isVisible() && wanted.isEnabled(), button);
        QTest::mouseClick(&wanted, Qt::LeftButton);
    }
    void type(const char *field, const QString &text) const
    {
        typeInto(find<QLineEdit>(field), text);
    }
    void typeSweep(const QString &workers, const QString &chunks, const QString &repeats) const
    {
        type("sweepWorkers", workers);
        type("sweepChunks", chunks);
        typeInto(find<QSpinBox>("sweepRepeats"), repeats);
    }
    void chooseSlowTask() { window.setSpec(*parseRunArguments(slowTask)); }
    QString text(const char *label) const
    {
        const auto &wanted = find<QLabel>(label);
        return wanted.isVisible() ? wanted.text() : QString();
    }
    bool canStart() const { return find<QToolButton>("start").isEnabled(); }
    QString message() const
    {
        const auto &bar = *window.findChild<MessageBar *>();
        return bar.isVisible() ? bar.text() : QString();
    }
    /// Runs it to its end and looks at where its time went.
    void run(const std::vector<std::string> &arguments)
    {
        window.setSpec(*parseRunArguments(arguments));
        press(Qt::Key_R);
        QVERIFY(comes([&] { return window.controller().state() == State::Ended; }));
        press(Qt::Key_6);
    }
    /// The same in lock-step, of which the verdict says what to change.
    void runInLockStep(int inputs)
    {
        run({"--builtin", "sqrt", "--range", "0:" + std::to_string(inputs), "-j", "2", "--chunk",
            "1", "--window", "1"});
        QVERIFY(comes([&] { return find<QPushButton>("verifyAdvice").isVisible(); }));
    }

    TasksFirst first;
    MainWindow window;
};

} // namespace

class MeasuringTest : public QObject {
    Q_OBJECT

private slots:
    void init() { QSettings().clear(); }
    void cleanup()
    {
        QVERIFY(comes([] { return childCount() == 0; }));
    }

    void adviceIsVerifiedBesideWhatWasPredicted()
    {
        Person person;
        QVERIFY(!person.find<QPushButton>("verifyAdvice").isVisible());
        person.runInLockStep(3000);
        person.click("verifyAdvice");
        QVERIFY(!person.canStart());
        QVERIFY(comes([&] { return person.text("verification").startsWith("Predicted"); }));
        const QRegularExpression wanted(
            "^Predicted [\\d.,]+ x; measured [\\d.,]+ x \\(present [\\d.,]+ (M )?it/s, advised "
            "[\\d.,]+ (M )?it/s; medians of 3 each\\)\\. The prediction (held|did not hold)");
        QVERIFY2(wanted.match(person.text("verification")).hasMatch(),
            qPrintable(person.text("verification")));
        QVERIFY(person.canStart());
        QCOMPARE(person.message(), QString());

        person.press(Qt::Key_R); // another run: what was said is not about it
        QVERIFY(comes([&] { return person.text("verification").isEmpty(); }));
        QVERIFY(comes([&] { return person.window.controller().state() == State::Ended; }));
    }

    void verifyingCanBeStopped()
    {
        Person person;
        person.runInLockStep(80'000);
        person.click("verifyAdvice");
        QVERIFY(comes([&] { return person.text("verification").contains(" of 6"); }));
        QVERIFY(!person.canStart());
        person.press(Qt::Key_R);
        QVERIFY(person.window.controller().state() == State::Ended);
        person.click("verifyAdvice");
        QVERIFY(comes([&] { return person.canStart(); }));
        QCOMPARE(person.text("verification"), QString());
        QCOMPARE(childCount(), 0);
        QCOMPARE(person.message(), QString());
    }

    void closingEndsVerifying()
    {
        Person person;
        person.runInLockStep(80'000);
        person.click("verifyAdvice");
        QVERIFY(comes([&] { return childCount() > 0; }));
        QVERIFY(person.window.close());
    }

    void theVerdictStandsBelowAndLeadsToAllOfIt()
    {
        Person person;
        QVERIFY(!person.find<QPushButton>("shortVerdict").isVisible());
        person.runInLockStep(3000);
        person.press(Qt::Key_1);
        QVERIFY(!person.find<QLabel>("verdict").isVisible());
        const auto &verdict = person.find<QPushButton>("shortVerdict");
        QVERIFY(comes([&] { return verdict.isVisible(); }));
        QVERIFY2(verdict.text().startsWith("Dispatch costs most; --chunk auto"),
            qPrintable(verdict.text()));
        person.click("shortVerdict");
        QVERIFY(person.find<QLabel>("verdict").isVisible());
    }

    void whatCannotBeVerifiedHasNoButton()
    {
        Person person;
        person.press(Qt::Key_6);
        const QString before = person.text("verdict");
        JobLog log;
        log.add(1, 1'700'000'000, 9, QStringLiteral("sleep 9"));
        log.add(2, 1'700'000'000, 1, QStringLiteral("sleep 1"));
        log.openIn(person.window);
        QVERIFY(comes([&] { return person.text("verdict") != before; }));
        QVERIFY(!person.find<QPushButton>("verifyAdvice").isVisible());
        QVERIFY(!person.find<QPushButton>("applyAdvice").isVisible());
    }

    void aSweepIsMeasuredShownAndApplied()
    {
        Person person;
        person.press(Qt::Key_8);
        person.typeSweep("1,2", "1,auto", "2");
        person.click("sweepMain");
        QVERIFY(!person.canStart());
        QVERIFY(comes([&] { return person.text("sweepState").contains("8 of 8 runs"); }));
        QVERIFY(person.canStart());
        QCOMPARE(person.message(), QString());
        QVERIFY(person.text("sweepBest").startsWith("Fastest: "));
        QVERIFY(person.text("sweepFits").contains("Amdahl"));

        // On a busy machine any of the settings may have been the fastest.
        const bool isTwo = person.text("sweepBest").contains("2 workers");
        const bool isAuto = person.text("sweepBest").contains("chunk auto");
        person.click("sweepBestApply");
        const RunSpec spec = person.window.spec();
        QCOMPARE(spec.pool.workers, std::optional<std::uint32_t>(isTwo ? 2 : 1));
        QCOMPARE(spec.pool.chunk.has_value(), !isAuto);

        for (const SweepChart *chart : person.window.findChildren<SweepChart *>()) {
            const QTemporaryDir folder;
            const QString path = folder.filePath(QStringLiteral("sweep.csv"));
            const auto written = chart->dataWriter()(path.toStdString(), {});
            QVERIFY2(written, written ? "" : written.error().message.c_str());
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(file.readAll().count('\n'), 5); // a heading, and four settings
        }
    }

    void aWrongSweepIsToldAndCannotBeStarted()
    {
        Person person;
        person.press(Qt::Key_8);
        person.typeSweep("1,none", "auto", "1");
        QVERIFY(!person.find<QPushButton>("sweepMain").isEnabled());
        bool isTold = false;
        for (const QLabel *label : person.window.findChildren<QLabel *>(QLatin1String("problem")))
            isTold = isTold || (label->isVisible() && label->text().contains("none"));
        QVERIFY(isTold);
        person.typeSweep("1,2", "auto", "1");
        QVERIFY(person.find<QPushButton>("sweepMain").isEnabled());
    }

    void aSweepGoesOnAfterTheWindowWasClosed()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("kept.jsonl"));
        {
            Person person;
            person.chooseSlowTask();
            person.press(Qt::Key_8);
            person.typeSweep("1,2", "1,4", "2");
            person.type("sweepFile", file);
            person.click("sweepMain");
            QVERIFY(comes([&] { return linesIn(file) >= 3; })); // what it is of, and two runs
            QVERIFY(person.window.close());
        }
        QCOMPARE(childCount(), 0);
        const qsizetype before = linesIn(file);
        QVERIFY(before < 9);
        Person person;
        person.press(Qt::Key_8);
        QVERIFY(person.text("sweepState").contains(QStringLiteral("%1 of 8 runs").arg(before - 1)));
        QCOMPARE(person.find<QPushButton>("sweepMain").text(), QStringLiteral("Continue"));
        person.click("sweepMain");
        QVERIFY(comes([&] { return person.text("sweepState").contains("8 of 8 runs"); }));
        QCOMPARE(linesIn(file), 9);

        QProcess command; // which finds nothing more to measure
        command.setProcessChannelMode(QProcess::MergedChannels);
        QStringList arguments{QStringLiteral("sweep")};
        for (const std::string &argument : slowTask)
            arguments << QString::fromStdString(argument);
        arguments << QStringList{"-j", "1,2", "--chunk", "1,4", "--repeats", "2", "-q", "--save"}
                  << file;
        command.start(QCoreApplication::applicationDirPath() + "/poolscope", arguments);
        QVERIFY(command.waitForFinished());
        QVERIFY2(command.exitCode() == 0, command.readAll().constData());
        QCOMPARE(linesIn(file), 9);
    }
};

int main(int argc, char **argv)
{
    return runWindowTest<MeasuringTest>(argc, argv);
}

#include "measuring_test.moc"
