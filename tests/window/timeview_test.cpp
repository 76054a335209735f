// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/timeview.h"

#include <QSignalSpy>
#include <QtTest>

using namespace poolscope;

namespace {

constexpr double second = 1e9;

} // namespace

class TimeViewTest : public QObject {
    Q_OBJECT

private slots:
    void aGrowingRunIsShownWhole()
    {
        TimeView view;
        QVERIFY(view.isFollowing());
        QSignalSpy changed(&view, &TimeView::rangeChanged);
        qsizetype moves = 0;
        for (double now = 0; now < 100 * second; now += 0.05 * second) {
            view.setNow(now, TimeView::Run::Running);
            QCOMPARE(view.range().begin, 0.);
            QVERIFY(view.range().end >= now);
            QVERIFY(view.range().end <= std::max(now, 0.05 * second) * 1.4);
            moves = changed.size();
        }
        QVERIFY(moves < 60); // it moves by round steps
        QVERIFY(view.isFollowing());
    }

    void anEndedRunFillsTheView()
    {
        TimeView view;
        view.setNow(0.2 * second, TimeView::Run::Running);
        view.setNow(0.001 * second, TimeView::Run::Ended);
        QCOMPARE(view.range().begin, 0.);
        QCOMPARE(view.range().end, 0.00101 * second);
        TimeView unused;
        unused.setNow(0, TimeView::Run::Ended);
        QVERIFY(unused.range().width() > 0);
    }

    void movingAwayStopsFollowing()
    {
        TimeView view;
        view.setNow(10 * second, TimeView::Run::Running);
        QSignalSpy following(&view, &TimeView::followingChanged);
        view.show({2 * second, 3 * second});
        QCOMPARE(following.size(), 1);
        QCOMPARE(following[0][0].toBool(), false);
        QSignalSpy changed(&view, &TimeView::rangeChanged);
        view.setNow(20 * second, TimeView::Run::Running);
        view.setNow(20 * second, TimeView::Run::Ended);
        QCOMPARE(changed.size(), 0);
        QCOMPARE(view.range(), (TimeView::Range{2 * second, 3 * second}));
        view.show({2 * second, 3 * second});
        QCOMPARE(following.size(), 1);
        QCOMPARE(changed.size(), 0);
    }

    void followingKeepsTheWidth_data()
    {
        QTest::addColumn<double>("begin");
        QTest::newRow("from within") << 4 * second;
        QTest::newRow("from the start") << 0.;
        QTest::newRow("from before the start") << -0.5 * second;
    }
    void followingKeepsTheWidth()
    {
        QFETCH(double, begin);
        TimeView view;
        view.setNow(10 * second, TimeView::Run::Running);
        for (int time = 0; time < 2; ++time) { // also after it has followed the end before
            view.show({begin, begin + second});
            QVERIFY(!view.isFollowing());
            view.follow();
            QVERIFY(view.isFollowing());
            QCOMPARE(view.range(), (TimeView::Range{9 * second, 10 * second}));
        }
        view.setNow(12 * second, TimeView::Run::Running);
        QCOMPARE(view.range(), (TimeView::Range{11 * second, 12 * second}));
        view.setNow(13 * second, TimeView::Run::Ended);
        QCOMPARE(view.range(), (TimeView::Range{12 * second, 13 * second}));
    }

    void followingFromTheWholeShowsTheWhole()
    {
        TimeView view;
        view.setNow(10 * second, TimeView::Run::Running);
        view.show({0, 20 * second});
        view.follow();
        QCOMPARE(view.range().begin, 0.);
        view.setNow(40 * second, TimeView::Run::Running);
        QCOMPARE(view.range().begin, 0.);
        QVERIFY(view.range().end >= 40 * second);
    }

    void fittingShowsTheWholeAndFollows()
    {
        TimeView view;
        view.setNow(10 * second, TimeView::Run::Running);
        view.show({2 * second, 3 * second});
        view.follow();
        view.fit();
        QVERIFY(view.isFollowing());
        QCOMPARE(view.range().begin, 0.);
        QVERIFY(view.range().end >= 10 * second);
        view.setNow(30 * second, TimeView::Run::Running);
        QCOMPARE(view.range().begin, 0.);
        QVERIFY(view.range().end >= 30 * second);
    }

    void zoomingKeepsTheMiddle()
    {
        TimeView view;
        view.setNow(10 * second, TimeView::Run::Running);
        view.show({4 * second, 6 * second});
        view.zoom(0.5);
        QCOMPARE(view.range(), (TimeView::Range{4.5 * second, 5.5 * second}));
        view.zoom(2);
        QCOMPARE(view.range(), (TimeView::Range{4 * second, 6 * second}));
        QVERIFY(!view.isFollowing());
    }

    void panningMovesByWidths()
    {
        TimeView view;
        view.setNow(10 * second, TimeView::Run::Running);
        view.show({4 * second, 6 * second});
        view.pan(0.25);
        QCOMPARE(view.range(), (TimeView::Range{4.5 * second, 6.5 * second}));
        view.pan(-1);
        QCOMPARE(view.range(), (TimeView::Range{2.5 * second, 4.5 * second}));
        QVERIFY(!view.isFollowing());
    }

    void thereAreLimits()
    {
        TimeView view;
        view.setNow(10 * second, TimeView::Run::Running);
        for (int i = 0; i < 100; ++i)
            view.zoom(0.5);
        QCOMPARE(view.range().width(), 1000.);
        for (int i = 0; i < 100; ++i)
            view.pan(1e6);
        QVERIFY(view.range().begin < 10 * second); // the run's end is still in view
        QVERIFY(view.range().end > 10 * second);
        for (int i = 0; i < 100; ++i)
            view.pan(-1e9);
        QVERIFY(view.range().begin < 0);
        QVERIFY(view.range().end > 0);
        for (int i = 0; i < 200; ++i)
            view.zoom(2);
        QCOMPARE(view.range().width(), 1e17);
        QVERIFY(view.range().begin < 10 * second);
        QVERIFY(view.range().end > 0);
    }

    void theCursorTellsWhenItMoves()
    {
        TimeView view;
        QSignalSpy moved(&view, &TimeView::cursorChanged);
        QVERIFY(!view.cursor());
        view.setCursor(std::nullopt);
        QCOMPARE(moved.size(), 0);
        view.setCursor(5.);
        view.setCursor(5.);
        QCOMPARE(moved.size(), 1);
        QCOMPARE(*view.cursor(), 5.);
        view.setCursor(std::nullopt);
        QCOMPARE(moved.size(), 2);
    }
};

QTEST_MAIN(TimeViewTest)
#include "timeview_test.moc"
