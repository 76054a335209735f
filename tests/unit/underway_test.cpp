// SPDX-License-Identifier: GPL-3.0-or-later
// What workers are on, as the record carries it and what is made of it.
#include "analysis/accounting.h"
#include "analysis/underway.h"
#include "madeuprun.h"
#include "report/underwaytext.h"

namespace poolscope {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

/// A worker that was ready at 1 s and did an input of 10 ms at once.
struct Begun : MadeUpRun {
    Begun()
    {
        recorder->take(event::PoolResized{2, 0});
        for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
            recorder->take(event::WorkerChanged{worker, WorkerState::Starting, 0});
            recorder->take(event::WorkerChanged{worker, WorkerState::Ready, second});
        }
        recorder->take(event::FirstDispatched{second});
        recorder->take(event::SpanDone{WorkerId{1}, {second, second / 100, 0, 1}});
        recorder->take(
            event::ChunkDone{WorkerId{1}, {second, second, second, second, second, second, 1}});
        recorder->take(event::NumbersDone{{0, 1}, OutcomeKind::Real, second + second / 100});
    }
};

TEST(IterationTimes, KnowTheMedianRoughly)
{
    IterationTimes times;
    EXPECT_EQ(times.median(), std::nullopt);
    for (const std::uint64_t duration :
        {1ULL, 3ULL, 7ULL, 100ULL, 12'345ULL, 3'600'000'000'000ULL}) {
        IterationTimes one;
        one.add(1, duration);
        EXPECT_NEAR(
            *one.median(), static_cast<double>(duration), static_cast<double>(duration) / 7);
    }
    times.add(10, 10'000);
    times.add(11, 11 * 1'000'000);
    EXPECT_NEAR(*times.median(), 1e6, 1e6 / 7) << "11 of 21 take a millisecond";
    times.add(5, 5'000);
    EXPECT_NEAR(*times.median(), 1e3, 1e3 / 7) << "15 of 26 take a microsecond";
    times.add(0, 5);
    EXPECT_NEAR(*times.median(), 1e3, 1e3 / 7);
}

TEST(OpenSpan, EndsWithTheSpanThatComesOfIt)
{
    Begun run;
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 7, 1, 3 * second}});
    EXPECT_EQ(run.timeline().worker(0).openSpan(), (OpenSpan{2 * second, 7, 1, 3 * second}));
    run.recorder->take(event::SpanDone{WorkerId{1}, {second + second / 2, second / 2, 6, 1}});
    EXPECT_EQ(run.timeline().worker(0).openSpan().count, 1U) << "that was the one before";
    run.recorder->take(event::SpanDone{WorkerId{1}, {2 * second, second, 7, 1}});
    EXPECT_EQ(run.timeline().worker(0).openSpan().count, 0U);
}

TEST(OpenSpan, EndsWhenItsWorkerDiesOrIsOnNothing)
{
    Begun run;
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 7, 1, 3 * second}});
    run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Dead, 3 * second});
    EXPECT_EQ(run.timeline().worker(0).openSpan().count, 0U);
    run.recorder->take(event::SpanOpen{WorkerId{2}, {2 * second, 8, 1, 3 * second}});
    run.recorder->take(event::SpanOpen{WorkerId{2}, {3 * second, 9, 0, 3 * second}});
    EXPECT_EQ(run.timeline().worker(1).openSpan(), OpenSpan{});
}

TEST(OpenSpan, KeepsTheInputOnWhichItWasSeen)
{
    Begun run;
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 7, 1, 3 * second}});
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 5, 4, 4 * second}});
    EXPECT_EQ(run.timeline().worker(0).openSpan(), (OpenSpan{2 * second, 7, 1, 4 * second}));
    run.recorder->take(event::SpanOpen{WorkerId{1}, {5 * second, 9, 4, 6 * second}});
    EXPECT_EQ(run.timeline().worker(0).openSpan().count, 4U) << "another batch";
}

TEST(OpenSpan, OfAStoppedRunIsPartOfIt)
{
    Begun run;
    EXPECT_EQ(run.timeline().makespan(), second / 100);
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 7, 1, 60 * second}});
    EXPECT_EQ(run.timeline().makespan(), second / 100) << "to the last outcome, while it goes on";
    run.recorder->take(event::RunStopped{60 * second});
    run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Gone, 61 * second});
    EXPECT_EQ(run.timeline().end(), 60 * second);
    EXPECT_EQ(run.timeline().makespan(), 59 * second);
    EXPECT_EQ(run.timeline().worker(0).openSpan().duration(), 58 * second);

    const Accounting accounting = accountingOf(run.timeline(), {2, false});
    EXPECT_EQ(accounting.makespan(), 59 * second);
    EXPECT_EQ(accounting.workers[0].busy, 58 * second + second / 100);
    EXPECT_EQ(accounting.times.sum(), 2 * 59 * second);
    run.recorder->take(event::RunContinued{60 * second});
    EXPECT_EQ(run.timeline().makespan(), second / 100);
    EXPECT_EQ(run.timeline().worker(0).openSpan().count, 0U);
}

TEST(UnderWay, IsWorthAWordFromASecondOn)
{
    Begun run;
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 7, 1, 3 * second - 1}});
    EXPECT_FALSE(longestUnderWay(run.timeline()));
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 7, 1, 3 * second}});
    run.recorder->take(event::SpanOpen{WorkerId{2}, {2 * second, 20, 11, 14 * second}});
    const auto longest = longestUnderWay(run.timeline());
    ASSERT_TRUE(longest);
    EXPECT_EQ(longest->worker, WorkerId{2});
    EXPECT_EQ(underWayText(*longest), "longest: input 20 to 30, 12 s (over 10 x the median)");
}

TEST(UnderWay, IsSlowBesideTheMedianAlone)
{
    MadeUpRun run;
    run.recorder->take(event::SpanOpen{WorkerId{1}, {0, 7, 1, 3 * second}});
    EXPECT_FALSE(longestUnderWay(run.timeline())->isSlow) << "there is no median";
    run.recorder->take(event::SpanDone{WorkerId{2}, {0, second, 0, 1}});
    EXPECT_FALSE(longestUnderWay(run.timeline())->isSlow);
    EXPECT_EQ(underWayText(*longestUnderWay(run.timeline())), "longest: input 7, 3 s");
    run.recorder->take(event::SpanOpen{WorkerId{1}, {0, 7, 1, 13 * second}});
    EXPECT_TRUE(longestUnderWay(run.timeline())->isSlow);
}

} // namespace
} // namespace poolscope
