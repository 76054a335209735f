// SPDX-License-Identifier: GPL-3.0-or-later
// The list of failures, its model, and the table with what has inputs tried again.
#include "record/recorder.h"
#include "tables/failuresmodel.h"
#include "tables/failuresview.h"
#include "tables/outcomesmodel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QtTest>
#include <optional>

using namespace poolscope;

namespace {

constexpr auto report = QAbstractItemModelTester::FailureReportingMode::QtTest;

/// A record of a run over 100 integers, and what writes it.
struct Recording {
    Recording()
    {
        const RangeInput range{0, 100, 1};
        specOf(record.origin)->input = range;
        record.inputCount = 100;
        record.inputs = std::move(*openInput(range));
        record.outcomes = std::move(*OutcomeStore::make(100, OutcomeStore::Keep::All));
        recorder.emplace(record.timeline, *record.outcomes, record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) {});
    }

    void raise(std::uint64_t index)
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        outcome.failure = {
            failureException, "ValueError", "bad row", "Traceback\nline 2\n", {1, WorkerId{2}}};
        recorder->take(event::OutcomeDone{index, outcome, WorkerId{2}, 0});
    }
    void abandon(std::uint64_t index, std::string_view kind)
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        FailureView &failure = outcome.failure;
        failure.kind = kind;
        failure.message = "too much";
        failure.detail = "first\nout of paper\n";
        failure.context = {3, WorkerId{4}, 5 << 20, std::nullopt, 9};
        recorder->take(event::OutcomeDone{index, outcome, WorkerId{4}, 0, event::Attempt::Lost});
    }
    void reopen(std::uint64_t index) { recorder->take(event::InputReopened{index, 0}); }

    RunRecord record;
    std::optional<Recorder> recorder;
};

QStringList column(const QAbstractItemModel &model, int column)
{
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row)
        texts << model.index(row, column).data().toString();
    return texts;
}

QStringList indices(const QAbstractItemModel &model)
{
    return column(model, FailuresModel::Index);
}

} // namespace

class FailuresTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void aRowTellsAllThatIsKnown()
    {
        Recording run;
        FailuresModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        run.abandon(42, failureMemory);
        run.raise(7);
        QVERIFY(model.update());
        QCOMPARE(indices(model), (QStringList{"42", "7"}));
        QCOMPARE(column(model, FailuresModel::Input), (QStringList{"42", "7"}));
        QCOMPARE(column(model, FailuresModel::Reason),
            (QStringList{"memory: too much", "ValueError: bad row"}));
        QCOMPARE(column(model, FailuresModel::Attempts), (QStringList{"3", "1"}));
        QCOMPARE(column(model, FailuresModel::Worker), (QStringList{"4", "2"}));
        QCOMPARE(column(model, FailuresModel::LastOutput), (QStringList{"out of paper", "line 2"}));
        QCOMPARE(column(model, FailuresModel::Memory), (QStringList{"5\u00a0MiB", ""}));
        QVERIFY(model.index(0, FailuresModel::LastOutput)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains("first"));
    }

    void rowsAreOrderedByIndexOrTime()
    {
        Recording run;
        FailuresModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        for (const std::uint64_t index : {30, 10, 20})
            run.raise(index);
        model.update();
        const QPersistentModelIndex ten = model.index(1, 0);
        model.sort(FailuresModel::Index, Qt::AscendingOrder);
        QCOMPARE(indices(model), (QStringList{"10", "20", "30"}));
        QCOMPARE(ten.row(), 0);
        run.raise(15);
        model.update();
        QCOMPARE(indices(model), (QStringList{"10", "15", "20", "30"}));
        model.sort(FailuresModel::Index, Qt::DescendingOrder);
        QCOMPARE(indices(model), (QStringList{"30", "20", "15", "10"}));
        model.sort(-1, Qt::AscendingOrder);
        QCOMPARE(indices(model), (QStringList{"30", "10", "20", "15"}));
        model.sort(-1, Qt::DescendingOrder);
        QCOMPARE(indices(model), (QStringList{"15", "20", "10", "30"}));
    }

    void someKindsAreShownAlone()
    {
        Recording run;
        FailuresModel model;
        const QAbstractItemModelTester tester(&model, report);
        model.setRecord(&run.record);
        run.raise(1);
        run.abandon(2, failureTimeout);
        run.abandon(3, failureQuarantined);
        model.update();
        model.setShow(FailuresModel::Show::Raised);
        QCOMPARE(indices(model), QStringList{"1"});
        model.setShow(FailuresModel::Show::OverLimit);
        QCOMPARE(indices(model), QStringList{"2"});
        run.abandon(4, failureMemory);
        run.raise(5);
        model.update();
        QCOMPARE(indices(model), (QStringList{"2", "4"}));
        model.setShow(FailuresModel::Show::Quarantined);
        QCOMPARE(indices(model), QStringList{"3"});
        QCOMPARE(model.failureCount(), 5U);
    }

    void whatIsTriedAgainGoesAndMayComeBack()
    {
        Recording run;
        FailuresModel model;
        OutcomesModel outcomes;
        const QAbstractItemModelTester tester(&model, report);
        const QAbstractItemModelTester outcomesTester(&outcomes, report);
        model.setRecord(&run.record);
        outcomes.setRecord(&run.record);
        outcomes.setShow(OutcomesModel::Show::Failures);
        outcomes.setPageSize(10);
        for (const std::uint64_t index : {1, 2, 3})
            run.raise(index);
        model.update();
        outcomes.update();
        const QPersistentModelIndex one = model.index(0, 0);
        const QPersistentModelIndex three = model.index(2, 0);
        run.reopen(1);
        model.update();
        outcomes.update();
        QCOMPARE(indices(model), (QStringList{"2", "3"}));
        QVERIFY(!one.isValid());
        QCOMPARE(three.row(), 1);
        QCOMPARE(outcomes.rowCount(), 2);
        QCOMPARE(run.record.timeline.failed(), 2U);

        run.reopen(2);
        run.raise(2);
        run.raise(1);
        model.update();
        outcomes.update();
        QCOMPARE(indices(model), (QStringList{"3", "2", "1"}));
        QCOMPARE(outcomes.indexAt(2), 1U);
        run.reopen(1);
        run.raise(1);
        run.reopen(1);
        model.update();
        QCOMPARE(indices(model), (QStringList{"3", "2"}));
    }

    void onlyTheIndexSorts()
    {
        Recording run;
        FailuresView view;
        view.resize(900, 300);
        view.setRecord(&run.record);
        for (const std::uint64_t index : {30, 10, 20})
            run.raise(index);
        view.updateFailures();
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        auto *table = view.findChild<QTableView *>();
        const QHeaderView *header = table->horizontalHeader();
        const auto clickTitle = [header](int column) {
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                {header->sectionViewportPosition(column) + 10, header->height() / 2});
        };
        const auto rows = [table] {
            return indices(*table->model());
        };
        QCOMPARE(header->sortIndicatorSection(), int{FailuresModel::Index});
        QCOMPARE(rows(), (QStringList{"10", "20", "30"}));
        clickTitle(FailuresModel::Reason);
        QCOMPARE(header->sortIndicatorSection(), int{FailuresModel::Index});
        QCOMPARE(rows(), (QStringList{"10", "20", "30"}));
        clickTitle(FailuresModel::Index);
        QCOMPARE(rows(), (QStringList{"30", "20", "10"}));
        clickTitle(FailuresModel::Index);
        QCOMPARE(header->sortIndicatorSection(), -1);
        QCOMPARE(rows(), (QStringList{"30", "10", "20"}));
        QVERIFY(table->isColumnHidden(FailuresModel::Memory));
        run.abandon(15, failureMemory);
        view.updateFailures();
        QVERIFY(!table->isColumnHidden(FailuresModel::Memory));
    }

    void buttonsTryAgain()
    {
        Recording run;
        FailuresView view;
        view.resize(900, 300);
        view.setRecord(&run.record);
        for (std::uint64_t index = 0; index < 5; ++index)
            run.raise(index);
        view.updateFailures();
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        auto *table = view.findChild<QTableView *>();
        auto *selected = view.findChild<QPushButton *>(QStringLiteral("retrySelected"));
        auto *all = view.findChild<QPushButton *>(QStringLiteral("retryAll"));
        std::vector<std::uint64_t> wanted;
        connect(&view, &FailuresView::retryWanted, &view,
            [&wanted](const std::vector<std::uint64_t> &indices) { wanted = indices; });
        QVERIFY(!all->isEnabled());
        QVERIFY(all->toolTip().contains(QStringLiteral("during the run")));
        view.setRetry(FailuresView::Retry::Possible);
        QVERIFY(all->isEnabled());
        QVERIFY(!selected->isEnabled());

        const auto clickRow = [table](int row, Qt::KeyboardModifiers modifiers = {}) {
            const QRect place = table->visualRect(table->model()->index(row, 1));
            QTest::mouseClick(table->viewport(), Qt::LeftButton, modifiers, place.center());
        };
        QSignalSpy activated(&view, &FailuresView::indexActivated);
        clickRow(1);
        QCOMPARE(activated.last().at(0).value<std::uint64_t>(), 1U);
        clickRow(3, Qt::ShiftModifier);
        QTest::mouseClick(selected, Qt::LeftButton);
        QCOMPARE(wanted, (std::vector<std::uint64_t>{1, 2, 3}));
        QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text().count(u'\n'), 2);
        QTest::mouseClick(all, Qt::LeftButton);
        QCOMPARE(wanted.size(), 5U);
        QVERIFY(view.goTo(4));
        QCOMPARE(table->currentIndex().row(), 4);
        QVERIFY(!view.goTo(50));

        QTest::keyClick(view.findChild<QComboBox *>(), Qt::Key_End);
        QCOMPARE(table->model()->rowCount(), 0);
        QVERIFY(!all->isEnabled());
    }
};

QTEST_MAIN(FailuresTest)
#include "failures_test.moc"
