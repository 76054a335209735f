// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured for a page of the window, by runs that are not the window's own.
#include "headless/runarguments.h"
#include "window/mainwindow.h"
#include "window/messagebar.h"
#include "windowtest.h"

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <unistd.h>

using namespace poolscope;
using State = RunController::State;

namespace {

constexpr std::chrono::seconds patience{30};

template <typename Condition> bool comes(const Condition &condition)
{
    return QTest::qWaitFor(condition, QDeadlineTimer(patience).remainingTime());
}

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
        auto *widget = window.findChild<Widget *>(QLatin1String(name));
        if (!widget)
            qFatal("the window has no %s", name);
        return *widget;
    }
    void press(Qt::Key key)
    {
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, key, Qt::ControlModifier);
    }
    void click(const char *button) const
    {
        auto &wanted = find<QPushButton>(button);
        QVERIFY2(wanted.isVisible() && wanted.isEnabled(), button);
        QTest::mouseClick(&wanted, Qt::LeftButton);
    }
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
            "^Predicted [\\d.]+ x; measured [\\d.]+ x \\(present [\\d.]+ (k )?it/s, advised "
            "[\\d.]+ ([kM] )?it/s; medians of 3 each\\)\\. The prediction (held|did not hold)");
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
        QVERIFY(comes([&] { return person.text("verification").contains("run 1 of 6"); }));
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
        QVERIFY2(verdict.text().startsWith("Handing over costs most; --chunk auto"),
            qPrintable(verdict.text()));
        person.click("shortVerdict");
        QVERIFY(person.find<QLabel>("verdict").isVisible());
    }

    void whatCannotBeVerifiedHasNoButton()
    {
        const QTemporaryDir folder;
        QFile log(folder.filePath(QStringLiteral("jobs.joblog")));
        QVERIFY(log.open(QIODevice::WriteOnly));
        log.write("Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"
                  "1\t:\t1700000000.000\t9.000\t0\t0\t0\t0\tsleep 9\n"
                  "2\t:\t1700000000.000\t1.000\t0\t0\t0\t0\tsleep 1\n");
        log.close();
        Person person;
        person.window.openFile(log.fileName());
        person.press(Qt::Key_6);
        const QString before = person.text("verdict");
        QVERIFY(comes([&] {
            return person.window.controller().state() == State::Ended
                && person.text("verdict") != before;
        }));
        QVERIFY(!person.find<QPushButton>("verifyAdvice").isVisible());
        QVERIFY(!person.find<QPushButton>("applyAdvice").isVisible());
    }
};

int main(int argc, char **argv)
{
    return runWindowTest<MeasuringTest>(argc, argv);
}

#include "measuring_test.moc"
