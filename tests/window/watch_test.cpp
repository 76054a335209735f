// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that are watched in the window, and the files of their sessions.
#include "runfile/runfilereader.h"
#include "spec/runarguments.h"
#include "tables/historyview.h"
#include "window/dialogs/messagebar.h"
#include "window/forms/keptcommands.h"
#include "window/mainwindow.h"
#include "windowtest.h"

#include <QAbstractItemModel>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QStatusBar>
#include <QTabBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <csignal>

using namespace poolscope;
using State = RunController::State;

namespace {

/// Two calls, of which the first takes longer.
const char *const twoCalls = R"(
import multiprocessing, time

def slow(x):
    time.sleep(0.01)
    return x

def quick(x):
    return x

if __name__ == "__main__":
    print("before", flush=True)
    with multiprocessing.Pool(2) as pool:
        for value in pool.imap(slow, range(60)):
            pass
        pool.map(quick, range(200))
    print("after", flush=True)
)";

/// A call that sends each input by itself.
const char *const chunksOfOne = R"(
import math, multiprocessing

if __name__ == "__main__":
    with open("times", "a") as times:
        times.write(".")
    with multiprocessing.Pool(2) as pool:
        pool.map(math.sqrt, range(9), chunksize=1)
        for value in pool.imap_unordered(math.sqrt, range(20000)):
            pass
)";

/// A call that goes on until something ends it, after another.
const char *const endless = R"(
import itertools, multiprocessing, os, sys, time

def task(x):
    time.sleep(0.01)
    return x

def first(x):
    return x

if __name__ == "__main__":
    if len(sys.argv) > 1:
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("pid", os.getpid(), flush=True)
    with multiprocessing.Pool(2) as pool:
        pool.map(first, range(100))
        for value in pool.imap(task, itertools.count()):
            if value % 10 == 0:
                print("at", value, flush=True)
                with open("reached", "a") as reached:
                    reached.write(".")
)";

bool isThere(qint64 process)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(process));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray stat = file.readAll();
    return stat.mid(stat.lastIndexOf(')'), 3) != ") Z";
}

} // namespace

class WatchTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        write("two.py", twoCalls);
        write("endless.py", endless);
        write("ones.py", chunksOfOne);
        write("none.py", "print('no pool', flush=True)\nraise SystemExit(3)\n");
    }
    void init()
    {
        m_window = freshWindow();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup()
    {
        if (m_window)
            m_window->closeAtOnce();
        m_window.reset();
        QDir(historyFolder()).removeRecursively();
    }

    void aNewWindowOffersTheExample()
    {
        m_window->closeAtOnce();
        QSettings().clear();
        m_window = std::make_unique<MainWindow>();
        m_window->show();
        auto &line = childOf<QComboBox>(*m_window, "watchCommand");
        QVERIFY(line.isVisible());
        QVERIFY(line.currentText().startsWith(QStringLiteral("python3 ")));
        QVERIFY(line.currentText().endsWith(QStringLiteral("/examples/post.py")));
        const auto &start = childOf<QToolButton>(*m_window, "start");
        QVERIFY(start.isEnabled());
        QVERIFY(!childOf<QSlider>(*m_window, "processSlider").isEnabled());
        QVERIFY(childOf<QLabel>(*m_window, "progress").text().contains("press Start"));
    }

    void theFormStartsACommand()
    {
        action("Watch a program\u2026")->trigger();
        auto &line = childOf<QComboBox>(*m_window, "watchCommand");
        auto &start = childOf<QToolButton>(*m_window, "start");
        auto &folder = childOf<QLineEdit>(*m_window, "watchFolder");
        auto &changes = childOf<QLineEdit>(*m_window, "watchChanges");
        QVERIFY(line.isVisible());
        line.setEditText(QStringLiteral("python3 'two.py"));
        QVERIFY(!start.isEnabled());
        line.setEditText(QStringLiteral("python3 'two.py'"));
        typeInto(folder, path("nowhere"));
        QVERIFY(!start.isEnabled());
        typeInto(folder, m_folder.path());
        QVERIFY(start.isEnabled());
        typeInto(changes, QStringLiteral("chunksize=0"));
        QVERIFY(!start.isEnabled());
        typeInto(changes, QStringLiteral("chunksize=30@two.py:10 processes=1"));
        QVERIFY(start.isEnabled());
        start.click();
        QVERIFY(ends());
        QCOMPARE(controller().runCount(), std::size_t{2});
        QCOMPARE(std::get<WatchedCall>(controller().record()->origin).processes, 1U);
        QCOMPARE(QDir::currentPath(), m_before);

        const auto kept = recentCommands();
        QCOMPARE(kept.size(), std::size_t{1});
        QCOMPARE(kept.front().line, QStringLiteral("python3 'two.py'"));
        QCOMPARE(kept.front().folder, m_folder.path());
    }

    void atMostTwentyCommandsAreKept()
    {
        for (int i = 0; i < 25; ++i)
            rememberCommand({QString::number(i), QStringLiteral("/")});
        rememberCommand({QStringLiteral("10"), QStringLiteral("/")});
        const auto kept = recentCommands();
        QCOMPARE(kept.size(), std::size_t{20});
        QCOMPARE(kept.front().line, QStringLiteral("10"));
        QCOMPARE(kept[1].line, QStringLiteral("24"));
    }

    void bothCallsAreSeen()
    {
        watch({"python3", "two.py"});
        QCOMPARE(controller().state(), State::Watching);
        QVERIFY(!childOf<QToolButton>(*m_window, "start").isEnabled());
        QVERIFY(!childOf<QToolButton>(*m_window, "pause").isEnabled());
        QVERIFY(childOf<QToolButton>(*m_window, "pause").toolTip().contains("cannot be paused"));
        const auto &slider = childOf<QSlider>(*m_window, "processSlider");
        QVERIFY(!slider.isEnabled());
        QVERIFY(slider.toolTip().contains("watched command"));
        QVERIFY(comes([&] { return controller().record(); }));
        QVERIFY(ends());
        QVERIFY(!slider.isEnabled());
        showTask();
        QVERIFY(slider.isEnabled());
        showCommand();
        QVERIFY(childOf<QToolButton>(*m_window, "start").isEnabled());

        QVERIFY(runs().isVisible());
        QCOMPARE(runs().count(), 2);
        QVERIFY(runs().itemText(0).startsWith("imap(slow) at two.py:"));
        QVERIFY(runs().itemText(0).contains(u"60\u00a0inputs"));
        QVERIFY(runs().itemText(0).endsWith("it/s"));
        QVERIFY(runs().itemText(1).startsWith("map(quick) at two.py:"));
        QCOMPARE(runs().currentIndex(), 0); // the longest
        QCOMPARE(shownFunction(), std::string("slow"));
        QVERIFY(finalPicture(*m_window, ChartKind::Workers).width() > 0);
        QVERIFY2(
            childOf<QLabel>(*m_window, "verdict").isVisible(), "the reason is shown at the end");

        choose(0);
        QVERIFY(std::get<WatchedCall>(controller().record()->origin)
                    .parent.total(ParentActivity::Sending)
            > 0);
        QCOMPARE(shownFunction(), std::string("slow"));
        QCOMPARE(controller().record()->timeline.settled(), std::uint64_t{60});
        QVERIFY(comes([&] { return linesOfLog().contains("after"); }));
        QVERIFY(linesOfLog().contains("before"));
        QVERIFY(
            m_window->statusBar()->findChild<QLabel *>("muted")->text().contains("exit status 0"));
    }

    void adviceOnACallIsVerifiedAndApplied()
    {
        auto &apply = childOf<QPushButton>(*m_window, "applyAdvice");
        auto &verify = childOf<QPushButton>(*m_window, "verifyAdvice");
        // On a busy machine something else may be the cause.
        for (int attempt = 0; attempt < 8 && apply.isHidden(); ++attempt) {
            watch({"python3", "ones.py"});
            QVERIFY(ends());
            QCOMPARE(controller().runCount(), std::size_t{2});
            QVERIFY(comes([&] {
                return !childOf<QLabel>(*m_window, "verdict").text().contains("a verdict appears");
            }));
        }
        QVERIFY(!apply.isHidden());
        QVERIFY(apply.toolTip().contains("chunksize="));
        QVERIFY(apply.toolTip().contains(" at ones.py:9"));
        const qint64 before = QFileInfo(path("times")).size();

        { // nothing runs unless the user says so
            const Answers<QMessageBox> refuses([](QMessageBox &box) { box.reject(); });
            verify.click();
            QCOMPARE(refuses.count(), 1);
            QVERIFY(!verify.text().contains("Sto"));
        }
        QString asked;
        const Answers<QMessageBox> agrees([&](QMessageBox &box) {
            asked = box.text() + box.informativeText();
            for (QAbstractButton *button : box.buttons()) {
                if (button->text().remove(u'&') == QStringLiteral("Run it twice"))
                    button->click();
            }
        });
        verify.click();
        QCOMPARE(agrees.count(), 1);
        QVERIFY(asked.contains("chunksize="));
        QVERIFY(asked.contains("ones.py"));
        QVERIFY(asked.contains("so this takes about"));
        QVERIFY(!apply.isEnabled());
        const auto &result = childOf<QLabel>(*m_window, "verification");
        QVERIFY(comes([&] { return result.text().contains("measured"); }));
        QVERIFY(result.text().startsWith("Expected "));
        QVERIFY(result.text().contains("unchanged: "));
        QCOMPARE(QFileInfo(path("times")).size(), before + 2);
        verify.click(); // another pair
        QVERIFY(comes([&] { return result.text().contains("Medians of 2 runs each"); }));
        verify.click();
        QVERIFY(comes([&] { return result.text().startsWith("Verifying: run 1 of 2"); }));
        verify.click(); // stops
        QVERIFY(!verify.text().contains("Sto"));
        QVERIFY(result.text().isEmpty());

        apply.click();
        const QString changes = childOf<QLineEdit>(*m_window, "watchChanges").text();
        QVERIFY(changes.startsWith("chunksize="));
        QVERIFY(changes.endsWith("@ones.py:9"));
        childOf<QToolButton>(*m_window, "start").click();
        QVERIFY(ends());
        const auto &call = std::get<WatchedCall>(controller().record()->origin);
        QCOMPARE(QStringLiteral("chunksize=%1@ones.py:9").arg(call.chunk), changes);
    }

    void aChosenCallStaysWhileOthersBegin()
    {
        write("many.py", R"(
import multiprocessing, os, time
def task(x):
    return x
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        pool.map(task, range(10))
        while not os.path.exists("go"):
            time.sleep(0.01)
        for i in range(3):
            pool.map(task, range(20))
            time.sleep(0.7)
)");
        watch({"python3", "many.py"});
        QVERIFY(comes([&] { return runs().count() == 1; }));
        QVERIFY(!calls().isVisible());
        write("go", "");
        QVERIFY(comes([&] { return runs().count() >= 2; }));
        choose(0);
        QVERIFY(ends());
        QCOMPARE(controller().runCount(), std::size_t{4});
        QCOMPARE(runs().count(), 2);
        QCOMPARE(controller().shownRun(), std::size_t{0});
        QCOMPARE(runs().currentIndex(), 0);
        QVERIFY(!calls().isVisible());
        QVERIFY(runs().itemText(1).endsWith(
            QStringLiteral("many.py:11 \u00b7 3\u00a0calls \u00b7 60\u00a0inputs")));

        choose(1); // shows the last call from that line
        QCOMPARE(controller().shownRun(), std::size_t{3});
        QVERIFY(calls().isVisible());
        QCOMPARE(calls().count(), 3);
        QCOMPARE(calls().currentIndex(), 2);
        QVERIFY(calls().itemText(0).startsWith(QStringLiteral("Call 1: 20\u00a0inputs")));
        calls().setCurrentIndex(0);
        emit calls().activated(0);
        QCOMPARE(controller().shownRun(), std::size_t{1});
        choose(1); // stays at that call
        QCOMPARE(controller().shownRun(), std::size_t{1});
    }

    void linesOfFewInputsAreAtTheEnd()
    {
        write("few.py", R"(
import multiprocessing
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        pool.map(abs, range(3))
        pool.map(abs, range(20))
)");
        watch({"python3", "few.py"});
        QVERIFY(ends());
        QVERIFY(comes([&] { return runs().count() == 3; })); // with a separator
        QVERIFY(runs().itemText(0).startsWith("map(abs) at few.py:6"));
        QVERIFY(runs().itemText(2).startsWith("map(abs) at few.py:5"));
        choose(2);
        QCOMPARE(controller().shownRun(), std::size_t{0});
        QCOMPARE(runs().currentIndex(), 2);
    }

    void stopInterruptsACommand()
    {
        watch({"python3", "endless.py"});
        QVERIFY(comes([&] {
            return runs().count() == 2 && shownFunction() == "task" && shownSettled() > 20;
        }));
        childOf<QToolButton>(*m_window, "stop").click();
        QCOMPARE(controller().state(), State::Stopping);
        QVERIFY(ends());
        QVERIFY(comes([&] {
            const QString text = m_window->statusBar()->findChild<QLabel *>("muted")->text();
            return text.contains("SIGINT") || text.contains("exit status");
        }));
        QVERIFY(!isThere(processOf()));
    }

    void aCommandThatIgnoresAnInterruptCanBeKilled()
    {
        watch({"python3", "endless.py", "deaf"});
        QVERIFY(comes([&] { return shownSettled() > 0 && processOf() > 0; }));
        const Answers<QMessageBox> kills([](QMessageBox &box) {
            for (QAbstractButton *button : box.buttons()) {
                if (button->text().remove(u'&') == QStringLiteral("Kill it"))
                    button->click();
            }
        });
        childOf<QToolButton>(*m_window, "stop").click();
        QVERIFY(ends());
        QCOMPARE(kills.count(), 1);
        QVERIFY(m_window->statusBar()->findChild<QLabel *>("muted")->text().contains("SIGKILL"));
        QVERIFY(comes([&] { return !isThere(processOf()); }));
    }

    void aSessionIsOneEntryOfTheHistoryAndIsOpenedAgain()
    {
        watch({"python3", "two.py"});
        QVERIFY(ends());
        QVERIFY(comes([&] { return !controller().path().isEmpty(); }));
        QVERIFY(childOf<QLabel>(*m_window, "messageText").text().contains("command line"));
        const QString saved = path("saved.poolscope");
        {
            const Answers<QFileDialog> names([&](QFileDialog &dialog) {
                dialog.selectFile(saved);
                dialog.findChild<QLineEdit *>()->setText(saved);
                QMetaObject::invokeMethod(&dialog, "accept");
            });
            action("Save as\u2026")->trigger();
            QVERIFY2(comes([&] { return QFile::exists(saved); }),
                qPrintable(childOf<QLabel>(*m_window, "messageText").text()));
        }
        QVERIFY(comes(
            [&] { return childOf<QLabel>(*m_window, "messageText").text().contains("Wrote"); }));
        QVERIFY(childOf<QLabel>(*m_window, "messageText").text().contains("command line"));
        QCOMPARE(RunFileReader::open(saved.toStdString())->runs().size(), std::size_t{2});

        m_window->history().refresh();
        QVERIFY(comes([&] { return m_window->history().model().rowCount() == 1; }));
        QVERIFY(!m_window->history().model().canResume(0));
        QVERIFY(!m_window->history().model().neverResumed(0).isEmpty());

        const RunSpec before = m_window->spec();
        m_window = freshWindow();
        m_window->openFile(saved);
        QVERIFY(comes([&] { return controller().state() == State::Ended; }));
        QCOMPARE(runs().count(), 2);
        QCOMPARE(runs().currentIndex(), 0); // the longest
        QCOMPARE(shownFunction(), std::string("slow"));
        QVERIFY(runArguments(m_window->spec()) == runArguments(before));
        choose(1);
        QVERIFY(comes([&] { return controller().state() == State::Ended; }));
        QCOMPARE(shownFunction(), std::string("quick"));
        QCOMPARE(runs().currentIndex(), 1);
        QCOMPARE(controller().record()->timeline.settled(), std::uint64_t{200});
        QVERIFY(finalPicture(*m_window, ChartKind::Workers).width() > 0);
        const auto &sweep = childOf<QPushButton>(*m_window, "sweepMain");
        QVERIFY(!sweep.isEnabled());
        QVERIFY(sweep.toolTip().contains("watched command"));
        QVERIFY(!controller().canTryAgain());
        QVERIFY(childOf<QToolButton>(*m_window, "start").isEnabled());
    }

    void anUnsavedSessionCanBeSaved()
    {
        action("Keep runs in the history")->trigger();
        watch({"python3", "two.py"});
        QVERIFY(ends());
        QVERIFY(controller().path().isEmpty());
        const QString saved = path("unsaved.poolscope");
        const Answers<QFileDialog> names([&](QFileDialog &dialog) {
            dialog.selectFile(saved);
            dialog.findChild<QLineEdit *>()->setText(saved);
            QMetaObject::invokeMethod(&dialog, "accept");
        });
        for (int time = 0; time < 2; ++time) { // the second replaces the first
            QFile::remove(saved);
            action("Save as\u2026")->trigger();
            QVERIFY(comes([&] {
                const auto reader = RunFileReader::open(saved.toStdString());
                return reader && reader->runs().size() == 2;
            }));
            QVERIFY(comes([&] {
                return childOf<QLabel>(*m_window, "messageText").text().contains("Wrote");
            }));
        }
    }

    void aCommandWithoutPoolsEndsWithItsStatus()
    {
        watch({"python3", "none.py"});
        QVERIFY(ends());
        QVERIFY(!controller().record());
        QVERIFY(comes([&] { return linesOfLog().contains("no pool"); }));
        QVERIFY(
            m_window->statusBar()->findChild<QLabel *>("muted")->text().contains("exit status 3"));
        QVERIFY(childOf<QLabel>(*m_window, "progress").text().contains("no Python pool"));
        watch({"python3", "two.py"}); // and another one after it
        QVERIFY(ends());
        QCOMPARE(controller().runCount(), std::size_t{2});
    }

    void aRunAndACommandFollowEachOther()
    {
        for (int time = 0; time < 2; ++time) {
            showTask();
            childOf<QToolButton>(*m_window, "start").click();
            QVERIFY(comes([&] { return controller().run() && ends(); }));
            QVERIFY(!runs().isVisible());
            QVERIFY(!controller().watched());
            QCOMPARE(controller().record()->timeline.settled(), std::uint64_t{4999});
            QCOMPARE(controller().log(), controller().record());
            watch({"python3", "two.py"});
            QVERIFY(ends());
            QVERIFY(!controller().run());
            QVERIFY(runs().isVisible());
            QCOMPARE(runs().count(), 2);
        }
        HistoryView &history = m_window->history();
        const QScopeGuard stop([again = connect(&history.model(), &HistoryModel::refreshed,
                                    &history, &HistoryView::refresh)] { disconnect(again); });
        history.refresh();
        QVERIFY(comes([&] { return history.model().rowCount() == 4; }));
    }

    void aCommandThatCannotStartIsReported()
    {
        watch({path("missing").toStdString()});
        QCOMPARE(controller().state(), State::Idle);
        QVERIFY(m_window->findChild<MessageBar *>()->text().contains("missing"));
        QCOMPARE(QDir::currentPath(), m_before);
    }

    void closingAsks_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::newRow("cancel") << "Cancel";
        QTest::newRow("end") << "End it";
        QTest::newRow("let it run") << "Let it run";
    }
    void closingAsks()
    {
        QFETCH(QString, answer);
        QFile::remove(path("reached"));
        watch({"python3", "endless.py"});
        QVERIFY(comes([&] { return runs().count() == 2 && processOf() > 0; }));
        const qint64 process = processOf();
        {
            const Answers<QMessageBox> answers([&](QMessageBox &box) {
                for (QAbstractButton *button : box.buttons()) {
                    if (button->text().remove(u'&') == answer)
                        button->click();
                }
            });
            m_window->close();
            QCOMPARE(answers.count(), 1);
        }
        if (answer == "Cancel") {
            QVERIFY(m_window->isVisible());
            QCOMPARE(controller().state(), State::Watching);
            return;
        }
        QVERIFY(comes([&] { return !m_window->isVisible(); }));
        m_window.reset();
        if (answer == "End it") {
            QVERIFY(comes([&] { return !isThere(process); }));
            return;
        }
        // Its output is still read, or printing would end it.
        const qint64 reached = QFileInfo(path("reached")).size();
        QVERIFY(comes([&] { return QFileInfo(path("reached")).size() > reached + 20; }));
        QVERIFY(isThere(process));
        ::kill(static_cast<pid_t>(-process), SIGKILL);
        QVERIFY(comes([&] { return !isThere(process); }));
    }

    void aWindowThatIsGoneLeavesNoCommand()
    {
        watch({"python3", "endless.py", "deaf"});
        QVERIFY(comes([&] { return processOf() > 0; }));
        const qint64 process = processOf();
        m_window->closeAtOnce();
        m_window.reset();
        QVERIFY(comes([&] { return !isThere(process); }));
    }

