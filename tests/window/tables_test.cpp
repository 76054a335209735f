// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/figuretext.h"
#include "record/recorder.h"
#include "tables/logmodel.h"
#include "tables/logview.h"
#include "tables/outcomesmodel.h"
#include "tables/outcomesview.h"
#include "tables/tabletext.h"
#include "tables/workersmodel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QPixmap>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QToolButton>
#include <QWheelEvent>
#include <QtTest>
#include <algorithm>
#include <malloc.h>
#include <optional>

using namespace poolscope;

namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t tenMillion = 10'000'000;
constexpr auto report = QAbstractItemModelTester::FailureReportingMode::QtTest;

/// A record of a run over the integers from 0, and what writes it.
struct Recording {
    explicit Recording(std::uint64_t count)
    {
        const RangeInput range{0, static_cast<std::int64_t>(count), 1};
        specOf(record.origin)->input = range;
        record.inputCount = count;
        record.inputs = std::move(*openInput(range));
        record.outcomes = std::move(*OutcomeStore::make(count, OutcomeStore::Keep::All));
        recorder.emplace(record.timeline, *record.outcomes, record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) {});
    }

    void settle(std::uint64_t first, std::uint64_t count)
    {
        recorder->take(event::NumbersDone{{first, count}, OutcomeKind::Integer, 0});
    }
    void text(std::uint64_t index, std::string_view value)
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Text;
        outcome.text = value;
        recorder->take(event::OutcomeDone{index, outcome, WorkerId{1}, 0});
    }
    void fail(std::uint64_t index)
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        outcome.failure = {failureException, "ValueError", "bad <row>", "line 1\nline 2"};
        recorder->take(event::OutcomeDone{index, outcome, WorkerId{1}, 0});
    }
    void print(const std::string &text, IndexRange running = {})
    {
        const std::string line = text + "\n";
        recorder->take(event::WorkerPrinted{
            WorkerId{1}, {Output::Source::Process, running, line}, 1'234'567'890});
    }

    RunRecord record;
    std::optional<Recorder> recorder;
};

QString shown(const QAbstractItemModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

/// A view on a screen, with keys that reach it.
template <typename View> struct OnScreen {
    OnScreen()
    {
        view.resize(600, 400);
        view.show();
        QVERIFY2(QTest::qWaitForWindowExposed(&view), "the view is not shown");
        table = view.template findChild<QTableView *>();
    }

    View view;
    QTableView *table = nullptr;
};

struct Outcomes : OnScreen<OutcomesView> {
    explicit Outcomes(const Recording &run)
        : bar(view.findChild<QScrollBar *>("outcomesScrollBar"))
        , failuresOnly(view.findChild<QCheckBox *>())
        , typed(view.findChild<QLineEdit *>())
    {
        view.setRecord(&run.record);
        view.updateOutcomes();
    }

    void press(int key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::keyClick(table, static_cast<Qt::Key>(key), modifiers);
    }
    int rows() const { return table->model()->rowCount(); }
    /// The index of a row in sight.
    QString indexIn(int row) const { return shown(*table->model(), row, OutcomesModel::Index); }
    /// The index of the row that the table marks.
    QString marked() const
    {
        const QModelIndexList selected = table->selectionModel()->selectedRows();
        return selected.size() == 1 ? selected[0].data().toString() : QString();
    }
    bool says(const QString &text) const
    {
        const auto labels = view.findChildren<QLabel *>();
        return std::any_of(labels.begin(), labels.end(),
            [&](const QLabel *label) { return label->isVisible() && label->text() == text; });
    }

    QScrollBar *bar;
    QCheckBox *failuresOnly;
    QLineEdit *typed;
};

} // namespace

class TablesTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void longTextsAreCut()
    {
        QCOMPARE(startOf("abc", 3), "abc");
        QCOMPARE(startOf("abcd", 3), "abc…");
        QCOMPARE(startOf("äöüß", 3), "äöü…");
        QCOMPARE(startOf("ab😀", 3), "ab…"); // no half of a character
        QCOMPARE(cellText(std::string(3'000'000, 'x')).size(), 501);
        QCOMPARE(cellText("a\r\nb\nc"), "a⏎b⏎c");
        QVERIFY(toolTipText("<b>&").contains("&lt;b&gt;&amp;"));
        QVERIFY(toolTipText("").isEmpty());
    }

    void workersAppearAndChange()
    {
        Recording run(1000);
        WorkersModel model(
            [](WorkerId worker) { return QColor(0, 0, static_cast<int>(numberOf(worker))); });
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        model.update(0);
        QCOMPARE(model.rowCount(), 0);
        run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 0});
        run.recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Starting, 0});
        model.update(1 * ms);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(shown(model, 0, WorkersModel::State), "starting");
        QCOMPARE(shown(model, 0, WorkersModel::Process), "?");
        QCOMPARE(shown(model, 0, WorkersModel::Memory), "?");
        QCOMPARE(shown(model, 0, WorkersModel::Rate), "?");
        const auto swatch = model.index(1, 0).data(Qt::DecorationRole).value<QPixmap>();
        QCOMPARE(swatch.size(), QSize(10, 10));
        QCOMPARE(swatch.toImage().pixelColor(5, 5), QColor(0, 0, 2));

        model.update(500 * ms);
        QCOMPARE(shown(model, 0, WorkersModel::Rate), "0");

        run.recorder->take(event::WorkerIntroduced{WorkerId{2}, {4711, "north", "native"}});
        run.recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Ready, 600 * ms});
        run.recorder->take(event::WorkerCostSeen{WorkerId{2}, {1, 0, 29'400'000}});
        QSignalSpy changed(&model, &WorkersModel::dataChanged);
        model.update(900 * ms); // too early
        QCOMPARE(changed.size(), 0);
        model.update(1000 * ms);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1);
        QCOMPARE(changed[0][1].toModelIndex().row(), 1);
        QCOMPARE(shown(model, 1, WorkersModel::Process), "4711");
        QCOMPARE(shown(model, 1, WorkersModel::Host), "north");
        QCOMPARE(shown(model, 1, WorkersModel::Memory), "28\u00a0MiB");
        QCOMPARE(shown(model, 1, WorkersModel::State), "waiting");

        model.setRecord(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void workerFiguresAreOfTheLastSecond()
    {
        Recording run(100'000);
        Recorder &recorder = *run.recorder;
        WorkersModel model(nullptr);
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        recorder.take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 0});
        recorder.take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
        recorder.take(event::WorkerCostSeen{WorkerId{1}, {100 * ms, 0, 1'000'000}});
        model.update(0);
        recorder.take(event::SpanDone{WorkerId{1}, {0, 1, 0, 300}});
        recorder.take(event::WorkerCostSeen{WorkerId{1}, {350 * ms, 0, 1'000'000}});
        model.update(500 * ms);
        QCOMPARE(shown(model, 0, WorkersModel::Rate), "600");
        QCOMPARE(shown(model, 0, WorkersModel::Cpu), "50%");
        QCOMPARE(shown(model, 0, WorkersModel::State), "busy");
        recorder.take(event::SpanDone{WorkerId{1}, {2, 1, 300, 700}});
        recorder.take(event::WorkerCostSeen{WorkerId{1}, {1100 * ms, 0, 1'000'000}});
        model.update(1000 * ms);
        QCOMPARE(model.index(0, WorkersModel::Rate).data(WorkersModel::sortRole).toDouble(), 1000.);
        QCOMPARE(model.index(0, WorkersModel::Cpu).data(WorkersModel::sortRole).toDouble(), 100.);
        QCOMPARE(shown(model, 0, WorkersModel::Iterations), "1,000");
        recorder.take(event::SpanDone{WorkerId{1}, {4, 1, 1000, 100}});
        recorder.take(event::WorkerCostSeen{WorkerId{1}, {1200 * ms, 0, 1'000'000}});
        model.update(1500 * ms); // from 500 ms on
        QCOMPARE(shown(model, 0, WorkersModel::Rate), "800");
        QCOMPARE(shown(model, 0, WorkersModel::Cpu), "85%");

        model.update(2000 * ms);
        QCOMPARE(shown(model, 0, WorkersModel::State), "waiting");
        model.update(2500 * ms); // no news for a second
        QCOMPARE(shown(model, 0, WorkersModel::Rate), "0");
        QCOMPARE(shown(model, 0, WorkersModel::Cpu), "?");
        recorder.take(event::WorkerCostSeen{WorkerId{1}, {2700 * ms, 0, 1'000'000}});
        model.update(3500 * ms); // 1.5 s of CPU since 1500 ms
        QCOMPARE(shown(model, 0, WorkersModel::Cpu), "75%");

        recorder.take(event::WorkerChanged{WorkerId{1}, WorkerState::Dead, 3600 * ms});
        model.update(4000 * ms);
        QCOMPARE(shown(model, 0, WorkersModel::State), "died, restarting");
        QCOMPARE(shown(model, 0, WorkersModel::Rate), "");
        recorder.take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 4000 * ms});
        recorder.take(event::WorkerChanged{WorkerId{1}, WorkerState::Gone, 4100 * ms});
        model.update(4100 * ms);
        QCOMPARE(shown(model, 0, WorkersModel::State), "died, restarting");
        model.update(4100 * ms); // time stands still: the run is over
        QCOMPARE(shown(model, 0, WorkersModel::State), "gone");
        QCOMPARE(shown(model, 0, WorkersModel::Restarts), "1");
        QCOMPARE(shown(model, 0, WorkersModel::Cpu), "2.7\u00a0s"); // all in all
    }

    void aWorkerThatIsGoneHasItsMeanRate()
    {
        Recording run(1000);
        Recorder &recorder = *run.recorder;
        WorkersModel model(nullptr);
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        recorder.take(event::FirstDispatched{100 * ms});
        recorder.take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
        recorder.take(event::WorkerChanged{WorkerId{2}, WorkerState::Ready, 0});
        recorder.take(event::SpanDone{WorkerId{1}, {100 * ms, 1, 0, 300}});
        recorder.take(event::SpanDone{WorkerId{2}, {100 * ms, 1, 300, 100}});
        recorder.take(event::NumbersDone{{0, 400}, OutcomeKind::Integer, 600 * ms});
        for (const WorkerId worker : {WorkerId{1}, WorkerId{2}})
            recorder.take(event::WorkerChanged{worker, WorkerState::Gone, 700 * ms});
        model.update(700 * ms);
        QCOMPARE(shown(model, 0, WorkersModel::Rate), "600");
        QCOMPARE(shown(model, 1, WorkersModel::Rate), "200");
        QVERIFY(model.isOnOneHost());
        recorder.take(event::WorkerIntroduced{WorkerId{2}, {4711, "north", {}}});
        model.update(1300 * ms);
        QVERIFY(!model.isOnOneHost());
    }

    void workersSortByTheirFigures()
    {
        Recording run(1000);
        for (WorkerId worker{1}; worker <= WorkerId{12}; ++worker)
            run.recorder->take(event::SpanDone{worker, {0, 1, 0, numberOf(worker)}});
        WorkersModel model(nullptr);
        QSortFilterProxyModel sorted;
        sorted.setSourceModel(&model);
        sorted.setSortRole(WorkersModel::sortRole);
        sorted.sort(WorkersModel::Iterations, Qt::DescendingOrder);
        model.setRecord(&run.record);
        model.update(0);
        QCOMPARE(shown(sorted, 0, WorkersModel::Worker), "12");
        QCOMPARE(shown(sorted, 11, WorkersModel::Worker), "1");
    }

    void outcomesArePagesOfTheList()
    {
        Recording run(1000);
        OutcomesModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setPageSize(10);
        QCOMPARE(model.rowCount(), 0);
        model.setRecord(&run.record);
        QCOMPARE(model.rowCount(), 10);
        model.setFirst(500);
        QCOMPARE(model.indexAt(3), 503U);
        QCOMPARE(shown(model, 3, OutcomesModel::Index), "503");
        QCOMPARE(shown(model, 3, OutcomesModel::Input), "503");
        bool endsInTime = true;
        connect(&model, &OutcomesModel::dataChanged, &model, [&] {
            endsInTime = endsInTime && model.indexAt(model.rowCount() - 1) < model.count();
        });
        model.setFirst(995);
        QVERIFY(endsInTime);
        QCOMPARE(model.rowCount(), 5);
        model.setFirst(0);
        QCOMPARE(model.rowCount(), 10);
        model.setPageSize(3);
        QCOMPARE(model.rowCount(), 3);
        model.setPageSize(20);
        QCOMPARE(model.rowCount(), 20);
        model.setFirst(5000);
        QCOMPARE(model.rowCount(), 0);
        model.setRecord(nullptr);
        QCOMPARE(model.count(), 0U);
    }

    void outcomesTellOnlyWhatIsInSight()
    {
        Recording run(1000);
        OutcomesModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setFailureColor(Qt::red);
        model.setPageSize(10);
        model.setRecord(&run.record);
        const auto outcome = [&](int role) {
            return model.index(4, OutcomesModel::Outcome).data(role);
        };
        QCOMPARE(outcome(Qt::DisplayRole).toString(), "");
        QCOMPARE(outcome(Qt::AccessibleTextRole).toString(), "not yet");
        QSignalSpy changed(&model, &OutcomesModel::dataChanged);
        run.settle(10, 500);
        model.update();
        QCOMPARE(changed.size(), 0);
        run.fail(4);
        model.update();
        QCOMPARE(changed.size(), 1);
        QCOMPARE(outcome(Qt::DisplayRole).toString(), "ValueError: bad <row>");
        QCOMPARE(outcome(Qt::ForegroundRole).value<QColor>(), QColor(Qt::red));
        QVERIFY(outcome(Qt::ToolTipRole).toString().contains("bad &lt;row&gt;\n\nline 1\nline 2"));
        model.update();
        QCOMPARE(changed.size(), 1);
        run.text(5, "two\nlines\tand a tab");
        model.update();
        QCOMPARE(shown(model, 5, OutcomesModel::Outcome), "two⏎lines\tand a tab");
        QVERIFY(!model.index(5, OutcomesModel::Outcome).data(Qt::ForegroundRole).isValid());
        QCOMPARE(model.lineOf(5), "5\t5\ttwo⏎lines and a tab");
    }

    void failuresComeInTheirOrder()
    {
        Recording run(1000);
        OutcomesModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setPageSize(10);
        model.setRecord(&run.record);
        run.fail(700);
        run.recorder->take(event::AttemptFailed{5, WorkerId{1}, 0});
        model.update();
        model.setShow(OutcomesModel::Show::Failures);
        QCOMPARE(model.rowCount(), 1);
        QSignalSpy counted(&model, &OutcomesModel::countChanged);
        for (std::uint64_t index = 0; index < 20; ++index)
            run.fail(index);
        model.update();
        QCOMPARE(counted.size(), 1);
        QCOMPARE(model.count(), 21U);
        QCOMPARE(model.rowCount(), 10);
        QCOMPARE(model.indexAt(0), 700U);
        QCOMPARE(model.indexAt(1), 0U);
        QCOMPARE(*model.positionOf(19), 20U);
        QVERIFY(!model.positionOf(500));
        model.setFirst(18);
        QCOMPARE(model.rowCount(), 3);
        run.fail(999);
        model.update();
        QCOMPARE(model.rowCount(), 4);
        model.setShow(OutcomesModel::Show::All);
        QCOMPARE(model.count(), 1000U);
    }

    void outcomesTakeNoMemoryByTheirCount()
    {
        Recording run(tenMillion);
        run.settle(0, tenMillion);
        const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        OutcomesView view;
        view.resize(600, 400);
        view.setRecord(&run.record);
        view.updateOutcomes();
        view.goTo(tenMillion - 1);
        const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
        QVERIFY2(after < before + tenMillion / 4, "the view holds something for every row");
    }

    void keysMoveThroughTenMillion()
    {
        Recording run(tenMillion);
        Outcomes outcomes(run);
        QSignalSpy activated(&outcomes.view, &OutcomesView::indexActivated);
        outcomes.table->setFocus();
        QVERIFY(!outcomes.view.currentIndex());
        const auto rows = static_cast<std::uint64_t>(outcomes.rows());
        QVERIFY(rows > 5 && rows < 100);
        QCOMPARE(outcomes.bar->maximum(), static_cast<int>(tenMillion - rows));

        outcomes.press(Qt::Key_Down);
        QCOMPARE(outcomes.marked(), "0");
        outcomes.press(Qt::Key_Down);
        QCOMPARE(outcomes.marked(), "1");
        outcomes.press(Qt::Key_PageDown);
        QCOMPARE(*outcomes.view.currentIndex(), rows + 1);
        outcomes.press(Qt::Key_End);
        QCOMPARE(outcomes.marked(), "9,999,999");
        QCOMPARE(outcomes.bar->value(), outcomes.bar->maximum());
        QVERIFY(outcomes.says(QString("indices %1–9,999,999 of 10,000,000 inputs")
                                  .arg(figureText(Count{tenMillion - rows}))));
        outcomes.press(Qt::Key_Down);
        QCOMPARE(outcomes.marked(), "9,999,999");
        outcomes.press(Qt::Key_PageUp);
        QCOMPARE(*outcomes.view.currentIndex(), tenMillion - 1 - rows);
        outcomes.press(Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(outcomes.marked(), "0");
        outcomes.press(Qt::Key_Up);
        QCOMPARE(outcomes.marked(), "0");
        QCOMPARE(activated.size(), 8);
        QCOMPARE(activated[3][0].value<std::uint64_t>(), tenMillion - 1);
    }

    void theCurrentRowStaysItsIndex()
    {
        Recording run(tenMillion);
        Outcomes outcomes(run);
        OutcomesView &view = outcomes.view;
        QSignalSpy activated(&view, &OutcomesView::indexActivated);
        view.goTo(9'999'999);
        QCOMPARE(outcomes.marked(), "9,999,999");
        QCOMPARE(outcomes.indexIn(outcomes.rows() - 1), "9,999,999");
        outcomes.bar->setValue(5'000'000);
        QCOMPARE(outcomes.indexIn(0), "5,000,000");
        QCOMPARE(outcomes.marked(), "");
        QCOMPARE(*view.currentIndex(), 9'999'999U);
        view.goTo(5'000'001);
        QCOMPARE(outcomes.indexIn(0), "5,000,000"); // it was in sight
        QCOMPARE(outcomes.marked(), "5,000,001");
        view.resize(600, 300);
        outcomes.bar->setValue(5'000'001);
        QCOMPARE(outcomes.marked(), "5,000,001");
        view.goTo(tenMillion);
        QCOMPARE(*view.currentIndex(), 5'000'001U);
        QCOMPARE(activated.size(), 0);

        const QRect row = outcomes.table->visualRect(outcomes.table->model()->index(2, 0));
        QTest::mouseClick(outcomes.table->viewport(), Qt::LeftButton, {}, row.center());
        QCOMPARE(activated.size(), 1);
        QCOMPARE(*view.currentIndex(), 5'000'003U);
        outcomes.press(Qt::Key_Return);
        QCOMPARE(activated.size(), 2);
        outcomes.press(Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), "5000003\t5000003\t");
    }

    void theWholeOutcomeOfTheCurrentRowIsShown()
    {
        Recording run(100);
        run.fail(4);
        run.settle(0, 4);
        const std::string longText(20'000, 'x');
        run.text(5, "first line\n" + longText);
        Outcomes outcomes(run);
        OutcomesView &view = outcomes.view;
        auto *text = view.findChild<QPlainTextEdit *>("outcomeText");
        auto *copy = view.findChild<QToolButton *>("copy");
        QVERIFY(!text->isVisible());

        view.goTo(4);
        QVERIFY(text->isVisible() && text->isReadOnly());
        QCOMPARE(text->toPlainText(), "ValueError: bad <row>\n\nline 1\nline 2");
        QVERIFY(outcomes.says("Index 4 failed"));
        text->setFocus();
        text->selectAll();
        QTest::keyClick(text, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), text->toPlainText());

        view.goTo(5);
        QVERIFY(outcomes.says("Value of index 5"));
        QCOMPARE(text->toPlainText(), QString::fromStdString("first line\n" + longText));
        copy->click();
        QCOMPARE(QApplication::clipboard()->text().size(), text->toPlainText().size());

        view.goTo(6);
        QVERIFY(outcomes.says("Index 6 is not done yet"));
        QCOMPARE(text->toPlainText(), "");
        QVERIFY(!copy->isEnabled());
        run.text(6, "late");
        view.updateOutcomes();
        QCOMPARE(text->toPlainText(), "late");

        view.setRecord(nullptr);
        QVERIFY(!text->isVisible());
    }

    void theWheelScrolls()
    {
        Recording run(tenMillion);
        Outcomes outcomes(run);
        const auto turn = [&](int angle) {
            const QPoint at = outcomes.table->viewport()->rect().center();
            QWheelEvent event(at, outcomes.table->viewport()->mapToGlobal(at), {}, {0, angle},
                Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(outcomes.table->viewport(), &event);
        };
        turn(-120);
        QCOMPARE(outcomes.bar->value(), QApplication::wheelScrollLines());
        turn(-60);
        turn(-60);
        QCOMPARE(outcomes.bar->value(), 2 * QApplication::wheelScrollLines());
        turn(1200);
        QCOMPARE(outcomes.bar->value(), 0);
    }

    void failuresAreFiltered()
    {
        Recording run(tenMillion);
        run.fail(9'000'000);
        run.fail(77);
        run.fail(5'000'000);
        Outcomes outcomes(run);
        OutcomesView &view = outcomes.view;
        const QAbstractItemModelTester tester(outcomes.table->model(), report);
        view.goTo(5'000'000);
        QCOMPARE(outcomes.failuresOnly->text(), "&Failures only (3)");
        outcomes.failuresOnly->click();
        QCOMPARE(outcomes.rows(), 3);
        QCOMPARE(outcomes.indexIn(0), "9,000,000");
        QCOMPARE(outcomes.marked(), "5,000,000");
        QVERIFY(outcomes.says("failures 1–3 of 3"));
        outcomes.press(Qt::Key_Up);
        QCOMPARE(*view.currentIndex(), 77U);
        view.goTo(9'000'000);
        QVERIFY(outcomes.failuresOnly->isChecked());
        outcomes.failuresOnly->click();
        QCOMPARE(outcomes.marked(), "9,000,000");
        outcomes.failuresOnly->click();
        view.goTo(123'456);
        QVERIFY(!outcomes.failuresOnly->isChecked());
        QCOMPARE(outcomes.marked(), "123,456");
    }

    void aTypedIndexIsChecked()
    {
        Recording run(1000);
        Outcomes outcomes(run);
        OutcomesView &view = outcomes.view;
        QSignalSpy activated(&view, &OutcomesView::indexActivated);
        const auto type = [&](const char *text) {
            view.askForIndex();
            QTest::keyClicks(outcomes.typed, text);
            QTest::keyClick(outcomes.typed, Qt::Key_Return);
        };
        const QString rows = QString("indices 0–%1 of 1,000 inputs").arg(outcomes.rows() - 1);
        QVERIFY(outcomes.says(rows));
        type("abc");
        QVERIFY(!outcomes.says(rows));
        QVERIFY(outcomes.says("“abc” is not an index. Enter 0 to 999"));
        type("-1");
        QVERIFY(outcomes.says("“-1” is not an index. Enter 0 to 999"));
        type("1000");
        QVERIFY(outcomes.says("There is no index 1,000. Enter 0 to 999"));
        QVERIFY(!outcomes.says(rows));
        QVERIFY(!view.currentIndex());
        type("999");
        QVERIFY(!outcomes.says("There is no index 1,000. Enter 0 to 999"));
        QVERIFY(
            outcomes.says(QString("indices %1–999 of 1,000 inputs").arg(1000 - outcomes.rows())));
        QCOMPARE(outcomes.marked(), "999");
        QCOMPARE(activated.size(), 1);
    }

    void anEmptyRunSaysWhatWillCome()
    {
        Recording run(10);
        Outcomes outcomes(run);
        OutcomesView &view = outcomes.view;
        QVERIFY(!outcomes.says("Inputs and their outcomes"));
        outcomes.failuresOnly->click();
        QVERIFY(outcomes.says("No input has failed"));
        view.setRecord(nullptr);
        view.updateOutcomes();
        QVERIFY(outcomes.says("Inputs and their outcomes"));
        outcomes.press(Qt::Key_End);
        outcomes.press(Qt::Key_Return);
        outcomes.bar->setValue(1);
        QVERIFY(!view.currentIndex());
    }

    void moreRowsThanAnIntCounts()
    {
        constexpr std::uint64_t count = 100'000'000'000;
        Recording run(count);
        Outcomes outcomes(run);
        outcomes.press(Qt::Key_End);
        QCOMPARE(outcomes.marked(), "99,999,999,999");
        QCOMPARE(outcomes.bar->value(), outcomes.bar->maximum());
        outcomes.bar->setValue(0);
        QCOMPARE(outcomes.indexIn(0), "0");
        outcomes.bar->setValue(outcomes.bar->maximum());
        QCOMPARE(outcomes.indexIn(outcomes.rows() - 1), "99,999,999,999");
    }

    void theLogIsShown()
    {
        Recording run(1000);
        LogModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        run.print("first");
        run.print("second", {17, 1});
        run.print("third", {17, 4});
        run.recorder->take(event::Logged{WorkerId{2}, "the worker died: signal 9", 0});
        model.update();
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(shown(model, 0, LogModel::Time), "1.235 s");
        QCOMPARE(shown(model, 0, LogModel::Worker), "1");
        QCOMPARE(shown(model, 0, LogModel::Inputs), "");
        QCOMPARE(shown(model, 1, LogModel::Inputs), "17");
        QCOMPARE(shown(model, 2, LogModel::Inputs), "17–20");
        QCOMPARE(shown(model, 2, LogModel::Text), "third");
        QVERIFY(!model.index(2, LogModel::Text).data(Qt::FontRole).isValid());
        QVERIFY(model.index(3, LogModel::Text).data(Qt::FontRole).value<QFont>().italic());
        QVERIFY(!model.inputOf(0));
        QCOMPARE(*model.inputOf(2), 17U);
        model.setRecord(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void theLogKeepsAtMostItsCap()
    {
        Recording run(1000);
        LogModel model;
        model.setRecord(&run.record);
        int most = 0;
        for (int line = 0; line < 106'000; ++line) {
            run.print(std::to_string(line));
            if (line % 2000 == 1999) {
                model.update();
                most = std::max(most, model.rowCount());
            }
        }
        QCOMPARE(most, LogModel::mostEntries);
        QVERIFY(model.rowCount() > LogModel::mostEntries - 10'000);
        QCOMPARE(shown(model, model.rowCount() - 1, LogModel::Text), "105999");
        const int gone = 106'000 - (model.rowCount() - 1);
        QCOMPARE(shown(model, 0, LogModel::Text),
            QStringLiteral("%1,000 earlier lines are not shown").arg(gone / 1000));
        QCOMPARE(shown(model, 1, LogModel::Text), QString::number(gone));
    }

    void theLogKeepsAtMost64MB()
    {
        Recording run(1000);
        LogModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        const std::string line(60'000, 'x');
        for (int times = 0; times < 2; ++times) {
            for (int i = 0; i < 600; ++i)
                run.print(line);
            model.update();
        }
        run.print("last");
        model.update();
        const auto kept =
            static_cast<int>(RunLog::mostBytes / 2 / (line.size() + sizeof(LogEntry)));
        QCOMPARE(model.rowCount(), 1 + kept + 1);
        QCOMPARE(shown(model, 0, LogModel::Text),
            QStringLiteral("%1 earlier lines are not shown").arg(1200 - kept));
        QCOMPARE(shown(model, model.rowCount() - 1, LogModel::Text), "last");
    }

    void aLogOfAMoreTalkativeRunIsTakenInByParts()
    {
        Recording run(1000);
        for (int line = 0; line < 5000; ++line)
            run.print(std::to_string(line));
        LogModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        model.update();
        QCOMPARE(model.rowCount(), 2000);
        model.update();
        model.update();
        model.update();
        QCOMPARE(model.rowCount(), 5000);
    }

    void theLogFollowsItsEndUntilScrolled()
    {
        Recording run(1000);
        OnScreen<LogView> log;
        log.view.setRecord(&run.record);
        QVERIFY(log.view.findChild<QLabel *>()->isVisible());
        QScrollBar *bar = log.table->verticalScrollBar();
        const auto printAndShow = [&] {
            for (int line = 0; line < 100; ++line)
                run.print("line " + std::to_string(line), {5, 1});
            log.view.updateLog();
        };
        printAndShow();
        QVERIFY(!log.view.findChild<QLabel *>()->isVisible());
        QVERIFY(bar->maximum() > 0);
        QCOMPARE(bar->value(), bar->maximum());
        bar->setValue(3);
        printAndShow();
        QCOMPARE(bar->value(), 3);
        bar->setValue(bar->maximum());
        printAndShow();
        QCOMPARE(bar->value(), bar->maximum());
    }

    void linesCountAsMissingThatNoTableHasSeen()
    {
        Recording run(1000);
        LogModel model;
        model.setRecord(&run.record);
        run.print("first");
        model.update();
        const std::string large(50'000, 'x');
        for (int round = 0; round < 2; ++round) {
            for (int line = 0; line < 1400; ++line)
                run.print(large);
            while (!model.update()) { }
        }
        const int missing = 1 + 2 * 1400 - (model.rowCount() - 1);
        QCOMPARE(shown(model, 0, LogModel::Text),
            QLocale(QLocale::English).toString(missing) + " earlier lines are not shown");
    }

    void theLogStaysInPlaceWhileItsStartGoes()
    {
        Recording run(1000);
        OnScreen<LogView> log;
        log.view.setRecord(&run.record);
        const auto printAndShow = [&](int lines) {
            for (int line = 0; line < lines; ++line)
                run.print("line " + std::to_string(line));
            for (int taken = 0; taken < lines; taken += 2000)
                log.view.updateLog();
        };
        printAndShow(LogModel::mostEntries);
        QScrollBar *bar = log.table->verticalScrollBar();
        bar->setValue(50'000);
        const QString top = shown(*log.table->model(), 50'000, LogModel::Text);
        printAndShow(1000);
        const QModelIndex now = log.table->indexAt({0, 0});
        QVERIFY(now.row() < 50'000);
        QCOMPARE(shown(*log.table->model(), now.row(), LogModel::Text), top);
    }

    void theLogIsFilteredCopiedAndActivated()
    {
        Recording run(1000);
        OnScreen<LogView> log;
        log.view.setRecord(&run.record);
        run.print("apple", {5, 1});
        run.print("Pear", {6, 1});
        run.print("pear.", {7, 1});
        run.print("plum");
        log.view.updateLog();
        QTest::keyClicks(log.view.findChild<QLineEdit *>(), "pear");
        QCOMPARE(log.table->model()->rowCount(), 2);
        run.print("another pear");
        log.view.updateLog();
        QCOMPARE(log.table->model()->rowCount(), 3);
        log.table->selectAll();
        QTest::keyClick(log.table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), "Pear\npear.\nanother pear");

        QSignalSpy activated(&log.view, &LogView::indexActivated);
        log.table->selectRow(1);
        QTest::keyClick(log.table, Qt::Key_Return);
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated[0][0].value<std::uint64_t>(), 7U);
        log.table->selectRow(2);
        QTest::keyClick(log.table, Qt::Key_Return); // its input is not known
        QCOMPARE(activated.size(), 1);
    }
};

QTEST_MAIN(TablesTest)
#include "tables_test.moc"
