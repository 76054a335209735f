// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/runarguments.h"
#include "tables/outcomesview.h"
#include "window/dialogs/exportdialog.h"
#include "window/dialogs/messagebar.h"
#include "window/forms/formfield.h"
#include "window/forms/keptspecs.h"
#include "window/look.h"
#include "window/mainwindow.h"
#include "windowtest.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QFileDialog>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QProcess>
#include <QProgressDialog>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QThreadPool>
#include <QToolButton>
#include <QtTest>
#include <cmath>
#include <unistd.h>

using namespace poolscope;
using State = RunController::State;

namespace {

constexpr int askDelayAndMore = 400; // milliseconds; see TaskForm

QString plain(QString text)
{
    return text.remove(QLatin1Char('&'));
}

/// A window on a screen, and what a person does with it.
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
    template <typename Widget> Widget &find() const { return *window.findChild<Widget *>(); }

    void click(const char *button) const
    {
        QTest::mouseClick(&find<QToolButton>(button), Qt::LeftButton);
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        window.activateWindow(); // a dialog may have been open
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QWidget *focus = QApplication::focusWidget();
        QTest::keyClick(focus && focus->window() == &window ? focus : &window, key, modifiers);
    }
    void type(const char *field, const QString &text) const
    {
        typeInto(find<QLineEdit>(field), text);
    }
    void typeNumber(const char *field, const QString &text) const
    {
        typeInto(find<QSpinBox>(field), text);
    }
    void chooseFirst(const char *box) const
    {
        QTest::keyClick(&find<QComboBox>(box), Qt::Key_Home);
    }
    void chooseLast(const char *box) const { QTest::keyClick(&find<QComboBox>(box), Qt::Key_End); }
    void choose(const char *box, const QString &text) const
    {
        auto &choice = find<QComboBox>(box);
        QTest::keyClick(&choice, Qt::Key_Home);
        for (int row = choice.findText(text); row > 0; --row)
            QTest::keyClick(&choice, Qt::Key_Down);
        QCOMPARE(choice.currentText(), text);
    }
    void chooseBuiltin(const QString &name, const QString &arguments = {}) const
    {
        chooseFirst("taskKind");
        QTest::keyClicks(&find<QComboBox>("builtin"), name);
        QCOMPARE(find<QComboBox>("builtin").currentText(), name);
        type("builtinArguments", arguments);
    }
    void chooseRange(const QString &start, const QString &stop) const
    {
        chooseFirst("inputKind");
        type("rangeStart", start);
        type("rangeStop", stop);
    }
    void choosePython(const QString &path, const QString &function = {}) const
    {
        choose("taskKind", "Python function");
        type("pythonPlace", path);
        auto *edit = find<QComboBox>("pythonFunction").lineEdit();
        edit->selectAll();
        QTest::keyClick(edit, Qt::Key_Delete);
        QTest::keyClicks(edit, function);
    }
    QAction &command(const QString &text) const
    {
        for (QAction *action : window.actions()) {
            if (plain(action->text()) == text)
                return *action;
        }
        qFatal("there is no command '%s'", qPrintable(text));
    }

    /// What is said to be wrong beside a control, where it can be read.
    QString problemBeside(const char *name) const
    {
        const QWidget *widget = &find<QWidget>(name);
        while (widget && !qobject_cast<const FormField *>(widget))
            widget = widget->parentWidget();
        const auto *field = qobject_cast<const FormField *>(widget);
        for (const QLabel *label : field->findChildren<QLabel *>()) {
            if (label->isVisible() && label->text() == field->problem())
                return field->problem();
        }
        return {};
    }
    /// What a screen reader calls it.
    QString spoken(const char *name) const
    {
        return QAccessible::queryAccessibleInterface(&find<QWidget>(name))->text(QAccessible::Name);
    }
    bool isToldBeside(const char *name, const QString &text) const
    {
        return comes([&] { return problemBeside(name).contains(text, Qt::CaseInsensitive); })
            && cannotStart(name);
    }
    /// Start cannot be pressed, and says why.
    bool cannotStart(const char *name) const
    {
        const auto &start = find<QToolButton>("start");
        return !start.isEnabled() && start.toolTip() == problemBeside(name);
    }
    bool statusSays(const QString &text) const
    {
        const auto labels = window.statusBar()->findChildren<QLabel *>();
        return std::any_of(labels.begin(), labels.end(),
            [&](const QLabel *label) { return label->text() == text; });
    }
    bool canStart() const
    {
        const auto &start = find<QToolButton>("start");
        return start.isEnabled() && start.toolTip().contains(QStringLiteral("Ctrl+R"));
    }

    bool isIn(State state)
    {
        return comes([&] { return window.controller().state() == state; });
    }
    bool runs(std::uint64_t atLeast = 1)
    {
        return isIn(State::Running) && comes([&] { return run().timeline().settled() >= atLeast; });
    }
    const Run &run() { return *window.controller().run(); }
    QString progress() const { return find<QLabel>("progress").text(); }
    QString message() const
    {
        const auto &bar = find<MessageBar>();
        return bar.isVisible() ? bar.text() : QString();
    }
    std::vector<Mark> marks(Mark::Kind kind)
    {
        std::vector<Mark> found;
        const auto &all = run().timeline().marks();
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].kind == kind)
                found.push_back(all[i]);
        }
        return found;
    }
    /// When the span ended that ran what failed, which is where its tick is drawn: the failure was
    /// reported later.
    double endOfSpan(const Mark &failure)
    {
        const Lane &lane = run().timeline().worker(failure.worker).lane();
        double end = -1;
        lane.forEach(0, lane.size(), [&](const Span &span) {
            if (failure.value >= span.first && failure.value < span.first + span.count)
                end = static_cast<double>(span.begin + span.duration);
        });
        return end;
    }
    bool stands()
    {
        const std::uint64_t before = run().timeline().settled();
        QTest::qWait(200);
        return run().timeline().settled() == before;
    }
    QImage picture(ChartKind kind) { return finalPicture(window, kind); }

    TasksFirst first;
    MainWindow window;
};

void pressButton(QWidget &dialog, const QString &text)
{
    for (QAbstractButton *button : dialog.findChildren<QAbstractButton *>()) {
        if (button->isVisible() && plain(button->text()) == text) {
            QTest::mouseClick(button, Qt::LeftButton);
            return;
        }
    }
    qFatal("the dialog has no button '%s'", qPrintable(text));
}

/// Takes this path, in Qt's own file dialog.
auto choosePath(const QString &path)
{
    return [=](QFileDialog &dialog) {
        dialog.findChild<QLineEdit *>(QStringLiteral("fileNameEdit"))->setText(path);
        const auto *box = dialog.findChild<QDialogButtonBox *>();
        for (QAbstractButton *button : box->buttons()) {
            if (box->buttonRole(button) == QDialogButtonBox::AcceptRole)
                QTest::mouseClick(button, Qt::LeftButton);
        }
    };
}

auto exportAs(const QString &path)
{
    return [=](ExportDialog &dialog) {
        auto *edit = dialog.findChild<QLineEdit *>(QStringLiteral("exportPath"));
        edit->selectAll();
        QTest::keyClicks(edit, path);
        pressButton(dialog, QStringLiteral("Save"));
    };
}

QList<QByteArrayList> readCsv(const QString &path)
{
    QFile file(path);
    QList<QByteArrayList> rows;
    if (file.open(QIODevice::ReadOnly)) {
        for (const QByteArray &line : file.readAll().trimmed().split('\n'))
            rows << line.split(',');
    }
    return rows;
}

/// The processes that we have started and that have not ended.
int childCount()
{
    int count = 0;
    const QStringList entries = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs);
    for (const QString &entry : entries) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(entry));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray stat = file.readAll();
        const QByteArrayList fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
        count += fields.value(1).toInt() == getpid();
    }
    return count;
}

RunSpec specFrom(const std::vector<std::string> &arguments)
{
    return *parseRunArguments(arguments);
}

} // namespace

class WindowTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const QString &name) const { return m_folder.filePath(name); }
    QString write(const QString &name, const QByteArray &content) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(name));
        return file.fileName();
    }
    /// A task whose inputs take 2 ms each until hurry().
    RunSpec slowSpec(const std::vector<std::string> &pool) const
    {
        const QString file = write("slow.py",
            "import os, time\n"
            "def slow(x):\n"
            "    if not os.path.exists(__file__ + '.hurry'): time.sleep(0.002)\n"
            "    return x\n");
        QFile::remove(file + ".hurry");
        std::vector<std::string> arguments{
            "--python", file.toStdString() + ":slow", "--range", "0:200000"};
        arguments.insert(arguments.end(), pool.begin(), pool.end());
        return specFrom(arguments);
    }
    void hurry() const { write("slow.py.hurry", {}); }

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QLocale::setDefault(QLocale(QLocale::English));
        QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    }
    void init() { QSettings().clear(); }
    void cleanup()
    {
        QVERIFY(comes([] { return childCount() == 0; }));
    }

    void theLoopItBeganWithRunsToItsEnd()
    {
        Person person;
        QCOMPARE(person.window.windowTitle(), "Poolscope");
        QVERIFY(person.canStart());
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().succeeded(), 4999U);
        QTRY_VERIFY_WITH_TIMEOUT(person.progress().startsWith("4,999 of 4,999 done"), patienceInMs);
        QTRY_VERIFY_WITH_TIMEOUT(
            person.window.windowTitle().startsWith("100% \u00b7 sqrt"), patienceInMs);
        QVERIFY(person.canStart());
        QCOMPARE(person.message(), QString());
        QTRY_COMPARE_WITH_TIMEOUT(
            person.find<QTableView>("workersTable").model()->rowCount(), 2, patienceInMs);
        const auto outcome = person.run().outcomes().read(4998);
        QVERIFY(outcome.has_value());
        QCOMPARE(outcome->view.real, std::sqrt(4999.0));
    }

    void aRunCanFollowARun()
    {
        Person person;
        for (const char *stop : {"5000", "1001"}) {
            person.type("rangeStop", stop);
            person.press(Qt::Key_F5);
            QVERIFY(person.window.controller().isActive());
            QVERIFY(person.isIn(State::Ended));
        }
        QCOMPARE(person.run().timeline().succeeded(), 1000U);
        QTRY_VERIFY_WITH_TIMEOUT(person.progress().startsWith("1,000 of 1,000 done"), patienceInMs);
    }

    void whatIsTypedIsWhatIsSaidBelow()
    {
        Person person;
        QVERIFY(person.progress().contains("sqrt \u00b7 1:5000 \u00b7 2 workers"));
        person.type("rangeStop", "77");
        QVERIFY(person.progress().contains("1:77"));
        person.typeNumber("processes", "3");
        QVERIFY(person.progress().contains("3 workers"));
    }

    void aWrongRangeIsToldAndCannotBeStarted_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("wrong");
        QTest::addColumn<QString>("told");
        QTest::addColumn<QString>("right");
        QTest::newRow("text") << "rangeStart"
                              << "one"
                              << "Start is not a whole number"
                              << "1";
        QTest::newRow("nothing") << "rangeStop"
                                 << ""
                                 << "Stop is not a whole number"
                                 << "10";
        QTest::newRow("fraction") << "rangeStop"
                                  << "1.5"
                                  << "Stop is not a whole number"
                                  << "15";
        QTest::newRow("beyond 64 bits") << "rangeStop"
                                        << "9223372036854775808"
                                        << "Stop does not fit in 64 bits"
                                        << "10";
        QTest::newRow("step 0") << "rangeStep"
                                << "0"
                                << "Step must not be 0"
                                << "2";
    }
    void aWrongRangeIsToldAndCannotBeStarted()
    {
        QFETCH(QString, field);
        QFETCH(QString, wrong);
        QFETCH(QString, told);
        QFETCH(QString, right);
        const QByteArray name = field.toLatin1();
        Person person;
        QCOMPARE(person.problemBeside(name), QString());
        QVERIFY(person.statusSays("Ready to start"));
        person.type(name, wrong);
        QCOMPARE(person.problemBeside(name), told);
        QVERIFY(person.cannotStart(name));
        QVERIFY(person.statusSays(told) && person.statusSays("Not ready"));
        const auto &edit = person.find<QLineEdit>(name);
        QVERIFY(edit.property("wrong").toBool());
        for (const char *other : {"rangeStart", "rangeStop", "rangeStep"})
            QCOMPARE(person.find<QLineEdit>(other).property("wrong").toBool(), other == name);
        QCOMPARE(edit.accessibleDescription(), person.problemBeside(name));
        person.press(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(!person.window.controller().isActive());
        person.type(name, right);
        QCOMPARE(person.problemBeside(name), QString());
        QVERIFY(!edit.property("wrong").toBool());
        QVERIFY(person.canStart());
    }

    void wrongArgumentsOfABuiltinAreTold()
    {
        Person person;
        person.chooseBuiltin("sleep_ms", "soon");
        QVERIFY(!person.problemBeside("builtinArguments").isEmpty());
        QVERIFY(person.cannotStart("builtinArguments"));
        person.type("builtinArguments", "3");
        QVERIFY(person.canStart());
    }

    void whatIsWrongWithAPythonTaskIsToldBesideItsField()
    {
        const QString file = write("pair.py", "def pair(a, b):\n    return a\n");
        const QString empty = write("empty.py", "value = 1\n");
        const QString wrong = write("wrong.py", "def f(:\n");
        Person person;
        person.choose("taskKind", "Python function");
        QVERIFY(person.isToldBeside("pythonPlace", "Choose a Python file"));
        person.choosePython(path("none.py"), "f");
        QVERIFY(person.isToldBeside("pythonPlace", "No such file"));
        person.choosePython(path("interpreter.py"), "f");
        QVERIFY(person.isToldBeside("pythonPlace", "No such file"));
        person.choosePython(empty);
        QVERIFY(person.isToldBeside("pythonFunction", "no function"));
        person.choosePython(wrong);
        QVERIFY(person.isToldBeside("pythonPlace", "wrong.py:1"));
        person.choosePython(file);
        QVERIFY(person.isToldBeside("pythonFunction", "no function that takes one argument"));
        person.choosePython(file, "pair");
        QVERIFY(person.isToldBeside("pythonFunction", "needs 2 arguments"));
        person.choosePython(file, "other");
        QVERIFY(person.isToldBeside("pythonFunction", "no function 'other'"));
        person.choosePython(
            write("ready.py", "def task(a): return a\ndef load(a): pass\n"), "task");
        person.type("initialiser", "lode");
        QVERIFY(person.isToldBeside("initialiser", "no function 'lode'"));
        person.type("initialiser", "load");
        QVERIFY(person.isToldBeside("initialiser", "an initialiser is called with none"));
        person.type("initialiser", "");
        person.type("interpreter", path("python-of-mine"));
        QVERIFY(person.isToldBeside("interpreter", "cannot start the Python interpreter"));
        person.type("interpreter", "true");
        QVERIFY(person.isToldBeside("interpreter", "does not run as a Python interpreter"));
        person.type("interpreter", "");
        QVERIFY(person.isToldBeside("interpreter", "Name the Python interpreter"));
        person.chooseFirst("taskKind");
        QVERIFY(person.canStart());
    }

    void whatIsWrongWithACommandIsToldBesideIt_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("missing");
        QTest::addColumn<QString>("wrong");
        QTest::addColumn<QString>("told");
        QTest::addColumn<QString>("right");
        QTest::newRow("command") << "Command"
                                 << "command"
                                 << "Type a command"
                                 << "no-such-program {}"
                                 << "no program 'no-such-program'"
                                 << "echo {}";
        QTest::newRow("quote") << "Command"
                               << "command"
                               << "Type a command"
                               << "echo 'a"
                               << "is not closed"
                               << "echo 'a'";
        QTest::newRow("shell") << "Shell script"
                               << "shellScript"
                               << "Type a shell script"
                               << "if true"
                               << "cannot read the script"
                               << "echo \"$1\"";
        QTest::newRow("filter") << "Line filter"
                                << "filter"
                                << "Type the command"
                                << "no-such-filter"
                                << "no program 'no-such-filter'"
                                << "cat";
    }
    void whatIsWrongWithACommandIsToldBesideIt()
    {
        QFETCH(QString, kind);
        QFETCH(QString, field);
        QFETCH(QString, missing);
        QFETCH(QString, wrong);
        QFETCH(QString, told);
        QFETCH(QString, right);
        const QByteArray name = field.toLatin1();
        Person person;
        person.choose("taskKind", kind);
        QVERIFY(person.isToldBeside(name.constData(), missing));
        QVERIFY(person.cannotStart(name.constData()));
        person.type(name.constData(), wrong);
        QVERIFY(person.isToldBeside(name.constData(), told));
        QVERIFY(person.cannotStart(name.constData()));
        person.type(name.constData(), right);
        QVERIFY(person.canStart());
    }

    void whatIsWrongWithALibraryIsToldBesideItsField()
    {
        Person person;
        person.choose("taskKind", "Library function");
        QVERIFY(person.isToldBeside("libraryFile", "Choose a shared library"));
        person.type("libraryFile", path("none.so"));
        QVERIFY(person.isToldBeside("libraryFile", "cannot read the library"));
        person.type("libraryFile", write("text.so", "no library\n"));
        QVERIFY(person.isToldBeside("libraryFile", "is not a shared library"));
    }

    void tasksOfALibraryAreOffered()
    {
        const QString source = write("twice.c",
            "#include <poolscope_task.h>\n"
            "static double twice(double x, struct poolscope_reply *reply)"
            " { (void)reply; return 2 * x; }\n"
            "POOLSCOPE_NUMBER_TASK(twice)\n");
        const QString library = path("twice.so");
        QCOMPARE(QProcess::execute("cc",
                     {"-shared", "-fPIC", "-I" POOLSCOPE_TASK_INCLUDE, "-o", library, source}),
            0);
        Person person;
        person.choose("taskKind", "Library function");
        person.type("libraryFile", library);
        QTRY_COMPARE_WITH_TIMEOUT(
            person.find<QComboBox>("libraryTask").currentText(), "twice", patienceInMs);
        QVERIFY(person.canStart());
        person.find<QComboBox>("libraryTask").setCurrentText("thrice");
        QVERIFY(person.isToldBeside("libraryTask", "it has: twice"));
    }

    void aPlaceThatIsClearedIsNotAskedAbout()
    {
        Person person;
        person.choosePython(path("none.py"));
        person.type("pythonPlace", "");
        QTest::qWait(askDelayAndMore);
        QVERIFY(person.isToldBeside("pythonPlace", "Choose a Python file"));
    }

    void aChangeOfMindLeavesNoQuestion()
    {
        Person person;
        person.choosePython(path("none.py"));
        person.chooseFirst("taskKind");
        QTest::qWait(askDelayAndMore);
        QVERIFY(person.canStart());
    }

    void functionsOfAFileAreOfferedWithoutImportingIt()
    {
        const QString file = write("noted.py",
            "import os\n"
            "open(os.path.join(os.path.dirname(__file__), 'imported'), 'w').close()\n"
            "def pair(a, b):\n    return a\n"
            "def double(x):\n    \"\"\"Twice as much.\"\"\"\n    return 2 * x\n"
            "def half(x):\n    return x / 2\n");
        Person person;
        person.choosePython(file);
        auto &functions = person.find<QComboBox>("pythonFunction");
        QTRY_COMPARE_WITH_TIMEOUT(functions.count(), 3, patienceInMs);
        QCOMPARE(functions.itemText(0), "pair");
        QVERIFY(!(functions.model()->index(0, 0).flags() & Qt::ItemIsEnabled));
        QCOMPARE(functions.itemText(2), "half");
        QCOMPARE(functions.currentText(), "double");
        QTRY_VERIFY_WITH_TIMEOUT(person.canStart(), patienceInMs);
        QVERIFY(!QFile::exists(path("imported")));

        person.chooseRange("0", "100");
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.message(), QString());
        QCOMPARE(person.run().timeline().succeeded(), 100U);
        QCOMPARE(person.run().outcomes().read(99)->view.integer, 198);
        QVERIFY(QFile::exists(path("imported")));
    }

    void wrongLinesFilesAreTold()
    {
        const QString empty = write("empty.txt", "");
        Person person;
        person.choose("inputKind", "Lines of a file");
        QVERIFY(person.isToldBeside("linesFile", "Choose a file"));
        person.type("linesFile", path("none.txt"));
        QVERIFY(person.isToldBeside("linesFile", "No such file"));
        person.type("linesFile", m_folder.path());
        QVERIFY(person.isToldBeside("linesFile", "not a regular file"));
        person.type("linesFile", QStringLiteral("-"));
        QVERIFY(person.isToldBeside("linesFile", "standard input"));
        person.type("linesFile", empty);
        QCOMPARE(person.problemBeside("linesFile"), QString());
        QVERIFY(person.canStart());
        person.press(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(person.isIn(State::Ended));
        QTRY_VERIFY_WITH_TIMEOUT(person.progress().startsWith("0 of 0 done"), patienceInMs);
    }

    void linesAreShownBeforeTheyAreRun()
    {
        const QString file = write("lines.txt", "first\r\nsecond\rthird\n4\n5\nsixth\n");
        Person person;
        person.chooseBuiltin("sha256");
        person.choose("inputKind", "Lines of a file");
        person.type("linesFile", file);
        const auto labels = person.window.findChildren<QLabel *>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
            return label->isVisible() && label->text() == "first\nsecond\nthird\n4\n5";
        }));
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().succeeded(), 6U);
    }

    void rowsAreShownBeforeTheyAreRun()
    {
        const QString task =
            write("rows.py", "def text(row):\n    return '/'.join(map('='.join, row.items()))\n");
        const QString file =
            write("rows.csv", "name;\"the \"\"size\"\"\";note\r\nx;1;\"two\nlines\"\r\ny;2;\r\n");
        Person person;
        person.choosePython(task, "text");
        person.choose("inputKind", "Rows of a CSV file");
        QVERIFY(person.isToldBeside("csvFile", "Choose a file"));
        person.type("csvFile", path("none.csv"));
        QVERIFY(person.isToldBeside("csvFile", "No such file"));
        person.type("csvFile", file);
        QVERIFY(person.isToldBeside("csvFile", "rows.csv:1: a quote"));
        person.choose("csvDelimiter", "Semicolon");
        QCOMPARE(person.problemBeside("csvFile"), QString());
        auto &table = person.find<QTableWidget>("csvColumns");
        QCOMPARE(table.rowCount(), 3);
        QCOMPARE(table.item(1, 0)->text(), "the \"size\"");
        QCOMPARE(table.item(2, 1)->text(), "two lines");
        QCOMPARE(table.item(0, 2)->text(), "y");

        const auto toggle = [&](int line) {
            table.setCurrentCell(line, 0);
            QTest::keyClick(&table, Qt::Key_Space);
        };
        for (int line = 0; line < 3; ++line)
            toggle(line);
        QVERIFY(person.isToldBeside("csvColumns", "Tick a column"));
        toggle(0);
        toggle(2);
        QTRY_VERIFY_WITH_TIMEOUT(person.canStart(), patienceInMs);
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.message(), QString());
        QCOMPARE(person.run().timeline().succeeded(), 2U);
        QCOMPARE(person.run().outcomes().read(0)->view.text, "name=x/note=two\nlines");
        person.press(Qt::Key_2, Qt::ControlModifier);
        const auto *outcomes = person.find<OutcomesView>().findChild<QTableView *>()->model();
        QTRY_COMPARE_WITH_TIMEOUT(outcomes->index(1, 1).data().toString(), "y;", patienceInMs);
        QVERIFY(std::get<CsvInput>(person.run().spec().input).columns
            == std::vector<std::string>({"name", "note"}));

        QTest::mouseClick(&person.find<QCheckBox>("csvHeader"), Qt::LeftButton);
        QCOMPARE(table.item(2, 0)->text(), "3");
        QCOMPARE(table.item(2, 1)->text(), "note");
        QCOMPARE(table.item(1, 0)->checkState(), Qt::Checked);
    }

    void mistakesOfRowsAreToldWhenARunBegins()
    {
        const QString file = write("broken.csv", "a,b\n1,2\n3,4\n5,6\n7\n");
        Person person;
        person.choosePython(write("any.py", "def f(row):\n    return row\n"), "f");
        QVERIFY(dropOn(person.window, {QUrl::fromLocalFile(file)}));
        QCOMPARE(person.find<QLineEdit>("csvFile").text(), file);
        QTRY_VERIFY_WITH_TIMEOUT(person.canStart(), patienceInMs);
        person.click("start");
        QVERIFY(comes([&] {
            return person.message().contains("broken.csv:5: 1 field, but the header has 2");
        }));
    }

    void filesAreShownBeforeTheyAreRun()
    {
        QDir(m_folder.path()).mkpath("pictures/deep");
        for (const char *name : {"pictures/b.png", "pictures/a.png", "pictures/deep/c.png"})
            write(name, "content");
        Person person;
        person.chooseBuiltin("sha256");
        person.choose("inputKind", "Files");
        QVERIFY(person.isToldBeside("filesPattern", "Type a pattern"));
        person.type("filesPattern", path("pictures/*.jpg"));
        QVERIFY(person.isToldBeside("filesPattern", "no file matches"));
        person.type("filesPattern", path("pictures/**/*.png"));
        QVERIFY(comes([&] {
            const auto labels = person.window.findChildren<QLabel *>();
            return std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
                return label->isVisible() && label->text().endsWith("/pictures/deep/c.png");
            });
        }));
        QTRY_VERIFY_WITH_TIMEOUT(person.canStart(), patienceInMs);
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().succeeded(), 3U);
        person.press(Qt::Key_2, Qt::ControlModifier);
        const auto *outcomes = person.find<OutcomesView>().findChild<QTableView *>()->model();
        QTRY_COMPARE_WITH_TIMEOUT(
            outcomes->index(1, 1).data().toString(), path("pictures/b.png"), patienceInMs);
    }

    void droppedFilesBecomeTaskAndInput()
    {
        const QString task = write("dropped.py", "def length(text):\n    return len(text)\n");
        const QString lines = write("dropped.txt", "a\nbb\nccc\n");
        Person person;
        QVERIFY(dropOn(person.window, {QUrl::fromLocalFile(task)}));
        QVERIFY(dropOn(person.window, {QUrl::fromLocalFile(lines)}));
        QVERIFY(!dropOn(person.window, {QUrl::fromLocalFile(task), QUrl::fromLocalFile(lines)}));
        QVERIFY(!dropOn(person.window, {QUrl("https://example.org/a.txt")}));
        QVERIFY(!dropOn(person.window, {}));
        QTRY_COMPARE_WITH_TIMEOUT(
            person.find<QComboBox>("pythonFunction").currentText(), "length", patienceInMs);
        QCOMPARE(person.find<QLineEdit>("linesFile").text(), lines);
        QTRY_VERIFY_WITH_TIMEOUT(person.canStart(), patienceInMs);
        person.press(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().succeeded(), 3U);
        QCOMPARE(person.run().outcomes().read(2)->view.integer, 3);
    }

    void workersJoinAndLeaveDuringARun()
    {
        Person person;
        person.window.setSpec(slowSpec({"-j", "2"}));
        person.press(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(person.runs(20));
        QCOMPARE(person.run().timeline().workerCount(), 2U);
        person.typeNumber("processes", "5");
        QCOMPARE(person.find<QSlider>("processSlider").value(),
            std::min(5, person.find<QSlider>("processSlider").maximum()));
        QVERIFY(comes([&] {
            const Timeline &timeline = person.run().timeline();
            return timeline.workerCount() == 5 && timeline.worker(4).iterations() > 0;
        }));
        person.find<QToolButton>("pause").setFocus();
        person.press(Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(person.find<QSpinBox>("processes").value(), 4);
        QVERIFY(comes([&] { return person.marks(Mark::Kind::Resized).size() >= 2; }));
        hurry();
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().succeeded(), 200'000U);
        const auto resized = person.marks(Mark::Kind::Resized);
        QVERIFY(resized.size() >= 2);
        QCOMPARE(resized[resized.size() - 2].value, 5U);
        QCOMPARE(resized.back().value, 4U);
        QTRY_COMPARE_WITH_TIMEOUT(
            person.find<QTableView>("workersTable").model()->rowCount(), 5, patienceInMs);
    }

    void aRunCanBePausedAndResumed()
    {
        Person person;
        person.window.setSpec(slowSpec({"-j", "2"}));
        QVERIFY(!person.find<QToolButton>("pause").isEnabled());
        person.click("start");
        QVERIFY(person.runs());
        person.click("pause");
        QCOMPARE(person.window.controller().state(), State::Paused);
        QCOMPARE(person.find<QToolButton>("pause").text(), "Resume");
        QVERIFY(comes([&] { return person.stands(); }));
        QVERIFY(person.run().timeline().settled() < 200'000);
        hurry();
        person.press(Qt::Key_P, Qt::ControlModifier);
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().succeeded(), 200'000U);
        QCOMPARE(person.marks(Mark::Kind::Paused).size(), 1U);
        QCOMPARE(person.marks(Mark::Kind::Resumed).size(), 1U);
        QCOMPARE(person.find<QToolButton>("pause").text(), "Pause");
    }

    void aRunCanBeStopped_data()
    {
        QTest::addColumn<bool>("paused");
        QTest::newRow("running") << false;
        QTest::newRow("paused") << true;
    }
    void aRunCanBeStopped()
    {
        QFETCH(bool, paused);
        Person person;
        person.chooseBuiltin("sleep_ms", "2");
        person.chooseRange("0", "1000000");
        QVERIFY(!person.find<QToolButton>("stop").isEnabled());
        person.click("start");
        QVERIFY(person.runs());
        if (paused)
            person.click("pause");
        person.click("stop");
        QVERIFY(!person.find<QToolButton>("stop").isEnabled());
        QVERIFY(person.isIn(State::Ended));
        QVERIFY(person.run().timeline().settled() < 1'000'000);
        QTRY_VERIFY_WITH_TIMEOUT(person.progress().contains("of 1,000,000 done"), patienceInMs);
        QVERIFY(person.canStart());
        QCOMPARE(person.message(), QString());
        QTRY_COMPARE_WITH_TIMEOUT(childCount(), 0, patienceInMs);
    }

    void aSecondRunCannotBeStartedBesideTheFirst()
    {
        Person person;
        person.chooseBuiltin("sleep_ms", "2");
        person.chooseRange("0", "1000000");
        person.click("start");
        QVERIFY(person.runs());
        const Run *run = &person.run();
        QVERIFY(!person.find<QToolButton>("start").isEnabled());
        QCOMPARE(person.find<QToolButton>("start").toolTip(), "A run is in progress");
        person.click("start");
        person.press(Qt::Key_R, Qt::ControlModifier);
        person.press(Qt::Key_F5);
        person.window.controller().start(defaultSpec());
        QCOMPARE(person.window.controller().state(), State::Running);
        QCOMPARE(&person.run(), run);
        QVERIFY(!dropOn(person.window, {QUrl::fromLocalFile(path("none.txt"))}));
        person.press(Qt::Key_Period, Qt::ControlModifier);
        QVERIFY(person.isIn(State::Ended));
    }

    void aRunThatCannotStartTellsWhy()
    {
        const QString file =
            write("broken.py", "def f(x):\n    return x\nraise RuntimeError('not today')\n");
        Person person;
        person.choosePython(file, "f");
        QTRY_COMPARE_WITH_TIMEOUT(
            person.find<QComboBox>("pythonFunction").count(), 1, patienceInMs);
        QVERIFY(person.canStart());
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QTRY_VERIFY_WITH_TIMEOUT(person.message().contains("not today"), patienceInMs);
        QVERIFY(person.canStart());
        auto &bar = person.find<MessageBar>();
        Answers<QMessageBox> answers([&](QMessageBox &box) {
            QVERIFY(box.detailedText().contains("broken.py"));
            pressButton(box, "OK");
        });
        pressButton(bar, "More\u2026");
        QCOMPARE(answers.count(), 1);
        person.press(Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!bar.isVisible(), patienceInMs);
    }

    void aFileThatGoesBetweenTypingAndStartIsTold()
    {
        const QString file = write("goes.txt", "a\n");
        Person person;
        person.choose("inputKind", "Lines of a file");
        person.type("linesFile", file);
        QVERIFY(person.canStart());
        QVERIFY(QFile::remove(file));
        person.click("start");
        QVERIFY(person.isIn(State::Idle));
        QTRY_VERIFY_WITH_TIMEOUT(person.message().contains("goes.txt"), patienceInMs);
        QVERIFY(person.window.controller().run() == nullptr);
    }

    void failuresCanBeSeenAloneAndFromTheChart()
    {
        const QString file = write("picky.py",
            "import time\n"
            "def picky(x):\n"
            "    time.sleep(0.02)\n"
            "    if x % 10 == 3:\n"
            "        raise ValueError('no %d here' % x)\n"
            "    return x\n");
        Person person;
        person.choosePython(file, "picky");
        QTRY_COMPARE_WITH_TIMEOUT(
            person.find<QComboBox>("pythonFunction").count(), 1, patienceInMs);
        person.chooseRange("0", "40");
        person.typeNumber("chunk", "1"); // each failure is told at a time of its own
        person.press(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().failed(), 4U);
        QTRY_VERIFY_WITH_TIMEOUT(person.progress().endsWith("4 failed"), patienceInMs);

        person.press(Qt::Key_2, Qt::ControlModifier);
        auto &outcomes = person.find<OutcomesView>();
        auto *table = outcomes.findChild<QTableView *>();
        QVERIFY(table->isVisible());
        QTest::keyClick(outcomes.findChild<QCheckBox *>(), Qt::Key_Space);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 4, patienceInMs);
        QVERIFY(table->model()->index(0, OutcomesModel::Outcome).data().toString().contains("no "));

        person.press(Qt::Key_1, Qt::ControlModifier);
        QVERIFY(!table->isVisible());
        const Mark failure = person.marks(Mark::Kind::Failed).at(2);
        const double end = person.endOfSpan(failure);
        person.window.timeView().show({end - 1e6, end + 1e6}); // an iteration takes 20 ms
        person.picture(ChartKind::Workers);
        Chart &chart = person.window.charts()[ChartKind::Workers];
        const QPointF tick(
            chart.xAxis->coordToPixel(end), chart.yAxis->coordToPixel(numberOf(failure.worker)));
        QVERIFY(chart.axisRect()->rect().contains(tick.toPoint()));
        QTest::mouseClick(&chart, Qt::LeftButton, {}, tick.toPoint() - QPoint(1, 0));
        QTRY_VERIFY_WITH_TIMEOUT(table->isVisible(), patienceInMs);
        QCOMPARE(outcomes.currentIndex().value_or(~0ULL), failure.value);
        QCOMPARE(table->currentIndex().siblingAtColumn(0).data().toString(),
            QString::number(failure.value));
    }

    void limitsAreFoldedUntilThereIsOne()
    {
        Person person;
        QVERIFY(!person.find<QWidget>("timeout").isVisible());
        QCOMPARE(person.find<QToolButton>("limits").text(), "Limits");
        person.click("limits");
        QVERIFY(person.find<QWidget>("timeout").isVisible());
        person.type("memoryLimit", QStringLiteral("5 stones"));
        QVERIFY(person.isToldBeside("memoryLimit", QStringLiteral("500M")));
        person.type("memoryLimit", QStringLiteral("500M"));
        QVERIFY(comes([&] { return person.canStart(); }));
        person.type("outputLimit", QStringLiteral("2G"));
        QVERIFY(person.isToldBeside("outputLimit", QStringLiteral("1023M")));
        person.type("outputLimit", QStringLiteral("10K"));
        QVERIFY(comes([&] { return person.canStart(); }));
        person.typeNumber("recycle", QStringLiteral("100"));
        person.typeNumber("halt", QStringLiteral("3"));
        person.click("limits");
        QVERIFY(!person.find<QWidget>("timeout").isVisible());
        QCOMPARE(person.find<QToolButton>("limits").text(), "Limits (4)");
        const PoolSpec pool = person.window.spec().pool;
        QCOMPARE(pool.memoryLimit, 500ULL << 20);
        QCOMPARE(pool.outputLimit, 10U << 10);
        QCOMPARE(pool.recycle, 100U);
        QCOMPARE(pool.halt, 3U);
        QVERIFY(!pool.timeout);

        person.window.setSpec(specFrom({"--builtin", "sqrt", "--range", "0:10", "--timeout", "2.5",
            "--memory-limit", "3G", "--output-limit", "1M"}));
        QVERIFY(person.find<QWidget>("timeout").isVisible());
        QCOMPARE(person.window.spec().pool.timeout, 2.5);
        QCOMPARE(person.window.spec().pool.memoryLimit, 3ULL << 30);
        QCOMPARE(person.window.spec().pool.outputLimit, 1U << 20);
        QVERIFY(!person.window.spec().pool.recycle);
    }

    void failuresCanBeTriedAgain()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("task.py"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("import os, time\n"
                   "def f(x):\n"
                   "    while x == 9 and not os.path.exists(__file__ + '.go'): time.sleep(0.01)\n"
                   "    if x < 3 and not os.path.exists(__file__ + '.well'): raise ValueError(x)\n"
                   "    return x\n");
        file.close();
        const auto touch = [&path](const char *ending) {
            QFile made(path + QLatin1String(ending));
            QVERIFY(made.open(QIODevice::WriteOnly));
        };
        Person person;
        person.window.setSpec(specFrom({"--python", path.toStdString() + ":f", "--range", "0:10",
            "--chunk", "1", "--window", "1", "-j", "2"}));
        QVERIFY(comes([&] { return person.canStart(); }));
        person.press(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(person.runs(9));
        person.press(Qt::Key_3, Qt::ControlModifier);
        const auto &table = person.find<QTableView>("failuresTable");
        QVERIFY(table.isVisible());
        QVERIFY(comes([&] { return table.model()->rowCount() == 3; }));
        const auto &retry = person.find<QPushButton>("retryAll");
        QVERIFY(retry.isEnabled());
        touch(".well");
        QTest::mouseClick(&person.find<QPushButton>("retryAll"), Qt::LeftButton);
        QVERIFY(comes([&] {
            return person.run().timeline().succeeded() == 9 && table.model()->rowCount() == 0;
        }));
        touch(".go");
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.run().timeline().failed(), 0U);
        QVERIFY(!retry.isEnabled());
    }

    void aRowIsMarkedInTheCharts()
    {
        Person person;
        person.chooseBuiltin("sleep_ms", "2");
        person.chooseRange("0", "200");
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        person.press(Qt::Key_2, Qt::ControlModifier);
        auto *table = person.find<OutcomesView>().findChild<QTableView *>();
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 3, patienceInMs);
        const QImage lanes = person.picture(ChartKind::Workers);
        const QImage completion = person.picture(ChartKind::Completion);
        const QImage rate = person.picture(ChartKind::Rate);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
            table->visualRect(table->model()->index(2, 0)).center());
        QCOMPARE(person.find<OutcomesView>().currentIndex().value_or(0), 2U);
        QVERIFY(person.picture(ChartKind::Workers) != lanes);
        QVERIFY(person.picture(ChartKind::Completion) != completion);
        person.picture(ChartKind::Rate);
    }

    void outcomesCanBeExported()
    {
        Person person;
        QVERIFY(!person.command("Outcomes\u2026").isEnabled());
        person.chooseRange("0", "5000");
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        const QString csv = path("outcomes.csv");
        {
            const Answers<QFileDialog> answers(choosePath(csv));
            person.press(Qt::Key_E, Qt::ControlModifier);
            QCOMPARE(answers.count(), 1);
            QTRY_VERIFY_WITH_TIMEOUT(person.message().startsWith("Wrote "), patienceInMs);
        }
        const auto rows = readCsv(csv);
        QCOMPARE(rows.size(), 5001);
        QCOMPARE(rows[0], (QByteArrayList{"index", "value", "failure"}));
        for (int i = 0; i < 5000; ++i) {
            QCOMPARE(rows[i + 1][0].toInt(), i);
            QCOMPARE(rows[i + 1][1].toDouble(), std::sqrt(i));
        }

        const Answers<QFileDialog> answers(choosePath(path("outcomes.doc")));
        person.command("Outcomes\u2026").trigger();
        QTRY_VERIFY_WITH_TIMEOUT(person.message().contains("outcomes.doc")
                && !QFile::exists(path("outcomes.doc")) && !person.message().startsWith("Wrote"),
            patienceInMs);
    }

    void dataOfChartsCanBeExported()
    {
        Person person;
        person.chooseBuiltin("sleep_ms", "1");
        person.chooseRange("0", "300");
        person.typeNumber("processes", "3");
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        const auto exported = [&](ChartKind kind, const QString &name) {
            const QString file = path(name);
            const Answers<ExportDialog> answers(exportAs(file));
            person.find<MessageBar>().hide();
            person
                .command(QStringLiteral("%1 %2\u2026")
                             .arg(static_cast<int>(kind) + 1)
                             .arg(person.window.charts()[kind].title()))
                .trigger();
            const bool wrote = comes([&] { return person.message() == "Wrote " + file; });
            return wrote ? readCsv(file) : QList<QByteArrayList>();
        };
        const auto workers = exported(ChartKind::Workers, "workers.csv");
        int inputs = 0;
        QSet<QByteArray> ids;
        for (const QByteArrayList &row : workers.mid(1)) {
            inputs += row.value(4).toInt();
            ids << row[0];
        }
        QCOMPARE(inputs, 300);
        QCOMPARE(ids, (QSet<QByteArray>{"1", "2", "3"}));
        const auto completion = exported(ChartKind::Completion, "completion.csv");
        QCOMPARE(completion.size(), 301);
        QSet<int> indices;
        for (const QByteArrayList &row : completion.mid(1))
            indices << row[1].toInt();
        QCOMPARE(indices.size(), 300);
        const auto rate = exported(ChartKind::Rate, "rate.csv");
        double iterations = 0;
        for (const QByteArrayList &row : rate.mid(1))
            iterations += row[2].toDouble();
        QCOMPARE(std::lround(iterations), 300);
    }

    void picturesOfChartsCanBeExported()
    {
        Person person;
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        for (const char *name : {"a.png", "a.svg", "a.pdf"}) {
            const Answers<ExportDialog> answers(exportAs(path(name)));
            person.command("1 Workers over time\u2026").trigger();
            QCOMPARE(answers.count(), 1);
            QTRY_COMPARE_WITH_TIMEOUT(person.message(), "Wrote " + path(name), patienceInMs);
            QVERIFY(QFileInfo(path(name)).size() > 1000);
        }
        QCOMPARE(QImage(path("a.png")).size(), QSize(2400, 1280));

        QVERIFY(QDir(m_folder.path()).mkdir("charts"));
        const Answers<QFileDialog> answers(choosePath(path("charts")));
        person.press(Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE_WITH_TIMEOUT(
            person.message(), "Wrote the charts to " + path("charts"), patienceInMs);
        QCOMPARE(QDir(path("charts")).entryList(QDir::Files),
            (QStringList{"accounting.png", "completion.png", "latency.png", "rate.png",
                "whatif.png", "workers.png"}));
    }

    void aPictureThatIsBeingWorkedOutCanBeGivenUp()
    {
        Person person;
        person.window.setSpec(*parseRunArguments({"--builtin", "sqrt", "--range", "0:200000", "-j",
            "2", "--chunk", "1"})); // many chunks, so that the picture takes long
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        const QString file = path("long.png");
        const Answers<ExportDialog> answers(exportAs(file));
        person.command("6 What if\u2026").trigger();
        person.find<QProgressDialog>().findChild<QPushButton *>()->click();
        QTRY_VERIFY_WITH_TIMEOUT(
            person.window.findChildren<QProgressDialog *>().isEmpty(), patienceInMs);
        QVERIFY(!QFile::exists(file));
        QCOMPARE(person.message(), QString());
    }

    void aPathThatCannotBeWrittenIsToldInTheDialog()
    {
        ExportDialog dialog("A chart", path("a.png"), nullptr);
        auto *edit = dialog.findChild<QLineEdit *>("exportPath");
        auto *save = dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Save);
        dialog.show();
        QVERIFY(save->isEnabled());
        for (const QString &wrong :
            {path("a.doc"), path("no folder/a.png"), m_folder.path() + "/", QString()}) {
            edit->setText(wrong);
            QVERIFY2(!save->isEnabled(), qPrintable(wrong));
            QVERIFY(!save->toolTip().isEmpty());
        }
        edit->setText(path("b.csv"));
        QVERIFY(save->isEnabled());
        QVERIFY(dialog.wantsData());
        QTest::keyClick(dialog.findChild<QComboBox *>("exportFormat"), Qt::Key_Home);
        QCOMPARE(dialog.path(), path("b.png"));
        QVERIFY(!dialog.wantsData());
    }

    void closingDuringARunAsksOnce()
    {
        Person person;
        person.chooseBuiltin("sleep_ms", "2");
        person.chooseRange("0", "1000000");
        person.click("start");
        QVERIFY(person.runs());
        QVERIFY(childCount() > 0);
        {
            const Answers<QMessageBox> answers(
                [](QMessageBox &box) { pressButton(box, "Keep running"); });
            person.press(Qt::Key_Q, Qt::ControlModifier);
            QCOMPARE(answers.count(), 1);
        }
        QVERIFY(person.window.isVisible());
        QCOMPARE(person.window.controller().state(), State::Running);
        {
            const Answers<QMessageBox> answers(
                [](QMessageBox &box) { QTest::keyClick(&box, Qt::Key_Escape); });
            QVERIFY(!person.window.close());
            QCOMPARE(answers.count(), 1);
        }
        QCOMPARE(person.window.controller().state(), State::Running);
        const Answers<QMessageBox> answers(
            [](QMessageBox &box) { pressButton(box, "Stop and close"); });
        person.press(Qt::Key_Q, Qt::ControlModifier);
        QVERIFY(!person.window.isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(childCount(), 0, patienceInMs);
        QCOMPARE(answers.count(), 1);
    }

    void aWindowThatGoesDuringARunLeavesNoProcess()
    {
        {
            Person person;
            person.chooseBuiltin("sleep_ms", "2");
            person.chooseRange("0", "1000000");
            person.click("start");
            QVERIFY(person.runs());
        }
        QCOMPARE(childCount(), 0);
    }

    void closingAfterARunAsksNothing()
    {
        Person person;
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QVERIFY(person.window.close());
    }

    void theNextWindowHasWhatThisOneHad()
    {
        const QString file = write("kept.py", "def kept(x):\n    return x\n");
        std::vector<std::string> before;
        {
            Person person;
            person.click("start");
            QVERIFY(person.isIn(State::Ended));
            person.choosePython(file, "kept");
            QTRY_COMPARE_WITH_TIMEOUT(
                person.find<QComboBox>("pythonFunction").count(), 1, patienceInMs);
            person.chooseRange("-5", "12");
            person.type("rangeStep", "2");
            person.typeNumber("processes", "3");
            person.typeNumber("chunk", "4");
            person.typeNumber("window", "5");
            person.typeNumber("retries", "6");
            for (int i = 0; i < 2; ++i) {
                person.click("start");
                QVERIFY(person.isIn(State::Ended));
            }
            person.press(Qt::Key_3, Qt::ControlModifier);
            person.command("Dark").trigger();
            before = runArguments(person.window.spec());
            QVERIFY(person.window.close());
        }
        Person person;
        QCOMPARE(runArguments(person.window.spec()), before);
        QCOMPARE(before,
            (std::vector<std::string>{"--python", file.toStdString() + ":kept", "--range=-5:12:2",
                "--workers", "3", "--chunk", "4", "--window", "5", "--retries", "6"}));
        QCOMPARE(person.find<QTabWidget>().currentIndex(), 2);
        QCOMPARE(person.window.charts()[ChartKind::Rate].theme().window,
            Theme::of(Theme::Kind::Dark).window);
        QTRY_VERIFY_WITH_TIMEOUT(person.canStart(), patienceInMs);

        QMenu *recent = nullptr;
        for (QMenu *menu : person.window.findChildren<QMenu *>()) {
            if (plain(menu->title()) == "Recent runs")
                recent = menu;
        }
        QVERIFY(recent);
        emit recent->aboutToShow();
        QCOMPARE(recent->actions().size(), 2);
        QVERIFY(recent->actions()[0]->text().startsWith("kept.py:kept"));
        recent->actions()[1]->trigger();
        QCOMPARE(runArguments(person.window.spec()), runArguments(defaultSpec()));
    }

    void settingsThatMakeNoSenseAreLeftAside()
    {
        QSettings settings;
        settings.setValue("run/arguments", QStringList{"--builtin", "nothing", "--range", "x"});
        settings.setValue("run/recent", QVariantList{QStringList{"-o", "x"}, 5, "text"});
        settings.setValue("window/theme", 77);
        settings.setValue("window/tab", -9);
        settings.setValue("window/geometry", "rubbish");
        settings.sync();
        Person person;
        QCOMPARE(runArguments(person.window.spec()), runArguments(defaultSpec()));
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
    }

    void longNamesLeaveTheFormAndTheWindowAsWideAsTheyAre()
    {
        const QString name(118, 'f');
        const QString folderName(100, 'd');
        const QString folder = path(folderName);
        QVERIFY(QDir().mkpath(folder));
        const QString file =
            write(folderName + "/file.py", "def " + name.toLatin1() + "(x):\n    return x\n");
        const QString csv = write(folderName + "/file.csv",
            QByteArray(300, 'c') + "," + QByteArray(300, 'd') + "\n" + QByteArray(300, 'e')
                + ",2\n");
        Person person;
        constexpr int half = 960; // of a screen of 1920 pixels
        const auto &panel = person.find<QScrollArea>("runPanel");
        const auto fits = [&] {
            QStringList wide;
            for (const QWidget *widget : panel.widget()->findChildren<QWidget *>()) {
                const QWidget *parent = widget->parentWidget();
                const bool isInForm = parent == panel.widget()
                    || (parent->isVisible() && !qobject_cast<const QAbstractScrollArea *>(parent)
                        && !qobject_cast<const QAbstractScrollArea *>(parent->parentWidget()));
                const int right = widget->mapTo(panel.widget(), QPoint(widget->width(), 0)).x();
                if (widget->isVisible() && isInForm && right > panel.viewport()->width())
                    wide << QString(widget->metaObject()->className()) + ' ' + widget->objectName();
            }
            if (panel.widget()->width() > panel.viewport()->width())
                wide << QStringLiteral("the form");
            if (!wide.isEmpty())
                qWarning("wider than the panel: %s", qPrintable(wide.join(", ")));
            const int now = person.window.minimumSizeHint().width();
            if (now > half)
                qWarning("the window is %d pixels wide at least", now);
            return wide.isEmpty() && now <= half;
        };
        const auto staysSo = [&] {
            for (int i = 0; i < 3; ++i) {
                person.press(Qt::Key_D, Qt::ControlModifier);
                QApplication::sendPostedEvents(); // the layout follows
                if (!fits())
                    return false;
            }
            return true;
        };
        person.choosePython(file);
        QTRY_COMPARE_WITH_TIMEOUT(
            person.find<QComboBox>("pythonFunction").currentText(), name, patienceInMs);
        QVERIFY(staysSo());
        person.choosePython(file, name + "x");
        QVERIFY(person.isToldBeside("pythonFunction", name + "x"));
        QVERIFY(staysSo());
        person.choosePython(folder + "/none.py", name);
        QVERIFY(person.isToldBeside("pythonPlace", "No such file"));
        QVERIFY(staysSo());
        for (const char *task : {"--library", "--command", "--shell", "--filter"}) {
            person.window.setSpec(specFrom(
                {task, (folder + '/' + name + ":" + name).toStdString(), "--range", "0:5"}));
            QVERIFY(staysSo());
        }
        for (const std::vector<std::string> &input :
            {std::vector<std::string>{"--lines", (folder + "/none").toStdString()},
                {"--csv", csv.toStdString()}, {"--files", (folder + "/*").toStdString()}}) {
            std::vector<std::string> arguments{"--python", (file + ":" + name).toStdString()};
            arguments.insert(arguments.end(), input.begin(), input.end());
            person.window.setSpec(specFrom(arguments));
            QVERIFY(staysSo());
        }
        person.window.openFile(folder + "/none.poolscope");
        QVERIFY(comes([&] { return person.message().contains("none.poolscope"); }));
        QVERIFY(staysSo());
        person.window.setSpec(
            specFrom({"--python", (file + ":" + name).toStdString(), "--range", "0:5"}));
        for (int tab = Qt::Key_1; tab <= Qt::Key_9; ++tab)
            person.press(static_cast<Qt::Key>(tab), Qt::ControlModifier);
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        person.window.openFile(person.window.controller().path());
        QVERIFY(comes([&] { return person.window.controller().loaded(); }));
        QVERIFY(staysSo());
    }

    void theThemeCanBeSwitched()
    {
        Person person;
        const auto shows = [&](Theme::Kind kind) {
            const Theme theme = Theme::of(kind);
            return QApplication::palette().color(QPalette::Window) == theme.window
                && person.window.charts()[ChartKind::Workers].theme().window == theme.window;
        };
        person.command("Dark").trigger();
        QVERIFY(shows(Theme::Kind::Dark));
        person.press(Qt::Key_D, Qt::ControlModifier);
        QVERIFY(shows(Theme::Kind::Light));
        person.press(Qt::Key_D, Qt::ControlModifier);
        QVERIFY(shows(Theme::Kind::Dark));
    }

    void aRunCanBeCopiedAsACommand()
    {
        Person person;
        person.press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(QApplication::clipboard()->text(),
            QString::fromStdString(shellCommand(person.window.spec())));
        QVERIFY(person.message().startsWith("Copied: poolscope run --builtin sqrt"));
    }

    void keysThatAreNamedWork()
    {
        Person person;
        person.press(Qt::Key_T, Qt::AltModifier);
        QCOMPARE(QApplication::focusWidget(), &person.find<QComboBox>("taskKind"));
        person.press(Qt::Key_2, Qt::ControlModifier);
        person.press(Qt::Key_N, Qt::AltModifier);
        QCOMPARE(QApplication::focusWidget(), &person.find<QComboBox>("inputKind"));
        QVERIFY(person.find<QComboBox>("inputKind").toolTip().contains("Alt+N"));
        person.press(Qt::Key_I, Qt::AltModifier);
        QCOMPARE(QApplication::focusWidget(), person.find<OutcomesView>().findChild<QLineEdit *>());
        person.press(Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(person.find<QSpinBox>("processes").value(), 3);
        person.press(Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(person.find<QSpinBox>("processes").value(), 2);
    }

    void screenReadersGetTextsAndNoMarkUp()
    {
        Person person;
        person.chooseBuiltin("sleep_ms", "1");
        person.chooseRange("0", "300");
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        QVERIFY(comes([&] { return person.spoken("progress").contains("300 of 300 done"); }));
        QVERIFY(comes([&] { return !person.find<QPushButton>("shortVerdict").isHidden(); }));
        QCOMPARE(person.spoken("verdict"), person.find<QLabel>("verdict").text());
        QStringList markedUp;
        for (QWidget *widget : person.window.findChildren<QWidget *>()) {
            QAccessibleInterface *spoken = QAccessible::queryAccessibleInterface(widget);
            for (const auto kind : {QAccessible::Name, QAccessible::Description}) {
                if (spoken && Qt::mightBeRichText(spoken->text(kind)))
                    markedUp << widget->objectName() + ": " + spoken->text(kind);
            }
        }
        QVERIFY2(markedUp.isEmpty(), qPrintable(markedUp.join(u'\n')));
    }

    void everyControlHasANameAndAToolTip()
    {
        Person person;
        person.chooseBuiltin("sleep_ms", "1");
        person.chooseRange("0", "300");
        person.typeNumber("processes", "12");
        person.click("start");
        QVERIFY(person.isIn(State::Ended));
        person.picture(ChartKind::Rate);
        QStringList lacking;
        const auto check = [&] {
            for (const QWidget *widget : person.window.findChildren<QWidget *>()) {
                const auto *button = qobject_cast<const QAbstractButton *>(widget);
                const bool counts = button || qobject_cast<const QLineEdit *>(widget)
                    || qobject_cast<const QComboBox *>(widget)
                    || qobject_cast<const QAbstractSpinBox *>(widget)
                    || qobject_cast<const QTableView *>(widget);
                const bool isPart = widget->objectName().startsWith("qt_")
                    || qobject_cast<QComboBox *>(widget->parentWidget())
                    || qobject_cast<QAbstractSpinBox *>(widget->parentWidget())
                    || qobject_cast<QLineEdit *>(widget->parentWidget())
                    || qobject_cast<QTabBar *>(widget->parentWidget())
                    || qobject_cast<QTableView *>(widget->parentWidget());
                const bool isPicture = widget->testAttribute(Qt::WA_TransparentForMouseEvents);
                if (!widget->isVisible() || !counts || isPart || isPicture)
                    continue;
                const QString what = QStringLiteral("%1 '%2%3'")
                                         .arg(widget->metaObject()->className(),
                                             widget->objectName(), button ? button->text() : "");
                if (widget->accessibleName().isEmpty() && (!button || button->text().isEmpty()))
                    lacking << what + " has no name";
                if (widget->toolTip().isEmpty())
                    lacking << what + " has no tool tip";
            }
        };
        for (int tab = Qt::Key_1; tab <= Qt::Key_9; ++tab) {
            person.press(static_cast<Qt::Key>(tab), Qt::ControlModifier);
            check();
        }
        person.find<MessageBar>().say(MessageBar::Kind::Problem, "a", "b");
        for (const char *kind :
            {"Python function", "Command", "Shell script", "Line filter", "Library function"}) {
            person.choose("taskKind", kind);
            check();
        }
        person.choose("inputKind", "Lines of a file");
        person.window.timeView().show({0, 1e6}); // "Follow" is offered
        check();
        lacking.removeDuplicates();
        QVERIFY2(lacking.isEmpty(), qPrintable(lacking.join('\n')));
    }

    void everyMenuEntryHasAText()
    {
        Person person;
        int entries = 0;
        for (QMenu *menu : person.window.findChildren<QMenu *>()) {
            emit menu->aboutToShow();
            for (const QAction *action : menu->actions()) {
                QVERIFY2(
                    action->isSeparator() || !action->text().isEmpty(), qPrintable(menu->title()));
                ++entries;
            }
        }
        QVERIFY(entries > 30);
    }

    void aKeyHasOneMeaning()
    {
        Person person;
        QHash<QKeySequence, QString> meanings;
        for (const QAction *action : person.window.actions()) {
            for (const QKeySequence &key : action->shortcuts()) {
                QVERIFY2(!meanings.contains(key), qPrintable(key.toString()));
                meanings[key] = action->text();
            }
        }
    }

    void whatWasStoppedBeforeItOpenedIsDropped()
    {
        const QString file = write("late.py", "def late(x):\n    return x\n");
        RunController controller;
        QSignalSpy came(&controller, &RunController::recordReady);
        QSignalSpy failed(&controller, &RunController::failed);
        controller.start(specFrom({"--python", file.toStdString() + ":late", "--range", "0:5"}));
        QCOMPARE(controller.state(), State::Opening);
        QVERIFY(controller.isActive());
        controller.stop();
        QCOMPARE(controller.state(), State::Idle);
        controller.start(specFrom({"--builtin", "sqrt", "--range", "0:7"}));
        QThreadPool::globalInstance()->waitForDone(); // both have opened
        QVERIFY(comes([&] { return controller.state() == State::Ended; }));
        QCOMPARE(came.size(), 1);
        QCOMPARE(controller.run()->inputCount(), 7U);
        QCOMPARE(controller.run()->timeline().succeeded(), 7U);

        controller.start(specFrom({"--python", path("none.py:f").toStdString(), "--range", "0:5"}));
        controller.stop();
        QCOMPARE(controller.state(), State::Ended);
        QThreadPool::globalInstance()->waitForDone();
        QTest::qWait(0);
        QCOMPARE(controller.state(), State::Ended);
        QCOMPARE(failed.size(), 0);
        QCOMPARE(came.size(), 1);
    }

    void workersWantedWhileARunOpensAreThere()
    {
        RunController controller;
        controller.setWorkerCount(7); // of no run
        controller.start(
            specFrom({"--builtin", "sleep_ms:2", "--range", "0:1000", "--workers", "1"}));
        controller.setWorkerCount(3);
        controller.pause();
        QCOMPARE(controller.state(), State::Opening);
        QVERIFY(comes([&] { return controller.state() == State::Ended; }));
        QCOMPARE(controller.run()->timeline().workerCount(), 3U);
        QCOMPARE(controller.run()->timeline().succeeded(), 1000U);
    }

    void anInputThatCannotBeOpenedLeavesTheLastRun()
    {
        RunController controller;
        QSignalSpy failed(&controller, &RunController::failed);
        controller.start(defaultSpec());
        QVERIFY(comes([&] { return controller.state() == State::Ended; }));
        const Run *run = controller.run();
        controller.start(
            specFrom({"--builtin", "sqrt", "--lines", path("none.txt").toStdString()}));
        QVERIFY(comes([&] { return controller.state() == State::Ended; }));
        QCOMPARE(failed.size(), 1);
        QVERIFY(failed[0][0].toString().contains("none.txt"));
        QCOMPARE(controller.run(), run);
    }

    void aControllerCanGoAtAnyTime()
    {
        for (const bool opened : {false, true}) {
            RunController controller;
            controller.start(specFrom({"--builtin", "sleep_ms:2", "--range", "0:1000000"}));
            if (opened)
                QVERIFY(comes([&] { return controller.state() == State::Running; }));
        }
        QThreadPool::globalInstance()->waitForDone();
        QTest::qWait(0);
        QCOMPARE(childCount(), 0);
    }
};

int main(int argc, char **argv)
{
    return runWindowTest<WindowTest>(argc, argv);
}

#include "window_test.moc"