private:
    static QString historyFolder()
    {
        return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
            + QStringLiteral("/runs");
    }
    QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    void write(const char *name, const char *content) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    RunController &controller() const { return m_window->controller(); }
    void watch(const std::vector<std::string> &words) const
    {
        m_window->watch({words, m_folder.path()});
    }
    bool ends() const
    {
        return comes([&] { return controller().state() == State::Ended; });
    }
    void showCommand() { childOf<QTabBar>(*m_window, "kinds").setCurrentIndex(0); }
    void showTask() { childOf<QTabBar>(*m_window, "kinds").setCurrentIndex(1); }
    QComboBox &runs() const { return childOf<QComboBox>(*m_window, "sessionRuns"); }
    QComboBox &calls() const { return childOf<QComboBox>(*m_window, "sessionCalls"); }
    void choose(int run) const
    {
        runs().setCurrentIndex(run);
        emit runs().activated(run);
    }
    std::string shownFunction() const
    {
        const RunRecord *record = controller().record();
        return record ? std::get<WatchedCall>(record->origin).function : std::string();
    }
    std::uint64_t shownSettled() const
    {
        const RunRecord *record = controller().record();
        return record ? record->timeline.settled() : 0;
    }
    QStringList linesOfLog() const
    {
        QStringList lines;
        for (const LogLine &line : controller().log()->log.entries(0).entries)
            lines << QString::fromStdString(line->text);
        return lines;
    }
    /// The process of the command. It prints its number.
    qint64 processOf() const
    {
        for (const QString &line : linesOfLog()) {
            if (line.startsWith("pid "))
                return line.mid(4).toLongLong();
        }
        return 0;
    }
    QAction *action(const QString &text) const
    {
        for (QAction *candidate : m_window->actions()) {
            if (candidate->text().remove(QLatin1Char('&')) == text)
                return candidate;
        }
        qFatal("there is no action '%s'", qPrintable(text));
    }

    const QString m_before = QDir::currentPath();
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

int main(int argc, char **argv)
{
    const QTemporaryDir cache;
    qputenv("XDG_CACHE_HOME", cache.path().toLocal8Bit());
    return runWindowTest<WatchTest>(argc, argv);
}

#include "watch_test.moc"
