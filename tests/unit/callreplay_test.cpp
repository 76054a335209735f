// SPDX-License-Identifier: GPL-3.0-or-later
// Replays of calls of watched pools, whose inputs differ.
#include "analysis/callprediction.h"
#include "madeupcall.h"

#include <gtest/gtest.h>

namespace poolscope {

namespace {

/// Ten inputs of 100 ms, one of which takes 1 s, on two workers that never wait.
constexpr std::size_t inputs = 10;
constexpr double each = 1e8; // nanoseconds
constexpr double total = 19 * each;

RecordedWork workWithALongInput(std::size_t at)
{
    RecordedWork work;
    work.inputs = inputs;
    work.total = total;
    work.longest = 10 * each;
    for (std::size_t i = 0; i < inputs; ++i)
        work.groups.push_back({i, 1, static_cast<float>(i == at ? 10 * each : each)});
    return work;
}

PooledCall uneven()
{
    PooledCall call = madeUpCall(total / 2e9, 1);
    call.inputs = call.chunks = call.consumed = inputs;
    call.longestIteration = call.longestChunk = Duration(10 * each);
    call.cores = 4;
    return call;
}

ReplayedRun replayed(const RecordedWork &work, CallSettings settings)
{
    auto run = replayCall(uneven(), work, settings, ReplayDetail::Lanes);
    EXPECT_TRUE(run);
    return run ? std::move(*run) : ReplayedRun();
}

/// Whether the range has the time, in units of 100 ms.
testing::AssertionResult contains(const ReplayedRun &run, double units)
{
    if (run.range.shortest <= units * each && units * each <= run.range.longest)
        return testing::AssertionSuccess();
    return testing::AssertionFailure()
        << run.range.shortest / each << " to " << run.range.longest / each << ", not " << units;
}

TEST(CallReplay, AChunkGoesToTheProcessThatIsFree)
{
    // The long input first: it takes 10, the other process does all others in 9.
    EXPECT_TRUE(contains(replayed(workWithALongInput(0), {1, 3}), 10));
    // Last: both work for 9 in all, and then one of them for 10.
    EXPECT_TRUE(contains(replayed(workWithALongInput(9), {1, 3}), 13));
    EXPECT_GT(replayed(workWithALongInput(9), {1, 3}).range.shortest, 11 * each);
}

TEST(CallReplay, AChunkIsNeverDivided)
{
    const ReplayedRun run = replayed(workWithALongInput(0), {5, 2});
    EXPECT_TRUE(contains(run, 14)) << "the first five inputs";
    EXPECT_EQ(run.chunks, 2U);
    EXPECT_TRUE(contains(replayed(workWithALongInput(0), {100, 2}), 19));
}

TEST(CallReplay, LanesHaveAllInputsInTurn)
{
    const ReplayedRun run = replayed(workWithALongInput(0), {2, 2});
    ASSERT_EQ(run.lanes.size(), 2U);
    ASSERT_EQ(run.lanes[0]->size(), 1U) << "the chunk with the long input";
    EXPECT_EQ(run.lanes[0]->span(0).first, 0U);
    ASSERT_EQ(run.lanes[1]->size(), 4U);
    EXPECT_EQ(run.lanes[1]->span(3).first, 8U);
    EXPECT_EQ(run.lanes[1]->span(3).count, 2U);
    const Span last = run.lanes[0]->span(0);
    EXPECT_NEAR(static_cast<double>(last.begin + last.duration), run.makespan, run.makespan / 100);
}

TEST(CallReplay, IsAsUncertainAsTwoRunsWithItsOwnSettings)
{
    const ReplayedRun run = replayed(workWithALongInput(0), {1, 2});
    const double elapsed = uneven().elapsed.count();
    EXPECT_GT(run.range.shortest, 0.8 * elapsed);
    EXPECT_LT(run.range.shortest, elapsed);
    EXPECT_GT(run.range.longest, elapsed);
    EXPECT_LT(run.range.longest, 1.3 * elapsed);
}

TEST(CallReplay, ALongInputThatWaitedForACoreMayBeShorter)
{
    PooledCall call = uneven();
    call.longestIteration = Duration(1000 * each);
    const double certain = replayCall(call, workWithALongInput(0), {2, 2})->range.shortest;
    EXPECT_GE(certain, 900 * each) << "it never waited";
    call.times[Cause::Preempted] = static_cast<std::uint64_t>(999 * each);
    EXPECT_LT(replayCall(call, workWithALongInput(0), {2, 2})->range.shortest, certain / 2);
}

TEST(CallReplay, IsOfProcessesOfWhichChunksWereTimed)
{
    EXPECT_TRUE(canReplay(uneven()));
    PooledCall threads = uneven();
    threads.hasThreads = true;
    EXPECT_FALSE(canReplay(threads));
    PooledCall untimed = uneven();
    untimed.hasCosts = false;
    EXPECT_FALSE(canReplay(untimed));
}

TEST(CallReplay, EndsWhenItIsStopped)
{
    std::stop_source source;
    source.request_stop();
    EXPECT_FALSE(replayCall(
        uneven(), workWithALongInput(0), {2, 2}, ReplayDetail::Totals, source.get_token()));
}

} // namespace

} // namespace poolscope
