// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/watchverdict.h"

#include "madeupcall.h"
#include "report/verdicttext.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace poolscope {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

namespace {

Finding findingOf(const PooledCall &call)
{
    return verdictOf(call).finding;
}

const evidence::OfCall &evidenceOf(const Verdict &verdict)
{
    return std::get<evidence::OfCall>(verdict.evidence);
}

/// Moves so many seconds of worker time from waiting for the parent to a cause.
void move(PooledCall &call, Cause from, Cause to, double seconds)
{
    const auto time = static_cast<std::uint64_t>(seconds * 1e9);
    call.times[from] -= time;
    call.times[to] += time;
}

TEST(WatchVerdict, FunctionPickledByValue)
{
    const Verdict verdict = verdictOf(postsLoop());
    EXPECT_EQ(verdict.finding, Finding::PickledByValue);
    ASSERT_TRUE(evidenceOf(verdict).chunk);
    EXPECT_TRUE(verdict.advice.empty()); // no option of this program
    const std::string text = verdictText(verdict);
    EXPECT_THAT(text, HasSubstr("The parent process is the bottleneck"));
    EXPECT_THAT(text, HasSubstr("each of the 4,999 inputs it pickles `task` again (96 \u00b5s)"));
    EXPECT_THAT(text, HasSubstr("At post.py:9 write `pool.imap(task, inputs, chunksize="));
    EXPECT_THAT(text, HasSubstr("times as fast"));
    EXPECT_THAT(text, HasSubstr("Without a pool the loop takes about 7"));
    EXPECT_THAT(text, Not(HasSubstr("--")));
}

TEST(WatchVerdict, ChunksOfOne)
{
    PooledCall call = postsLoop();
    call.functionIsByValue = false;
    const Verdict verdict = verdictOf(call);
    EXPECT_EQ(verdict.finding, Finding::ChunksTooSmall);
    EXPECT_TRUE(evidenceOf(verdict).chunk);
}

TEST(WatchVerdict, SubmittedInputsHaveNoChunks)
{
    PooledCall call = postsLoop();
    call.functionIsByValue = false;
    call.method = "submit";
    const Verdict verdict = verdictOf(call);
    EXPECT_EQ(verdict.finding, Finding::ChunksTooSmall);
    EXPECT_FALSE(evidenceOf(verdict).chunk);
}

TEST(WatchVerdict, LargeFunctionInputsAndResults)
{
    PooledCall call = madeUpCall(2, 0.01);
    call.costs.bytesOut = 2e6;
    call.costs.writing = 1ms;
    call.parentCpu = 1.5s;
    EXPECT_EQ(findingOf(call), Finding::LargeInputs);
    call.functionBytes = 2e6 - 50;
    EXPECT_EQ(findingOf(call), Finding::LargeFunction);
    call.functionBytes = 30;
    call.costs.bytesOut = 45;
    call.costs.bytesBack = 3e6;
    EXPECT_EQ(findingOf(call), Finding::LargeResults);
}

TEST(WatchVerdict, SlowLoop)
{
    PooledCall call = madeUpCall(0.5, 0.3, 0.6);
    call.loopUsed = 4s;
    call.loopWaited = 0.1s;
    call.elapsed = 4.1s;
    EXPECT_EQ(findingOf(call), Finding::LoopIsSlow);
    call.loopUsed = 0.1s; // it waits for the pool
    call.loopWaited = 0.4s;
    call.elapsed = 0.5s;
    EXPECT_NE(findingOf(call), Finding::LoopIsSlow);
}

TEST(WatchVerdict, ResultsBehindASlowInput)
{
    PooledCall call = sleeping();
    call.processes = 64; // no more would help
    call.longestIteration = 1.8s;
    call.mostHeldBack = 900;
    call.meanHeldBack = 1s;
    call.loopWaited = 1.8s;
    call.loopUsed = 1.5s;
    call.elapsed = 3.3s;
    const Verdict verdict = verdictOf(call);
    EXPECT_EQ(verdict.finding, Finding::HeldBack);
    EXPECT_THAT(verdictText(verdict), HasSubstr("imap_unordered"));
    call.loopUsed = 0.01s; // there is nothing to do with them meanwhile
    call.elapsed = 2.05s;
    EXPECT_NE(findingOf(call), Finding::HeldBack);
    call.method = "imap_unordered";
    call.loopUsed = 1.5s;
    EXPECT_NE(findingOf(call), Finding::HeldBack);
}

TEST(WatchVerdict, ThreadsAndTheInterpreterLock)
{
    PooledCall call = madeUpCall(1, 0);
    call.hasThreads = true;
    call.hasCosts = false;
    call.processes = 4;
    call.times = {};
    call.times[Cause::Unknown] = 4'000'000'000;
    call.busy = 3.8s;
    call.parentCpu = 0.95s;
    const Verdict verdict = verdictOf(call);
    EXPECT_EQ(verdict.finding, Finding::InterpreterLock);
    call.parentCpu = 1.9s; // two cores: the lock is released
    EXPECT_EQ(findingOf(call), Finding::NothingWrong);
    call.parentCpu = 0.05s;
    EXPECT_EQ(findingOf(call), Finding::WaitsWithin);
}

TEST(WatchVerdict, StartOfProcesses)
{
    PooledCall call = madeUpCall(1, 0.01);
    move(call, Cause::Coordinator, Cause::Starting, 1);
    move(call, Cause::Coordinator, Cause::Absent, 0.9);
    EXPECT_EQ(findingOf(call), Finding::StartUp);
}

TEST(WatchVerdict, IdleAtTheEnd)
{
    PooledCall call = computing();
    move(call, Cause::OnCpu, Cause::Tail, 1);
    call.longestIteration = call.longestChunk = 1s;
    EXPECT_EQ(findingOf(call), Finding::Tail);
    call.chunk = 250;
    call.chunks = 4;
    call.longestIteration = 5ms;
    call.longestChunk = 1.5s;
    const Verdict verdict = verdictOf(call);
    EXPECT_EQ(verdict.finding, Finding::ChunksTooLarge);
    ASSERT_TRUE(evidenceOf(verdict).chunk);
    EXPECT_LT(*evidenceOf(verdict).chunk, 250);
}

TEST(WatchVerdict, LackOfCores)
{
    PooledCall call = computing();
    move(call, Cause::OnCpu, Cause::Preempted, 1);
    EXPECT_EQ(findingOf(call), Finding::MachineBusy);
    call.threads = 8; // which may do nothing
    EXPECT_EQ(findingOf(call), Finding::MachineBusy);
    call.threadRunQueue = 10s;
    EXPECT_EQ(findingOf(call), Finding::ThreadsOversubscribe);
    call.processes = 8;
    EXPECT_EQ(findingOf(call), Finding::TooManyWorkers);
}

TEST(WatchVerdict, InputsThatWaitWantMoreProcesses)
{
    const Verdict verdict = verdictOf(sleeping());
    EXPECT_EQ(verdict.finding, Finding::WaitsWithin);
    ASSERT_TRUE(evidenceOf(verdict).processes);
    EXPECT_GT(*evidenceOf(verdict).processes, 8);
    EXPECT_THAT(verdictText(verdict), HasSubstr("Make the pool with"));
}

TEST(WatchVerdict, InputsThatComeLate)
{
    PooledCall call = madeUpCall(2, 0.05);
    call.consumed = 0;
    const Verdict verdict = verdictOf(call);
    EXPECT_EQ(verdict.finding, Finding::InputsAreSlow);
    call.costs.writing = 1ms; // the parent is at work for half of the time
    EXPECT_NE(findingOf(call), Finding::InputsAreSlow);
}

TEST(WatchVerdict, ApplyWaitsForEachResult)
{
    PooledCall call = madeUpCall(8, 0.45);
    call.method = "apply";
    call.consumed = 0;
    EXPECT_EQ(findingOf(call), Finding::OneAtATime);
    call.method = "imap"; // of a generator that is slow
    EXPECT_EQ(findingOf(call), Finding::InputsAreSlow);
    call.method = "map"; // has all inputs before it sends the first one
    EXPECT_NE(findingOf(call), Finding::InputsAreSlow);
}

TEST(WatchVerdict, FullCoresAreNotTheFaultOfMessages)
{
    PooledCall call = computing();
    call.processes = 8;
    for (std::size_t i = 0; i < causeCount; ++i)
        call.times[static_cast<Cause>(i)] = 0;
    call.times[Cause::OnCpu] = 4'000'000'000;
    call.times[Cause::TransferOut] = 12'000'000'000;
    call.busy = 4s;
    EXPECT_EQ(findingOf(call), Finding::TooManyWorkers);
}

TEST(WatchVerdict, NothingWrong)
{
    const Verdict verdict = verdictOf(computing());
    EXPECT_EQ(verdict.finding, Finding::NothingWrong);
    EXPECT_THAT(verdictText(verdict), HasSubstr("Without a pool the loop takes about 4"));
}

TEST(WatchVerdict, ThreadsThatAreHandedTooLittleWork)
{
    PooledCall call = madeUpCall(1, 0.01);
    call.hasThreads = true;
    call.parentCpu = Seconds(0.5);
    const Verdict verdict = verdictOf(call);
    EXPECT_EQ(verdict.finding, Finding::PoolCostsMore);
    EXPECT_THAT(verdictText(verdict), testing::HasSubstr("takes longer than the work"));
    EXPECT_THAT(
        verdictText(verdict), testing::HasSubstr("Without a pool the loop takes about 30 ms"));
}

TEST(WatchVerdict, Failures)
{
    PooledCall call = computing();
    call.failed = 500;
    EXPECT_EQ(findingOf(call), Finding::Failures);
}

TEST(WatchVerdict, NothingIsKnownOfAnEmptyCall)
{
    const Verdict verdict = verdictOf(PooledCall());
    EXPECT_EQ(verdict.finding, Finding::Unknown);
    EXPECT_EQ(verdictText(verdict), "Nothing finished, so there is no verdict.");
}

TEST(WatchVerdict, ShortCallsAreNotJudged)
{
    PooledCall call = postsLoop();
    call.makespan = call.elapsed = 1ms;
    EXPECT_EQ(findingOf(call), Finding::Unknown);
    call = postsLoop();
    call.inputs = 3;
    call.makespan = call.elapsed = 20ms;
    EXPECT_EQ(findingOf(call), Finding::Unknown);
}

TEST(WatchVerdict, WideRangeHasNoUpperEnd)
{
    evidence::OfCall found{postsLoop(), 256, {}, ExpectedRate{100'000, 400'000}};
    Verdict verdict;
    verdict.finding = Finding::ChunksTooSmall;
    verdict.evidence = found;
    EXPECT_THAT(
        verdictText(verdict), HasSubstr("expect more than 100,000 it/s (more than 13 times"));
    found.expected = ExpectedRate{200'000, 300'000};
    verdict.evidence = found;
    EXPECT_THAT(
        verdictText(verdict), HasSubstr("expect 200,000 to 300,000 it/s (26 to 40 times as fast)"));
}

} // namespace

} // namespace poolscope
