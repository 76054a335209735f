// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of somebody else's in the window: opened, dropped, told as a report and as a trace.
#include "spec/runarguments.h"
#include "window/dialogs/messagebar.h"
#include "window/mainwindow.h"
#include "windowtest.h"

#include <QAction>
#include <QApplication>
#include <QFileDialog>
#include <QLineEdit>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>

using namespace poolscope;
using State = RunController::State;

namespace {

constexpr const char *jobLog =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"
    "1\t:\t100.000\t     0.050\t0\t0\t0\t0\tsleep 1\n"
    "2\t:\t100.010\t     0.100\t0\t0\t1\t0\tsleep 2\n";
constexpr const char *trace = R"([{"ph":"X","name":"a","pid":1,"tid":1,"ts":0,"dur":1000}])";

/// Chooses a path in the file dialog that comes.
class ChoosesFile {
public:
    explicit ChoosesFile(const QString &path)
    {
        m_timer.callOnTimeout([path] {
            auto *dialog = qobject_cast<QFileDialog *>(QApplication::activeModalWidget());
            if (!dialog)
                return;
            dialog->selectFile(path);
            dialog->findChild<QLineEdit *>()->setText(path);
            QMetaObject::invokeMethod(dialog, "accept");
        });
        m_timer.start(20);
    }

private:
    QTimer m_timer;
};

} // namespace

class OpeningTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        QSettings().clear();
        write(QStringLiteral("jobs.joblog"), jobLog);
        write(QStringLiteral("other.json"), trace);
        const TasksFirst first;
        m_window = std::make_unique<MainWindow>();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void aJobLogIsShownAndRunsNothing()
    {
        const RunSpec before = m_window->spec();
        m_window->openFile(path("jobs.joblog"));
        QVERIFY(isShown());
        const RunRecord &record = *m_window->controller().record();
        QCOMPARE(record.timeline.workerCount(), 2U);
        QCOMPARE(record.timeline.failed(), 1U);
        QVERIFY(comes([&] {
            return m_window->windowTitle().startsWith(
                "100% \u00b7 jobs.joblog, of GNU parallel \u00b7 2 workers");
        }));
        QVERIFY(!m_window->controller().run());
        // What would be run next is still what was set, and there is no run file to save.
        QCOMPARE(runArguments(m_window->spec()), runArguments(before));
        QVERIFY(m_window->controller().path().isEmpty());
        QVERIFY(!action("Save as")->isEnabled());
        QVERIFY(action("Report")->isEnabled());
    }

    void aTraceIsDropped()
    {
        QVERIFY(dropOn(*m_window, {QUrl::fromLocalFile(path("other.json"))}));
        QVERIFY(isShown());
        QCOMPARE(m_window->controller().record()->inputCount.load(), 1U);
    }

    void whatIsMalformedIsSaidAndShowsNothing()
    {
        write(QStringLiteral("bad.json"), "[{\"ph\":\"X\",\"ts\":x");
        m_window->openFile(path("bad.json"));
        const auto message = [&] {
            return m_window->findChild<MessageBar *>()->text();
        };
        QVERIFY(comes([&] { return message().contains("bad.json, byte 17"); }));
        QCOMPARE(m_window->controller().state(), State::Idle);
    }

    void aRunIsExportedAsReportAndTrace()
    {
        m_window->openFile(path("jobs.joblog"));
        QVERIFY(isShown());
        for (const char *name : {"run.html", "run.pdf"}) {
            const ChoosesFile chooses(path(name));
            action("Report")->trigger();
            QVERIFY(comes([&] { return QFile(path(name)).size() > 1000; }));
        }
        QFile html(path("run.html"));
        QVERIFY(html.open(QIODevice::ReadOnly));
        QVERIFY(html.readAll().contains("ended with status 1"));
        const ChoosesFile chooses(path("again.json"));
        action("Chrome trace")->trigger();
        QVERIFY(comes([&] { return QFile::exists(path("again.json")); }));
    }

private:
    QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    void write(const QString &name, const char *text) const
    {
        QFile file(m_folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    bool isShown() const
    {
        return comes([&] {
            return m_window->controller().state() == State::Ended
                && m_window->controller().record();
        });
    }
    QAction *action(const QString &begin) const
    {
        for (QAction *candidate : m_window->actions()) {
            if (candidate->text().remove(QLatin1Char('&')).startsWith(begin))
                return candidate;
        }
        qFatal("there is no action '%s'", qPrintable(begin));
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

int main(int argc, char **argv)
{
    return runWindowTest<OpeningTest>(argc, argv);
}

#include "opening_test.moc"
