// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that are kept: in the history, opened again, resumed, saved.
#include "charts/curveschart.h"
#include "runfile/runfile.h"
#include "runfile/runfilereader.h"
#include "spec/runarguments.h"
#include "tables/historyview.h"
#include "tables/outcomesmodel.h"
#include "window/dialogs/messagebar.h"
#include "window/mainwindow.h"
#include "windowtest.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QFileDialog>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTableView>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

using namespace poolscope;
using State = RunController::State;

namespace {

RunSpec specOf(const std::vector<std::string> &arguments)
{
    return *parseRunArguments(arguments);
}

QDir runsFolder()
{
    return {QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
        + QStringLiteral("/runs")};
}

QStringList kept()
{
    return runsFolder().entryList({QStringLiteral("*.poolscope")}, QDir::Files);
}

RunFileInfo infoOf(const QString &path)
{
    return *readRunFileInfo(path.toStdString());
}

struct Person {
    Person()
    {
        window.resize(1400, 900);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        press(Qt::Key_5, Qt::ControlModifier);
    }

    HistoryView &history() { return window.history(); }
    QTableView &table() { return *window.findChild<QTableView *>(QStringLiteral("historyTable")); }
    QTableView &failuresTable()
    {
        return *window.findChild<QTableView *>(QStringLiteral("failuresTable"));
    }
    QAbstractItemModel &failures() { return *failuresTable().model(); }
    void clickFailures(const QString &name)
    {
        auto *wanted = window.findChild<QPushButton *>(name);
        QVERIFY(wanted && wanted->isEnabled());
        QTest::mouseClick(wanted, Qt::LeftButton);
    }
    QPushButton &button(const QString &text)
    {
        for (QPushButton *candidate : history().findChildren<QPushButton *>()) {
            if (candidate->text() == text)
                return *candidate;
        }
        qFatal("the history has no button '%s'", qPrintable(text));
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        pressIn(window, key, modifiers);
    }
    bool isIn(State state)
    {
        return comes([&] { return window.controller().state() == state; });
    }
    void run(const std::vector<std::string> &arguments)
    {
        window.setSpec(specOf(arguments));
        press(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(isIn(State::Ended));
    }
    bool lists(int runs)
    {
        return comes([&] { return history().model().rowCount() == runs; });
    }
    void choose(int row)
    {
        table().selectRow(row);
        QCOMPARE(table().selectionModel()->selectedRows().size(), 1);
    }
    QString cell(int row, int column)
    {
        return table().model()->index(row, column).data().toString();
    }
    QString progress() { return window.findChild<QLabel *>(QStringLiteral("progress"))->text(); }
    QString message() { return window.findChild<MessageBar *>()->text(); }

    TasksFirst first;
    MainWindow window;
};

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
}

void press(QMessageBox &box, const QString &text)
{
    for (QAbstractButton *button : box.buttons()) {
        if (button->text().remove(QLatin1Char('&')) == text)
            button->click();
    }
}

} // namespace

class HistoryTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        QSettings().clear();
        runsFolder().removeRecursively();
    }

    void everyRunIsKeptAndListed()
    {
        Person person;
        const QAbstractItemModelTester tester(&person.history().model());
        QVERIFY(person.lists(0));
        person.run({"--builtin", "sqrt", "--range", "0:500", "-j", "1"});
        person.run({"--builtin", "is_prime", "--range", "0:700", "-j", "2"});
        QVERIFY(person.lists(2));
        QCOMPARE(kept().size(), 2);
        QCOMPARE(person.cell(0, HistoryModel::Task), "is_prime");
        QCOMPARE(person.cell(1, HistoryModel::Task), "sqrt");
        QCOMPARE(person.cell(0, HistoryModel::Input), "0:700");
        QVERIFY(comes([&] { return person.cell(0, HistoryModel::State) == "finished"; }));
        QCOMPARE(person.cell(0, HistoryModel::Done), "700 of 700");
        QCOMPARE(person.cell(0, HistoryModel::Failed), "");
        QVERIFY(!person.button("Resume").isEnabled());
    }

    void noneIsKeptWhenThatIsSwitchedOff()
    {
        Person person;
        for (QAction *action : person.window.actions()) {
            if (action->text().remove(QLatin1Char('&')) == "Keep runs in the history")
                action->trigger();
        }
        person.run({"--builtin", "sqrt", "--range", "0:500"});
        QCOMPARE(kept().size(), 0);
        QCOMPARE(person.window.controller().path(), "");
        Person again;
        again.run({"--builtin", "sqrt", "--range", "0:500"});
        QCOMPARE(kept().size(), 0);
    }

    void anOpenedRunIsShownAsItWas()
    {
        QString ended;
        {
            Person person;
            person.run({"--builtin", "sqrt", "--range", "0:500", "-j", "2"});
            ended = person.progress();
        }
        Person person;
        person.window.setSpec(specOf({"--builtin", "is_prime", "--range", "5:6", "-j", "1"}));
        QVERIFY(person.lists(1));
        person.choose(0);
        QTest::mouseClick(&person.button("Open"), Qt::LeftButton);
        QVERIFY(person.isIn(State::Ended));
        QVERIFY(person.window.controller().run() == nullptr);
        const RunRecord &record = *person.window.controller().record();
        QCOMPARE(record.timeline.succeeded(), 500U);
        QCOMPARE(person.progress(), ended);
        QCOMPARE(std::get<BuiltinTask>(person.window.spec().task).name, "sqrt");
        QCOMPARE(person.window.spec().pool.workers, 2U);
        QCOMPARE(*record.inputs->text(7), "7");
        // All of it is drawn, and nothing runs.
        QVERIFY(comes([&] {
            return qFuzzyCompare(person.window.timeView().range().end,
                static_cast<double>(record.timeline.lastOutcome()) * 1.01);
        }));
        QCOMPARE(infoOf(person.window.controller().path()).progress.attempts, 500U);
        // And the next run takes its place.
        person.run({"--builtin", "sqrt", "--range", "0:30"});
        QVERIFY(person.window.controller().loaded() == nullptr);
        QCOMPARE(person.window.controller().run()->timeline().succeeded(), 30U);
    }

    void aStoppedRunIsResumed()
    {
        const QTemporaryDir folder;
        const QString source = folder.filePath(QStringLiteral("task.py"));
        write(source,
            "import os, time\n"
            "def f(x):\n"
            "    while x >= 60 and not os.path.exists(__file__ + '.go'): time.sleep(0.01)\n"
            "    return x\n");
        Person person;
        person.window.setSpec(specOf({"--python", source.toStdString() + ":f", "--range", "0:600",
            "-j", "2", "--chunk", "1"}));
        person.press(Qt::Key_R, Qt::ControlModifier);
        const RunController &controller = person.window.controller();
        QVERIFY(
            comes([&] { return controller.run() && controller.run()->timeline().settled() > 50; }));
        person.press(Qt::Key_Period, Qt::ControlModifier);
        QVERIFY(person.isIn(State::Ended));
        const std::uint64_t before = controller.run()->timeline().settled();
        QVERIFY(before < 600);
        QVERIFY(comes([&] {
            return person.history().model().rowCount() == 1
                && person.cell(0, HistoryModel::State) == "stopped";
        }));
        person.choose(0);
        write(source + ".go", {});
        QTest::mouseClick(&person.button("Resume"), Qt::LeftButton);
        QVERIFY(controller.isActive());
        QVERIFY(!person.button("Delete\u2026").isEnabled());
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(controller.run()->timeline().succeeded(), 600U);
        QCOMPARE(infoOf(controller.path()).progress.succeeded, 600U);
        QCOMPARE(kept().size(), 1);
    }

    void aChangedTaskIsGoneOnWithAfterAQuestion()
    {
        const QTemporaryDir folder;
        const QString source = folder.filePath(QStringLiteral("work.py"));
        write(source, "def task(x):\n    return 1 // (x - 3)\n");
        Person person;
        person.run({"--python", source.toStdString() + ":task", "--range", "0:8", "-j", "1"});
        QVERIFY(person.lists(1));
        person.press(Qt::Key_3, Qt::ControlModifier);
        QVERIFY(comes([&] { return person.failures().rowCount() == 1; }));
        write(source, "def task(x):\n    return 7\n");
        const auto retry = [&](const QString &answer) {
            QString question;
            const Answers<QMessageBox> answers([&](QMessageBox &box) {
                question = box.text();
                press(box, answer);
            });
            person.clickFailures(QStringLiteral("retryAll"));
            QVERIFY(comes([&] { return answers.count() == 1; }));
            QVERIFY(question.startsWith(source));
            QVERIFY(person.isIn(State::Ended));
        };
        const RunController &controller = person.window.controller();
        retry("Cancel");
        QCOMPARE(controller.record()->timeline.failed(), 1U);
        retry("Resume anyway");
        QVERIFY(comes([&] { return infoOf(controller.path()).progress.failed == 0; }));
        person.choose(0);
        QVERIFY(!person.button("Resume").isEnabled());
    }

    void failuresAreTriedAgainAfterTheEnd()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("task.py")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("import os\n"
                   "def f(x):\n"
                   "    if x < 3 and not os.path.exists(__file__ + '.well'): raise ValueError(x)\n"
                   "    return x\n");
        file.close();
        const std::vector<std::string> arguments{
            "--python", file.fileName().toStdString() + ":f", "--range", "0:10"};
        QString kept;
        {
            Person person;
            person.run(arguments);
            kept = person.window.controller().path();
            person.press(Qt::Key_3, Qt::ControlModifier);
            QVERIFY(comes([&] { return person.failures().rowCount() == 3; }));
            person.failuresTable().selectRow(0);
            person.clickFailures("retrySelected"); // it fails once more
            QVERIFY(person.window.controller().isActive());
            QVERIFY(person.isIn(State::Ended));
            QVERIFY(comes([&] { return person.failures().rowCount() == 3; }));
            QCOMPARE(person.window.controller().record()->timeline.attempts(), 11U);
        }
        QFile well(file.fileName() + ".well");
        QVERIFY(well.open(QIODevice::WriteOnly));
        Person person;
        person.window.openFile(kept);
        QVERIFY(person.isIn(State::Ended));
        person.press(Qt::Key_3, Qt::ControlModifier);
        QVERIFY(comes([&] { return person.failures().rowCount() == 3; }));
        person.clickFailures("retryAll");
        QVERIFY(person.window.controller().isActive());
        QVERIFY(person.isIn(State::Ended));
        QVERIFY(comes([&] { return person.failures().rowCount() == 0; }));
        QCOMPARE(infoOf(kept).progress.succeeded, 10U);
    }

    void aRunIsRenamedAndNoted()
    {
        Person person;
        person.run({"--builtin", "sqrt", "--range", "0:500"});
        QVERIFY(person.lists(1));
        for (const auto &[button, text] :
            {std::pair{"Rename", "the first"}, {"Note", "fast enough"}}) {
            const auto editorOf = [&] {
                return person.table().findChild<QLineEdit *>();
            };
            QVERIFY(comes([&] { return !editorOf(); })); // the last one has gone
            person.choose(0);
            QTest::mouseClick(&person.button(button), Qt::LeftButton);
            QLineEdit *editor = editorOf();
            QVERIFY(editor);
            editor->selectAll();
            QTest::keyClicks(editor, text);
            QTest::keyClick(editor, Qt::Key_Return);
        }
        QVERIFY(comes([&] { return person.cell(0, HistoryModel::Note) == "fast enough"; }));
        QCOMPARE(person.cell(0, HistoryModel::Name), "the first");
        const RunLabel label = infoOf(person.window.controller().path()).label;
        QCOMPARE(label.name, "the first");
        QCOMPARE(label.note, "fast enough");
    }

    void aFileThatCannotBeReadIsGreyAndCanOnlyBeDeleted()
    {
        QVERIFY(QDir().mkpath(runsFolder().path()));
        write(runsFolder().filePath(QStringLiteral("old.poolscope")), "not a run file");
        Person person;
        person.history().refresh();
        QVERIFY(person.lists(1));
        QCOMPARE(person.cell(0, HistoryModel::Name), "old");
        QCOMPARE(person.cell(0, HistoryModel::State), "unreadable");
        QVERIFY(person.cell(0, HistoryModel::Note).contains("is not a run file"));
        const QModelIndex name = person.history().model().index(0, HistoryModel::Name);
        QCOMPARE(name.data(Qt::ForegroundRole).value<QBrush>(),
            QGuiApplication::palette().brush(QPalette::Disabled, QPalette::Text));
        QVERIFY(!(name.flags() & Qt::ItemIsEditable));
        person.choose(0);
        for (const char *button : {"Open", "Resume", "Rename", "Note"})
            QVERIFY2(!person.button(button).isEnabled(), button);
        const Answers<QMessageBox> deletes([](QMessageBox &box) { press(box, "Delete"); });
        QTest::mouseClick(&person.button("Delete\u2026"), Qt::LeftButton);
        QVERIFY(person.lists(0));
        QCOMPARE(kept().size(), 0);
    }

    void aFileThatBecomesReadableLosesItsReason()
    {
        QVERIFY(QDir().mkpath(runsFolder().path()));
        const QString path = runsFolder().filePath(QStringLiteral("old.poolscope"));
        write(path, "not a run file");
        HistoryModel model(runsFolder().path());
        QSignalSpy refreshed(&model, &HistoryModel::refreshed);
        model.refresh();
        QVERIFY(refreshed.wait(patienceInMs));
        QCOMPARE(model.index(0, HistoryModel::Size).data(), QStringLiteral("14\u00a0B"));
        QVERIFY(QFile::remove(path));
        RunDescription description;
        description.origin = SpecOrigin{specOf({"--builtin", "sqrt", "--range", "0:500"}), "/"};
        QVERIFY(RunFile::create(path.toStdString(), description, RunFile::IfExists::Refuse)
                    .has_value());
        QSignalSpy changed(&model, &HistoryModel::dataChanged);
        model.refresh();
        QVERIFY(refreshed.wait(patienceInMs));
        QVERIFY(model.canOpen(0));
        QVERIFY(std::any_of(changed.begin(), changed.end(), [](const QList<QVariant> &cells) {
            return cells.front().toModelIndex().column() == HistoryModel::Note;
        }));
    }

    void aRunIsDeletedAfterAQuestion()
    {
        Person person;
        person.run({"--builtin", "sqrt", "--range", "0:500"});
        QVERIFY(person.lists(1));
        person.choose(0);
        {
            const Answers<QMessageBox> keeps([](QMessageBox &box) { press(box, "Keep"); });
            QTest::mouseClick(&person.button("Delete\u2026"), Qt::LeftButton);
            QCOMPARE(keeps.count(), 1);
        }
        QCOMPARE(kept().size(), 1);
        person.choose(0);
        const Answers<QMessageBox> deletes([](QMessageBox &box) { press(box, "Delete"); });
        person.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&person.window));
        person.table().setFocus();
        QTest::keyClick(&person.table(), Qt::Key_Delete);
        QCOMPARE(deletes.count(), 1);
        QCOMPARE(kept().size(), 0);
        QCOMPARE(person.history().model().rowCount(), 0);
    }

    void aRunIsSavedOpenedAndDropped()
    {
        const QTemporaryDir folder;
        const QString copy = folder.filePath(QStringLiteral("copy"));
        const auto choose = [&](const QString &path) {
            return [path](QFileDialog &dialog) {
                dialog.selectFile(path);
                dialog.findChild<QLineEdit *>()->setText(path);
                QMetaObject::invokeMethod(&dialog, "accept");
            };
        };
        {
            Person person;
            person.run({"--builtin", "sqrt", "--range", "0:500"});
            const Answers<QFileDialog> saves(choose(copy));
            person.press(Qt::Key_S, Qt::ControlModifier);
            QCOMPARE(saves.count(), 1);
            QVERIFY(comes([&] { return person.message().contains("copy.poolscope"); }));
            QVERIFY(QFile::exists(copy + ".poolscope"));
        }
        {
            Person person;
            const Answers<QFileDialog> opens(choose(copy + ".poolscope"));
            person.press(Qt::Key_O, Qt::ControlModifier);
            QCOMPARE(opens.count(), 1);
            QVERIFY(person.isIn(State::Ended));
            QCOMPARE(person.window.controller().record()->timeline.succeeded(), 500U);
        }
        Person person;
        QVERIFY(dropOn(person.window, {QUrl::fromLocalFile(copy + ".poolscope")}));
        QVERIFY(person.isIn(State::Ended));
        QCOMPARE(person.window.controller().record()->timeline.succeeded(), 500U);
    }

    void whatIsNoRunFileIsRefused()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("bad.poolscope"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("no run at all");
        file.close();
        Person person;
        person.window.openFile(path);
        QVERIFY(comes([&] { return person.message().contains("is not a run file"); }));
        QCOMPARE(person.window.controller().state(), State::Idle);
    }

    void runsAreLaidOverEachOther()
    {
        Person person;
        person.run({"--builtin", "sleep_ms:20", "--range", "0:100", "-j", "1"});
        person.run({"--builtin", "sleep_ms:20", "--range", "0:100", "-j", "4"});
        QVERIFY(person.lists(2));
        QVERIFY(!person.button("Compare").isEnabled());
        person.table().selectAll();
        QVERIFY(!person.button("Open").isEnabled());
        QTest::mouseClick(&person.button("Compare"), Qt::LeftButton);
        auto *dialog = person.window.findChild<QDialog *>(QStringLiteral("compareDialog"));
        QVERIFY(dialog && dialog->isVisible());
        auto &table = *dialog->findChild<QTableWidget *>(QStringLiteral("comparisonTable"));
        QVERIFY(comes([&] { return table.rowCount() > 0; }));
        QCOMPARE(table.columnCount(), 4); // names, two runs, and how they differ
        QCOMPARE(table.item(0, 0)->text(), QStringLiteral("it/s"));
        QVERIFY(table.item(0, 3)->text().contains(" x"));
        const auto &says = *dialog->findChild<QLabel *>(QStringLiteral("differences"));
        QVERIFY2(says.text().startsWith("B does "), qPrintable(says.text())); // the later, faster
        for (const CurvesChart *chart : dialog->findChildren<CurvesChart *>())
            QCOMPARE(chart->series().size(), 2U);
        dialog->close();
    }
};

int main(int argc, char **argv)
{
    return runWindowTest<HistoryTest>(argc, argv);
}

#include "history_test.moc"
