// SPDX-License-Identifier: GPL-3.0-or-later
// Files that name programs, packages and libraries: nothing of these runs before the user wants it.
#include "runfile/runfile.h"
#include "spec/runarguments.h"
#include "window/mainwindow.h"
#include "windowtest.h"

#include <QAction>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QThreadPool>
#include <QToolButton>
#include <QtTest>

using namespace poolscope;
using State = RunController::State;

namespace {

constexpr int askDelayAndMore = 400; // milliseconds; see TaskInquiry

/// Whether a process is there and not a zombie.
bool isAlive(const QByteArray &process)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(QString::fromLatin1(process)));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray stat = file.readAll();
    return stat.mid(stat.lastIndexOf(')'), 3) != ") Z";
}

} // namespace

class ForeignTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QDir::setCurrent(m_folder.path());
        QVERIFY(QDir().mkdir("pk"));
        write("pk/__init__.py", "open('" + path("ran").toUtf8() + "', 'w')\n");
        write("pk/m.py", "def task(x): return x\ndef begin(): pass\n");
        write("own.py", "def mine(x): return x\n");
        writeProgram("evil", "touch '" + path("ran").toUtf8() + "'\nexec python3 \"$@\"\n");
        write("evil.c",
            "#include <fcntl.h>\n"
            "__attribute__((constructor)) static void load(void) { open(\""
                + path("ran").toUtf8() + "\", O_CREAT, 0600); }\n");
        QCOMPARE(QProcess::execute("cc", {"-shared", "-fPIC", "-o", "evil.so", "evil.c"}), 0);
    }
    void init()
    {
        QSettings().clear();
        QDir(m_folder.path()).remove("ran");
        open();
    }
    void cleanup()
    {
        m_window.reset();
        QThreadPool::globalInstance()->waitForDone(); // of what a check still runs
    }

    void nothingThatAFileNamesRuns_data()
    {
        QTest::addColumn<QStringList>("task");
        QTest::addColumn<bool>("canBeChecked");
        const auto row = [](const char *name, const QStringList &task, bool canBeChecked) {
            QTest::newRow(name) << task << canBeChecked;
        };
        row("interpreter", {"--python", "own.py:mine", "--python-interpreter", path("evil")}, true);
        row("relative interpreter", {"--python", "own.py:mine", "--python-interpreter", "./evil"},
            true);
        row("interpreter of a module",
            {"--python", "pk.m:task", "--python-interpreter", path("evil")}, true);
        row("package", {"--python", "pk.m:task"}, true);
        row("package of an initialiser", {"--python", "pk.m:task", "--python-init", "begin"}, true);
        row("library", {"--library", path("evil.so") + ":task"}, true);
        row("relative library", {"--library", "./evil.so:task"}, true);
        row("command", {"--command", "./evil {}"}, false);
        row("filter", {"--filter", "./evil"}, false);
        row("shell", {"--shell", "./evil; $(./evil)"}, false);
    }
    void nothingThatAFileNamesRuns()
    {
        QFETCH(QStringList, task);
        QFETCH(bool, canBeChecked);
        const QString file = runFile(task);
        openFile(file);
        QVERIFY(nothingHasRun());
        QCOMPARE(checkIsOffered(), canBeChecked);

        // The form shows the task, and what is done beside it runs nothing of it either.
        const std::vector<std::string> shown = runArguments(m_window->spec());
        for (qsizetype i = 0; i < task.size(); ++i)
            QCOMPARE(QString::fromStdString(shown.at(static_cast<std::size_t>(i))), task[i]);
        auto &kind = childOf<QComboBox>(*m_window, "taskKind");
        const int its = kind.currentIndex();
        for (int other = 0; other < kind.count(); ++other)
            kind.setCurrentIndex(other);
        kind.setCurrentIndex(its);
        typeInto(childOf<QLineEdit>(*m_window, "rangeStop"), "30");
        auto &tabs = *m_window->findChild<QTabWidget *>();
        for (int tab = 0; tab < tabs.count(); ++tab)
            tabs.setCurrentIndex(tab);
        action("Copy as command")->trigger();
        m_window->chooseTheme(MainWindow::ThemeChoice::Dark);
        QVERIFY(nothingHasRun());
        QCOMPARE(runArguments(m_window->spec())[1], task[1].toStdString());

        // Nor does it run in the next window.
        QVERIFY(m_window->close());
        open();
        QVERIFY(nothingHasRun());
        QCOMPARE(runArguments(m_window->spec())[1], task[1].toStdString());
        QCOMPARE(checkIsOffered(), canBeChecked);
        action("Default run")->trigger();
        drop(file);
        QVERIFY(nothingHasRun());
        if (!canBeChecked)
            return;

        pressCheck();
        QVERIFY(comes([&] { return hasRun(); }));
        QVERIFY(!checkIsOffered());
    }

    void namesOfAnImportedRunAreNoMarkup()
    {
        const QString name = QStringLiteral("R&D <b>threads</b> ") + QString(300, u'x');
        QJsonArray events;
        for (int thread = 1; thread <= 2; ++thread) {
            events << QJsonObject{{"ph", "M"}, {"name", "thread_name"}, {"pid", 1}, {"tid", thread},
                {"args", QJsonObject{{"name", QString::number(thread) + name}}}};
            events << QJsonObject{{"ph", "X"}, {"name", "<img src=x>"}, {"ts", 10}, {"dur", 5000},
                {"pid", 1}, {"tid", thread}};
        }
        write("names.json", QJsonDocument(events).toJson());
        m_window->show();
        openFile(path("names.json"));
        QVERIFY(!action(QStringLiteral("Outcomes\u2026"))->isEnabled());

        int entries = 0;
        QVERIFY(comes([&] {
            entries = 0;
            for (const QToolButton *button : m_window->findChildren<QToolButton *>()) {
                if (!button->accessibleName().endsWith(name))
                    continue;
                ++entries;
                if (button->width() > 400 || !button->shortcut().isEmpty()
                    || !button->toolTip().contains(QLatin1String("&lt;b&gt;")))
                    return false;
            }
            return entries >= 2;
        }));
        QAction *outcomes = action(QStringLiteral("Outcomes\u2026"));
        QVERIFY(!outcomes->isEnabled());
        QVERIFY(!outcomes->toolTip().isEmpty());
    }

    void whatIsTypedOverATaskOfAFileIsNotAskedAboutEither()
    {
        openFile(runFile({"--python", "pk.m:task", "--python-interpreter", path("evil")}));
        auto *function = childOf<QComboBox>(*m_window, "pythonFunction").lineEdit();
        QTest::keyClicks(function, "x");
        typeInto(childOf<QLineEdit>(*m_window, "initialiser"), "begin");
        typeInto(childOf<QLineEdit>(*m_window, "pythonPlace"), "own.py");
        QVERIFY(nothingHasRun());
        drop(path("own.py")); // the interpreter is still the file's
        QVERIFY(nothingHasRun());
        QVERIFY(checkIsOffered());
    }

    void aFileThatTheUserChoseIsAskedAbout_data()
    {
        QTest::addColumn<QString>("shown");
        QTest::newRow("another file") << "pk.m:task";
        QTest::newRow("the same file") << "own.py:mine";
        QTest::newRow("the same path") << path("own.py:mine");
    }
    void aFileThatTheUserChoseIsAskedAbout()
    {
        QFETCH(QString, shown);
        openFile(runFile({"--python", shown}));
        QVERIFY(checkIsOffered());
        drop(path("own.py"));
        const auto &function = childOf<QComboBox>(*m_window, "pythonFunction");
        QVERIFY(comes([&] { return function.currentText() == "mine" && function.count() == 1; }));
        QVERIFY(!checkIsOffered());
        QVERIFY(nothingHasRun());
    }

    void whatTheUserStartedIsTrustedFromThenOn()
    {
        openFile(runFile({"--python", "own.py:mine"}));
        QVERIFY(checkIsOffered());
        const auto &function = childOf<QComboBox>(*m_window, "pythonFunction");
        QCOMPARE(function.count(), 0);
        childOf<QToolButton>(*m_window, "start").click();
        QVERIFY(comes([&] { return m_window->controller().run() && isEnded(); }));
        QVERIFY(!checkIsOffered());
        QVERIFY(comes([&] { return function.count() == 1; }));
        QVERIFY(m_window->close());
        open();
        QVERIFY(!checkIsOffered());
        const auto &next = childOf<QComboBox>(*m_window, "pythonFunction");
        QVERIFY(comes([&] { return next.count() == 1; }));
    }

    void aTaskThatTheUserTypedStaysTrusted()
    {
        auto &kind = childOf<QComboBox>(*m_window, "taskKind");
        kind.setCurrentText("Python function");
        typeInto(childOf<QLineEdit>(*m_window, "pythonPlace"), "own.py");
        const auto &function = childOf<QComboBox>(*m_window, "pythonFunction");
        QVERIFY(comes([&] { return function.currentText() == "mine"; }));
        RunSpec same = m_window->spec();
        same.pool.workers = 1;
        m_window->setSpec(same); // as an advice is taken over
        QVERIFY(!checkIsOffered());
        QCOMPARE(function.count(), 1);
    }

    void aQuestionEndsWithTheWindow_data()
    {
        QTest::addColumn<QString>("asks");
        QTest::newRow("form") << "form";
        QTest::newRow("start") << "start";
        QTest::newRow("resume") << "resume";
    }
    void aQuestionEndsWithTheWindow()
    {
        QFETCH(QString, asks);
        QDir(m_folder.path()).remove("pids");
        writeProgram("hang",
            "sleep 1000 & echo $$ $! > '" + path("new-pids").toUtf8() + "'\nmv '"
                + path("new-pids").toUtf8() + "' '" + path("pids").toUtf8() + "'\nwait\n");
        const QString file =
            runFile({"--python", "pk.m:task", "--python-interpreter", path("hang")});
        if (asks == "resume") {
            m_window->controller().resumeFile(file);
        } else {
            openFile(file);
            if (asks == "form")
                pressCheck();
            else
                m_window->controller().start(m_window->spec());
        }
        QVERIFY(comes([&] { return QFile::exists(path("pids")); }));
        QFile pids(path("pids"));
        QVERIFY(pids.open(QIODevice::ReadOnly));
        const QByteArrayList asked = pids.readAll().trimmed().split(' ');
        QCOMPARE(asked.size(), 2);
        QVERIFY(isAlive(asked[0]));
        QElapsedTimer timer;
        timer.start();
        m_window->closeAtOnce();
        m_window.reset();
        QVERIFY(QThreadPool::globalInstance()->waitForDone());
        for (const QByteArray &process : asked)
            QVERIFY(comes([&] { return !isAlive(process); }));
        QVERIFY2(timer.elapsed() < 25'000, "the question was waited for"); // which takes 30 s
    }

    void aQuestionEndsWhenAnotherTaskIsTyped()
    {
        writeProgram("hang",
            "echo $$ > '" + path("new-pids").toUtf8() + "'\nmv '" + path("new-pids").toUtf8()
                + "' '" + path("pids").toUtf8() + "'\nexec sleep 1000\n");
        QDir(m_folder.path()).remove("pids");
        childOf<QComboBox>(*m_window, "taskKind").setCurrentText("Python function");
        typeInto(childOf<QLineEdit>(*m_window, "interpreter"), path("hang"));
        typeInto(childOf<QLineEdit>(*m_window, "pythonPlace"), "own.py");
        QVERIFY(comes([&] { return QFile::exists(path("pids")); }));
        QFile pids(path("pids"));
        QVERIFY(pids.open(QIODevice::ReadOnly));
        const QByteArray asked = pids.readAll().trimmed();
        typeInto(childOf<QLineEdit>(*m_window, "interpreter"), "python3");
        QVERIFY(comes([&] { return !isAlive(asked); }));
        const auto &function = childOf<QComboBox>(*m_window, "pythonFunction");
        QVERIFY(comes([&] { return function.currentText() == "mine"; }));
    }

private:
    QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    void write(const char *name, const QByteArray &content) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
    }
    void writeProgram(const char *name, const QByteArray &script) const
    {
        write(name, "#!/bin/sh\n" + script);
        QVERIFY(QFile::setPermissions(path(name), QFile::ReadOwner | QFile::ExeOwner));
    }
    /// A run file that names this task, made without running it.
    QString runFile(const QStringList &task) const
    {
        std::vector<std::string> arguments{"--range", "0:20", "-j", "1"};
        for (const QString &argument : task)
            arguments.push_back(argument.toStdString());
        RunDescription description;
        const RunSpec spec = *parseRunArguments(arguments);
        description.origin = SpecOrigin{spec, m_folder.path().toStdString()};
        description.inputCount = 20;
        description.inputHash = (*openInput(spec.input))->content().hash;
        description.inputsHashed = 20;
        description.taskFiles = {{"own.py", "hash"}};
        const QString file = path("foreign.poolscope");
        const auto made =
            RunFile::create(file.toStdString(), description, RunFile::IfExists::Replace);
        RunProgress stopped;
        stopped.state = RunState::Cancelled;
        if (!made || !(*made)->begin() || !(*made)->commit(stopped))
            qFatal("cannot make a run file");
        return file;
    }

    void open()
    {
        const TasksFirst first;
        m_window = std::make_unique<MainWindow>();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    bool isEnded() const { return m_window->controller().state() == State::Ended; }
    void openFile(const QString &file) const
    {
        m_window->openFile(file);
        QVERIFY(comes([&] { return m_window->controller().openedPath() == file && isEnded(); }));
    }
    void drop(const QString &file) const
    {
        QVERIFY(dropOn(*m_window, {QUrl::fromLocalFile(file)}));
        QVERIFY(comes([&] { return !m_window->controller().isActive(); }));
    }
    QAction *action(const QString &text) const
    {
        for (QAction *candidate : m_window->actions()) {
            if (candidate->text().remove(QLatin1Char('&')) == text)
                return candidate;
        }
        qFatal("there is no action '%s'", qPrintable(text));
    }
    QPushButton *checkButton() const
    {
        for (auto *button : m_window->findChildren<QPushButton *>("checkTask")) {
            if (button->isVisible())
                return button;
        }
        return nullptr;
    }
    bool checkIsOffered() const { return checkButton() != nullptr; }
    void pressCheck() const
    {
        QVERIFY(checkIsOffered());
        checkButton()->click();
    }
    bool hasRun() const { return QFile::exists(path("ran")); }
    /// Once every question that was to be asked has been answered.
    bool nothingHasRun() const
    {
        QTest::qWait(askDelayAndMore);
        QThreadPool::globalInstance()->waitForDone();
        return !hasRun();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

int main(int argc, char **argv)
{
    return runWindowTest<ForeignTest>(argc, argv);
}

#include "foreign_test.moc"
