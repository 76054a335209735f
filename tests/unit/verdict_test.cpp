// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/verdict.h"
#include "madeuprun.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <initializer_list>
#include <utility>

namespace poolscope {

using namespace std::chrono_literals;

namespace {

/// Two workers on two cores for 10 s, 1000 inputs of 19 ms in chunks of 10: nothing is wrong. The
/// times that are named take away from computing.
RunFigures run(std::initializer_list<std::pair<Cause, double>> seconds = {})
{
    RunFigures figures;
    figures.workers = 2;
    figures.cores = 2;
    figures.makespan = 10s;
    figures.startUp = 0.01s;
    figures.iterations = figures.settled = 1000;
    figures.chunks = 100;
    figures.longestIteration = 0.03s;
    figures.longestChunk = 0.25s;
    double rest = 20;
    for (const auto &[cause, time] : seconds) {
        figures.times[cause] = static_cast<std::uint64_t>(time * 1e9);
        rest -= time;
    }
    figures.times[Cause::OnCpu] = static_cast<std::uint64_t>(rest * 1e9);
    figures.busy = Seconds(rest);
    for (const Cause cause : {Cause::Waiting, Cause::Preempted, Cause::Throttled})
        figures.busy += Duration(figures.times[cause]);
    figures.workersCpu = Seconds(rest);
    figures.byWorker = {{WorkerId{1}, 500, figures.busy / 2}, {WorkerId{2}, 500, figures.busy / 2}};
    figures.bySize = {{2, 1000, figures.busy}};
    return figures;
}

Finding findingOf(const RunFigures &figures)
{
    return verdictOf(figures).finding;
}

TEST(Verdict, NothingWrong)
{
    const Verdict verdict = verdictOf(run());
    EXPECT_EQ(verdict.finding, Finding::NothingWrong);
    EXPECT_TRUE(verdict.advice.empty());
    EXPECT_TRUE(verdict.nextLook); // whether they slow one another down
}

TEST(Verdict, FreeCoresAreWorthAWord)
{
    RunFigures figures = run();
    figures.cores = 8;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::NothingWrong);
    EXPECT_EQ(verdict.advice, (std::vector<Change>{{Change::Setting::Workers, 8}}));
    EXPECT_DOUBLE_EQ(*verdict.gain, 4);
}

/// So many new interpreters on two cores, each of which loaded a task of so many seconds of CPU
/// time and megabytes.
RunFigures loading(std::uint32_t workers, double seconds, double megabytes)
{
    RunFigures figures = run();
    figures.workers = workers;
    figures.couldBeCopies = true;
    figures.starts.interpreter = 10e6;
    figures.starts.load = figures.starts.loadCpu = seconds * 1e9;
    figures.starts.contendedLoad = seconds * 1e9 * std::max(workers / 2.0, 1.0);
    figures.starts.memory = megabytes * 1e6;
    figures.startUp = Duration(figures.starts.contendedLoad + 10e6);
    return figures;
}

TEST(Verdict, CopiesAreProposedWhereLoadingTakesLong)
{
    const RunFigures figures = loading(64, 0.5, 50); // 16 s, instead of half a one
    const Verdict verdict = verdictOf(figures);
    ASSERT_TRUE(verdict.copies);
    EXPECT_EQ(verdict.copies->load, 16s);
    EXPECT_EQ(verdict.copies->memory.number, 50'000'000U);
    EXPECT_NEAR(inSeconds(verdict.copies->expected), 10.5, 0.5);
    EXPECT_NEAR(inSeconds(verdict.copies->elapsed), 26, 0.1);
    EXPECT_TRUE(verdict.copies->isFaster);
    EXPECT_EQ(verdict.copies->savedMemory.number, 63 * 50'000'000U);
    ASSERT_FALSE(verdict.advice.empty());
    EXPECT_EQ(verdict.advice.back(), Change{Change::Setting::Start});
    EXPECT_EQ(changed({}, verdict.advice).pool.start, WorkerStart::Fork);
}

TEST(Verdict, CopiesAreProposedWhereLoadingTakesMuchMemory)
{
    const Verdict verdict = verdictOf(loading(2, 0.03, 200));
    ASSERT_TRUE(verdict.copies);
    EXPECT_FALSE(verdict.copies->isFaster);
    EXPECT_EQ(verdict.copies->savedMemory.number, 200'000'000U);
    EXPECT_EQ(verdict.finding, Finding::NothingWrong);
}

TEST(Verdict, CopiesAreNotProposedWithoutNeed)
{
    const auto proposes = [](const RunFigures &figures) {
        const Verdict verdict = verdictOf(figures);
        return verdict.copies
            || std::find(
                   verdict.advice.begin(), verdict.advice.end(), Change{Change::Setting::Start})
            != verdict.advice.end();
    };
    EXPECT_FALSE(proposes(loading(2, 0.05, 20)));
    EXPECT_TRUE(proposes(loading(2, 0.051, 20)));
    EXPECT_TRUE(proposes(loading(2, 0.05, 20.1)));
    EXPECT_FALSE(proposes(loading(1, 5, 500))) << "there is nothing to share";
    RunFigures figures = loading(2, 5, 500);
    figures.couldBeCopies = false;
    EXPECT_FALSE(proposes(figures));
}

TEST(Verdict, AGainThatNoSettingBringsIsNotTakenForThatOfCopies)
{
    RunFigures figures = run({{Cause::Throttled, 10}});
    EXPECT_GT(*verdictOf(figures).gain, 1.5);
    figures.couldBeCopies = true;
    figures.starts.load = figures.starts.loadCpu = figures.starts.contendedLoad = 0.1e9;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Throttled);
    EXPECT_TRUE(verdict.countsStartUp);
    EXPECT_LT(*verdict.gain, 1.05);
}

TEST(Verdict, WhatCopiesGiveCountsFromStartToEnd)
{
    RunFigures figures = loading(64, 0.5, 50);
    figures.makespan = 1s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::StartUp);
    EXPECT_TRUE(verdict.countsStartUp);
    ASSERT_TRUE(verdict.gain);
    EXPECT_NEAR(*verdict.gain, 17.01 / 1.46, 0.3);
}

TEST(Verdict, Dispatch)
{
    RunFigures figures =
        run({{Cause::UnderWay, 12}, {Cause::TransferOut, 5}, {Cause::Coordinator, 2}});
    figures.iterations = figures.settled = figures.chunks = 1'000'000;
    figures.longestIteration = figures.longestChunk = 1e-5s;
    figures.chunk = figures.window = 1;
    figures.coordinatorBusy = 4s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Dispatch);
    EXPECT_EQ(
        verdict.advice, (std::vector<Change>{{Change::Setting::Chunk}, {Change::Setting::Window}}));
    EXPECT_GT(*verdict.gain, 15);
    EXPECT_LT(*verdict.gain, 20);
    const auto &dispatch = std::get<evidence::Dispatch>(verdict.evidence);
    EXPECT_NEAR(dispatch.perInput.count(), 19e3, 1);
    EXPECT_NEAR(dispatch.iteration.count(), 1e3, 1);
    EXPECT_NEAR(dispatch.time.ofWhole, 0.95, 1e-9);
}

TEST(Verdict, OfFewInputsDispatchGainsLessThanOfMany)
{
    const auto gain = [](std::uint64_t inputs) {
        RunFigures figures = run();
        const auto count = static_cast<double>(inputs);
        figures.makespan = count * 10us;
        figures.times = {};
        figures.times[Cause::OnCpu] = inputs * 200;
        figures.times[Cause::UnderWay] = inputs * 19'800;
        figures.busy = count * 200ns;
        figures.startUp = 0s;
        figures.iterations = figures.settled = figures.chunks = inputs;
        figures.chunk = figures.window = 1;
        figures.longestIteration = figures.longestChunk = 1e-6s;
        return *verdictOf(figures).gain;
    };
    EXPECT_LT(gain(5'000), gain(100'000));
    EXPECT_GT(gain(10'000'000), 90);
}

bool grownChunks(const RunFigures &figures)
{
    return std::get<evidence::Dispatch>(verdictOf(figures).evidence).chunksAreGrown;
}

TEST(Verdict, AutomaticChunksCanBeGrownOrNot)
{
    RunFigures figures =
        run({{Cause::UnderWay, 12}, {Cause::TransferOut, 5}, {Cause::Coordinator, 2}});
    figures.iterations = figures.settled = 10'000'000;
    figures.chunks = 1000;
    EXPECT_TRUE(grownChunks(figures));
    figures.iterations = figures.settled = 5000;
    figures.chunks = 20;
    EXPECT_FALSE(grownChunks(figures));
    EXPECT_TRUE(verdictOf(figures).advice.empty());
}

TEST(Verdict, CoordinatorSaturated)
{
    RunFigures figures = run({{Cause::Coordinator, 12}});
    figures.chunk = 1;
    figures.coordinatorBusy = 9.5s;
    EXPECT_EQ(findingOf(figures), Finding::CoordinatorSaturated);
}

TEST(Verdict, TailOfOneLongInput)
{
    RunFigures figures = run({{Cause::Tail, 6}});
    figures.longestIteration = figures.longestChunk = 6.5s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Tail);
    EXPECT_NEAR(*verdict.gain, 20.0 / 14, 1e-9);
}

TEST(Verdict, FewerInputsThanWorkers)
{
    RunFigures figures = run({{Cause::Tail, 10}});
    figures.iterations = figures.settled = figures.chunks = 1;
    figures.longestIteration = figures.longestChunk = 10s;
    figures.byWorker = {{WorkerId{1}, 1, 10s}, {WorkerId{2}, 0, 0s}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Tail);
    EXPECT_EQ(verdict.advice, (std::vector<Change>{{Change::Setting::Workers, 1}}));
}

TEST(Verdict, ChunksTooLarge)
{
    RunFigures figures = run({{Cause::Tail, 8}});
    figures.chunk = 1000;
    figures.longestChunk = 9s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::ChunksTooLarge);
    EXPECT_EQ(verdict.advice, (std::vector<Change>{{Change::Setting::Chunk}}));
    EXPECT_GT(*verdict.gain, 1.5);
}

TEST(Verdict, MoreWorkersThanCores)
{
    RunFigures figures = run({{Cause::Preempted, 10}});
    figures.workers = 8;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::TooManyWorkers);
    EXPECT_EQ(verdict.advice, (std::vector<Change>{{Change::Setting::Workers, 2}}));
}

TEST(Verdict, MoreProgramsThanCores)
{
    RunFigures figures = run({{Cause::Unknown, 12}});
    figures.workers = 8;
    figures.startsPrograms = true;
    EXPECT_EQ(findingOf(figures), Finding::TooManyWorkers);
}

TEST(Verdict, ThreadsWithinWorkers)
{
    RunFigures figures = run();
    figures.threads = 8;
    figures.threadRunQueue = 60s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::ThreadsOversubscribe);
    ASSERT_FALSE(verdict.advice.empty());
    EXPECT_EQ(
        verdict.advice.front(), (Change{Change::Setting::Environment, {}, "OMP_NUM_THREADS", "1"}));
}

TEST(Verdict, OtherProgramsTakeTheCores)
{
    EXPECT_EQ(findingOf(run({{Cause::Preempted, 6}})), Finding::MachineBusy);
}

TEST(Verdict, WaitingIsHelpedByMoreWorkersThanCores)
{
    const Verdict verdict = verdictOf(run({{Cause::Waiting, 19}}));
    EXPECT_EQ(verdict.finding, Finding::WaitsWithin);
    ASSERT_EQ(verdict.advice.size(), 1U);
    EXPECT_EQ(verdict.advice[0].setting, Change::Setting::Workers);
    EXPECT_EQ(verdict.advice[0].number, 32U);
    EXPECT_DOUBLE_EQ(*verdict.gain, 16);
}

TEST(Verdict, MoreWorkersDoNotHelpWhereOneChunkIsAll)
{
    RunFigures figures = run({{Cause::Waiting, 9.9}, {Cause::Tail, 10}});
    figures.chunk = 1000;
    figures.chunks = 1;
    figures.longestChunk = 10s;
    EXPECT_EQ(findingOf(figures), Finding::ChunksTooLarge);
}

TEST(Verdict, MemoryBandwidth)
{
    RunFigures figures = run();
    figures.cores = 8;
    figures.bySize = {{1, 500, 5s}, {4, 500, 10s}};
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
    figures.bySize = {{1, 500, 5s}, {4, 500, 5.5s}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
}

TEST(Verdict, StartUp)
{
    RunFigures figures = run();
    figures.startUp = 30s;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
}

TEST(Verdict, AStartThatTookLongDoesNotHideWhatTheRunWentWith)
{
    RunFigures figures = run({{Cause::UnderWay, 15}});
    figures.chunk = 1;
    figures.startUp = 20s;
    EXPECT_EQ(findingOf(figures), Finding::Dispatch);
    figures.startUp = 100s;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
    figures.startUp = 20s;
    figures.chunk.reset();
    EXPECT_EQ(findingOf(figures), Finding::StartUp) << "there is nothing to be mended but that";
}

TEST(Verdict, ASlowWorker)
{
    RunFigures figures = run();
    figures.byWorker = {{WorkerId{1}, 750, 9.9s}, {WorkerId{2}, 250, 9.9s}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::SlowWorker);
    EXPECT_EQ(std::get<evidence::SlowWorker>(verdict.evidence).worker, WorkerId{2});
}

TEST(Verdict, Throttled)
{
    EXPECT_EQ(findingOf(run({{Cause::Throttled, 10}, {Cause::Preempted, 3}})), Finding::Throttled);
}

TEST(Verdict, AQuotaThatHoldsBackWhoHandsOverIsNoDispatch)
{
    RunFigures figures = run({{Cause::Throttled, 3}, {Cause::TransferOut, 10}});
    EXPECT_EQ(findingOf(figures), Finding::Dispatch);
    figures.throttled = 9s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Throttled);
    EXPECT_NEAR(std::get<evidence::Blocked>(verdict.evidence).time.ofWhole, 0.45, 1e-9);
}

TEST(Verdict, WhatBlocks)
{
    const Verdict order = verdictOf(run({{Cause::Order, 9}}));
    EXPECT_EQ(order.finding, Finding::OrderBlocks);
    EXPECT_EQ(order.advice, (std::vector<Change>{{Change::Setting::Unordered}}));
    EXPECT_EQ(findingOf(run({{Cause::Consumer, 9}})), Finding::ConsumerBlocks);
    EXPECT_EQ(findingOf(run({{Cause::Disk, 9}})), Finding::DiskBlocks);
    EXPECT_EQ(findingOf(run({{Cause::Input, 9}})), Finding::InputsAreSlow);
}

TEST(Verdict, Failures)
{
    RunFigures figures = run({{Cause::Lost, 9}});
    figures.restarts = 40;
    EXPECT_EQ(findingOf(figures), Finding::Failures);
}

TEST(Verdict, AnInputThatNeverFinishedComesFirst)
{
    RunFigures figures = run({{Cause::Tail, 9}});
    const Duration mean = (figures.busy - 8s) / 1000;
    figures.unfinished = {3, 1, WorkerId{2}, 8s};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::NeverFinished);
    const auto &last = std::get<evidence::NeverFinished>(verdict.evidence);
    EXPECT_EQ(last.unfinished.first, 3U);
    EXPECT_EQ(last.unfinished.worker, WorkerId{2});
    EXPECT_EQ(last.othersIteration, mean);
}

TEST(Verdict, WhatAStopCutShortIsNoInputThatNeverFinished)
{
    RunFigures figures = run();
    figures.unfinished = {3, 1, WorkerId{2}, 0.99s};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "less than a second";
    figures.unfinished.duration = 1s;
    EXPECT_EQ(findingOf(figures), Finding::NeverFinished);
    figures.iterations = 17;
    figures.unfinished.duration = 10s; // others: 10 s / 17 = 0.588 s
    EXPECT_EQ(findingOf(figures), Finding::NeverFinished);
    figures.iterations = 9; // others: 1.11 s
    EXPECT_NE(findingOf(figures), Finding::NeverFinished) << "less than ten times the mean";
}

TEST(Verdict, AnInputThatNeverFinishedCanBeTheOnlyOne)
{
    RunFigures figures = run();
    figures.settled = figures.iterations = 0;
    figures.unfinished = {0, 1, WorkerId{1}, 58s};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::NeverFinished);
    EXPECT_FALSE(std::get<evidence::NeverFinished>(verdict.evidence).othersIteration);
}

TEST(Verdict, UnknownSaysWhatWouldTell)
{
    const Verdict verdict = verdictOf(run({{Cause::Unknown, 12}}));
    EXPECT_EQ(verdict.finding, Finding::Unknown);
    EXPECT_TRUE(verdict.nextLook);
    EXPECT_EQ(findingOf(RunFigures{}), Finding::Unknown);
}

TEST(Verdict, TheGreatestLossIsTold)
{
    RunFigures figures = run({{Cause::Tail, 3}, {Cause::Lost, 7}});
    figures.restarts = 3;
    EXPECT_EQ(findingOf(figures), Finding::Failures);
}

TEST(Verdict, AdviceGoesIntoASpec)
{
    RunSpec spec;
    spec.pool.chunk = 1;
    spec.pool.window = 1;
    const RunSpec better = changed(spec,
        {{Change::Setting::Chunk}, {Change::Setting::Window}, {Change::Setting::Workers, 7},
            {Change::Setting::Environment, {}, "A", "1"}, {Change::Setting::Unordered}});
    EXPECT_FALSE(better.pool.chunk);
    EXPECT_FALSE(better.pool.window);
    EXPECT_EQ(better.pool.workers, 7U);
    EXPECT_FALSE(changed(better, {{Change::Setting::Workers}}).pool.workers);
}

TEST(Verdict, ATenthOfTheTimeIsWorthAWord)
{
    const std::pair<Cause, Finding> causes[] = {{Cause::UnderWay, Finding::Dispatch},
        {Cause::Tail, Finding::Tail}, {Cause::Preempted, Finding::MachineBusy},
        {Cause::Throttled, Finding::Throttled}, {Cause::Order, Finding::OrderBlocks},
        {Cause::Consumer, Finding::ConsumerBlocks}, {Cause::Disk, Finding::DiskBlocks},
        {Cause::Input, Finding::InputsAreSlow}, {Cause::Lost, Finding::Failures}};
    for (const auto &[cause, finding] : causes) {
        EXPECT_EQ(findingOf(run({{cause, 1.9}})), Finding::NothingWrong) << causeName(cause);
        EXPECT_EQ(findingOf(run({{cause, 2.1}})), finding) << causeName(cause);
    }
}

TEST(Verdict, DispatchIsAllThatAChunkTakesOnItsWay)
{
    const Verdict verdict = verdictOf(run({{Cause::Coordinator, 0.6}, {Cause::UnderWay, 0.6},
        {Cause::TransferIn, 0.6}, {Cause::TransferOut, 0.6}}));
    EXPECT_EQ(verdict.finding, Finding::Dispatch);
    EXPECT_NEAR(verdict.loss, 2.4 / 20.02, 1e-9);
}

TEST(Verdict, PausesAndAbsenceAreNobodysTime)
{
    RunFigures figures = run({{Cause::Tail, 1.5}, {Cause::Paused, 4}, {Cause::Absent, 4}});
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Tail) << "1.5 s of 12";
    EXPECT_NEAR(verdict.loss, 1.5 / 12.02, 1e-9);
    EXPECT_NEAR(*verdict.rate, 1000.0 / (10 - 4.0 / 2) * 12 / 10.5, 1e-6)
        << "each worker was paused for 2 s";
}

TEST(Verdict, ACoordinatorThatIsBusyForThreeQuartersIsSaturated)
{
    RunFigures figures = run({{Cause::Coordinator, 12}});
    figures.chunk = 1;
    figures.coordinatorBusy = 7.4s;
    EXPECT_EQ(findingOf(figures), Finding::Dispatch);
    figures.coordinatorBusy = 7.6s;
    EXPECT_EQ(findingOf(figures), Finding::CoordinatorSaturated);
}

TEST(Verdict, OnlyWhatWasSetIsAdvisedToBecomeAutomatic)
{
    RunFigures figures = run({{Cause::UnderWay, 5}});
    figures.window = 2;
    EXPECT_TRUE(verdictOf(figures).advice.empty()) << "a window of two hides the way";
    figures.window = 1;
    const Verdict window = verdictOf(figures);
    EXPECT_EQ(window.advice, (std::vector<Change>{{Change::Setting::Window}}));
    EXPECT_NEAR(*window.gain, 1 / (1 - 5 / 20.02), 1e-9);
    figures.window.reset();
    figures.chunk = 1;
    EXPECT_EQ(verdictOf(figures).advice, (std::vector<Change>{{Change::Setting::Chunk}}));
}

TEST(Verdict, AutomaticChunksPayForDispatchWhileTheyGrow)
{
    RunFigures figures = run({{Cause::UnderWay, 10}});
    figures.chunk = 1;
    figures.chunks = 1000;
    // Each of the 500 of a worker, grown to by 8 times from one chunk to the next: 5 rounds of
    // two chunks, 10 ms each. Computing takes 5 s of each, and a hundredth for handing over.
    const double rounds = 2 + std::log(500) / std::log(8);
    EXPECT_NEAR(*verdictOf(figures).gain, 10 / (5 * 1.01 + 2 * rounds * 0.010), 1e-6);
    figures.cores = 0;
    EXPECT_NEAR(*verdictOf(figures).gain, 10 / (5 * 1.01 + 2 * rounds * 0.010), 1e-6);
    figures.cores = 1;
    EXPECT_NEAR(*verdictOf(figures).gain, 1, 0.1) << "two share a core";
    figures.chunks = 10;
    EXPECT_EQ(*verdictOf(figures).gain, 1) << "it does not get worse";
}

TEST(Verdict, AutomaticChunksDoNotMendAStartThatOneWorkerWorksThrough)
{
    RunFigures figures = run({{Cause::UnderWay, 8}, {Cause::Starting, 8}});
    figures.chunk = 1;
    figures.chunks = 1000;
    const double rounds = 2 + std::log(500) / std::log(8);
    // 4 s of computing, and 4 s for which each starts: one does it alone meanwhile.
    EXPECT_NEAR(*verdictOf(figures).gain, 10 / (4 * 1.01 + 2 * rounds * 0.008), 1e-6);
    figures = run({{Cause::UnderWay, 8}, {Cause::Starting, 2}});
    figures.chunk = 1;
    figures.chunks = 1000;
    EXPECT_NEAR(*verdictOf(figures).gain, 10 / ((5 + 1) * 1.01 + 2 * rounds * 0.008), 1e-6);
}

TEST(Verdict, SeveralInputsMakeAChunkTooLarge)
{
    RunFigures figures = run({{Cause::Tail, 8}});
    figures.chunk = 1000;
    figures.longestIteration = 5s;
    figures.longestChunk = 9.9s;
    EXPECT_EQ(findingOf(figures), Finding::Tail) << "one input took most of it";
    figures.longestChunk = 10.1s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::ChunksTooLarge);
    EXPECT_EQ(*verdict.gain, 1) << "12 s for two, and 5 s for the longest input";
    figures.longestIteration = 1s;
    EXPECT_NEAR(*verdictOf(figures).gain, 10.0 / (6 + 1), 1e-9);
    figures.busy = 11s;
    figures.longestIteration = 0.001s;
    EXPECT_NEAR(*verdictOf(figures).gain, 20.0 / 12, 1e-9) << "no more than the tail took";
    figures.chunk = 1;
    EXPECT_EQ(findingOf(figures), Finding::Tail) << "there is no smaller one";
    figures.chunk.reset();
    EXPECT_EQ(findingOf(figures), Finding::Tail) << "it was not set";
}

TEST(Verdict, FewInputsThatDoNotDivideEvenlyAreNoLongInput)
{
    using enum evidence::Tail::Why;
    const auto why = [](std::uint64_t inputs) {
        RunFigures figures = run({{Cause::Tail, 6}});
        figures.iterations = figures.settled = figures.chunks = inputs;
        return std::get<evidence::Tail>(verdictOf(figures).evidence).why;
    };
    EXPECT_EQ(why(3), UnevenInputs);
    EXPECT_EQ(why(7), UnevenInputs);
    EXPECT_EQ(why(2), LongInput) << "one each";
    EXPECT_EQ(why(6), LongInput) << "three each";
    EXPECT_EQ(why(9), LongInput) << "more than four each";
}

TEST(Verdict, ATailWithoutALongInputNeedsALookAtTheLanes)
{
    RunFigures figures = run({{Cause::Tail, 6}});
    figures.longestIteration = 3.1s;
    EXPECT_FALSE(verdictOf(figures).nextLook);
    figures.longestIteration = 2.9s;
    EXPECT_TRUE(verdictOf(figures).nextLook) << "the other was idle for 6 s";
}

TEST(Verdict, NothingIsSaidOfARunThatFinishedNothing)
{
    RunFigures figures = run({{Cause::Tail, 6}});
    figures.settled = 0;
    EXPECT_EQ(findingOf(figures), Finding::Unknown);
}

TEST(Verdict, AnInputThatNeverFinishedLostNoMoreThanAll)
{
    RunFigures figures = run();
    figures.unfinished = {3, 1, WorkerId{2}, 8s};
    EXPECT_NEAR(verdictOf(figures).loss, 0.4, 1e-9);
    figures.unfinished.duration = 30s;
    EXPECT_EQ(verdictOf(figures).loss, 1);
}

TEST(Verdict, ThreadsCompeteWhereTheyWaitOrWork)
{
    RunFigures figures = run();
    figures.threads = 2;
    figures.threadRunQueue = 2.1s; // of 22.1
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
    figures.threadRunQueue = 2.4s; // of 22.4
    EXPECT_EQ(findingOf(figures), Finding::ThreadsOversubscribe);
    EXPECT_NEAR(verdictOf(figures).loss, 2.4 / 22.42, 1e-9);
    figures.cores = 4;
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "there is a core for each";
    figures.cores = 0;
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "who knows";
    figures.cores = 3;
    figures.threads = 1;
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);

    figures = run({{Cause::Preempted, 3}});
    figures.threads = 2;
    figures.workersCpu = 1.1 * figures.busy;
    EXPECT_EQ(findingOf(figures), Finding::MachineBusy) << "no thread but the first works";
    figures.workersCpu = 1.2 * figures.busy;
    EXPECT_EQ(findingOf(figures), Finding::ThreadsOversubscribe);
    EXPECT_NEAR(verdictOf(figures).loss, 3 / 20.02, 1e-9);
    figures.workers = 1;
    figures.threads = 4;
    EXPECT_EQ(findingOf(figures), Finding::MachineBusy) << "one worker competes with nobody";
}

TEST(Verdict, ThreadsThatCompeteAreNotToldOfMoreWorkersThanCores)
{
    RunFigures figures = run({{Cause::Preempted, 1}});
    figures.workers = 8;
    figures.threads = 2;
    figures.threadRunQueue = 60s;
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
}

TEST(Verdict, WhatWasNotMeasuredIsNoWaitForACoreUnlessProgramsCompete)
{
    RunFigures figures = run({{Cause::Unknown, 12}});
    figures.startsPrograms = true;
    EXPECT_EQ(findingOf(figures), Finding::Unknown) << "as many workers as cores";
    figures.startsPrograms = false;
    figures.workers = 8;
    EXPECT_EQ(findingOf(figures), Finding::Unknown) << "no programs";
}

TEST(Verdict, WhoIsHeldUpAtWorkIsHeldUpInTransfersToo)
{
    const Verdict little = verdictOf(run({{Cause::Preempted, 1.9}, {Cause::TransferIn, 1.9}}));
    EXPECT_EQ(little.finding, Finding::NothingWrong);
    const Verdict verdict =
        verdictOf(run({{Cause::Preempted, 8}, {Cause::TransferIn, 2}, {Cause::TransferOut, 2}}));
    EXPECT_EQ(verdict.finding, Finding::MachineBusy);
    EXPECT_NEAR(verdict.loss, (8 + 4 * 8.0 / (8 + 8)) / 20.02, 1e-9) << "half of their time";
    EXPECT_NEAR(*verdict.gain, 20.0 / 12, 1e-9);
    const Verdict throttled = verdictOf(run({{Cause::Throttled, 8}, {Cause::TransferOut, 4}}));
    EXPECT_EQ(throttled.finding, Finding::Throttled);
    EXPECT_NEAR(throttled.loss, (8 + 4 * 8.0 / (8 + 8)) / 20.02, 1e-9);
    EXPECT_NEAR(*throttled.gain, 20.0 / 12, 1e-9);
}

TEST(Verdict, MoreWorkersWaitUpToSixtyFour)
{
    const auto advised = [](const RunFigures &figures) {
        const Verdict verdict = verdictOf(figures);
        return verdict.advice.empty() ? std::nullopt : verdict.advice[0].number;
    };
    RunFigures figures = run({{Cause::Waiting, 19.8}}); // would be 160
    EXPECT_EQ(advised(figures), 64U);
    figures.iterations = figures.settled = 40;
    EXPECT_EQ(advised(figures), 20U) << "two inputs each";
    figures = run({{Cause::Waiting, 19}});
    figures.cores = 0;
    EXPECT_EQ(advised(figures), 16U) << "at least one core there is";
    figures = run({{Cause::Waiting, 15}});
    EXPECT_EQ(advised(figures), 6U) << "6.4 for 0.8 of two cores";
}

TEST(Verdict, AFifthOfWaitingIsWorthMoreWorkers)
{
    RunFigures figures = run({{Cause::Waiting, 3.9}});
    figures.cores = 8;
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
    figures = run({{Cause::Waiting, 4.1}});
    figures.cores = 8;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::WaitsWithin);
    EXPECT_NEAR(verdict.loss, 4.1 / 20.02, 1e-9);
}

TEST(Verdict, WhereMoreWorkersDoNotHelpWaitingLosesNothing)
{
    RunFigures figures = run({{Cause::Waiting, 15}});
    figures.workers = 64;
    figures.cores = 64;
    figures.iterations = figures.settled = 128;
    Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::WaitsWithin);
    EXPECT_EQ(verdict.loss, 0) << "there are enough of them";
    EXPECT_TRUE(verdict.advice.empty());
    figures = run({{Cause::Waiting, 15}, {Cause::Tail, 3}});
    figures.longestChunk = 9.2s;
    verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Tail) << "one chunk takes nearly all the time";
    figures = run({{Cause::Waiting, 15}});
    figures.longestChunk = 9.2s;
    EXPECT_TRUE(verdictOf(figures).advice.empty()) << "less than a tenth";
    figures.longestChunk = 8.5s;
    verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::WaitsWithin);
    EXPECT_NEAR(*verdict.gain, 10 / 8.5, 1e-9);
    EXPECT_NEAR(verdict.loss, 0.15, 1e-9) << "what it would gain, not what it waits";
}

TEST(Verdict, MemoryBandwidthIsToldFromAQuarterOn)
{
    RunFigures figures = run();
    figures.cores = 8;
    figures.bySize = {{1, 500, 5s}, {4, 500, 6.2s}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
    figures.bySize = {{1, 500, 5s}, {2, 500, 5s}, {4, 500, 6.4s}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::MemoryBandwidth);
    EXPECT_NEAR(verdict.loss, 1 - 5 / 6.4, 1e-9);
    figures.bySize = {{0, 500, 5s}, {4, 500, 10s}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "of how many workers is not known";
    figures.bySize = {{1, 29, 0.29s}, {4, 500, 10s}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "too few iterations";
    figures.bySize = {{1, 30, 0.3s}, {4, 500, 10s}};
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
    figures.bySize = {{1, 500, 5s}, {8, 500, 10s}};
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
    figures.bySize = {{1, 500, 5s}, {9, 500, 10s}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "more than cores take longer anyway";
    figures.cores = 0;
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
}

TEST(Verdict, IterationsThatWaitForSomethingElseDoNotShowMemoryBandwidth)
{
    for (const Cause cause : {Cause::Preempted, Cause::Throttled, Cause::Waiting}) {
        RunFigures figures = run({{cause, 2.1}});
        figures.cores = 8;
        figures.bySize = {{1, 500, 5s}, {4, 500, 10s}};
        EXPECT_NE(findingOf(figures), Finding::MemoryBandwidth) << causeName(cause);
        figures = run({{cause, 1.9}});
        figures.cores = 8;
        figures.bySize = {{1, 500, 5s}, {4, 500, 10s}};
        EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth) << causeName(cause);
    }
}

TEST(Verdict, HalfOfTheTimeIsWhatStartingMayTake)
{
    RunFigures figures = run();
    figures.startUp = 9.8s;
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
    figures.startUp = 10.2s;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
    figures = run({{Cause::Starting, 10}});
    figures.startUp = 0.2s;
    EXPECT_EQ(findingOf(figures), Finding::StartUp) << "workers that start later count";
}

TEST(Verdict, FourTimesTheWorkIsTooLongAStartToBeHidden)
{
    RunFigures figures = run({{Cause::UnderWay, 11}});
    figures.chunk = 1;
    figures.startUp = 39s;
    EXPECT_EQ(findingOf(figures), Finding::Dispatch);
    figures.startUp = 41s;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
    figures = run({{Cause::UnderWay, 9}});
    figures.chunk = 1;
    figures.startUp = 39s;
    EXPECT_EQ(findingOf(figures), Finding::StartUp) << "handing over is less than half";
}

TEST(Verdict, ASlowWorkerTakesHalfAsLongAgain)
{
    const auto finding = [](std::vector<RunFigures::WorkerPace> paces) {
        RunFigures figures = run();
        figures.byWorker = std::move(paces);
        return findingOf(figures);
    };
    EXPECT_EQ(
        finding({{WorkerId{1}, 500, 10s}, {WorkerId{2}, 340, 10s}}), Finding::NothingWrong); // 1.47
    EXPECT_EQ(
        finding({{WorkerId{1}, 500, 10s}, {WorkerId{2}, 330, 10s}}), Finding::SlowWorker); // 1.52
    EXPECT_EQ(finding({{WorkerId{1}, 330, 10s}, {WorkerId{2}, 500, 10s}}), Finding::SlowWorker);
    EXPECT_EQ(finding({{WorkerId{1}, 300, 5s}, {WorkerId{2}, 300, 7s}, {WorkerId{3}, 300, 10s}}),
        Finding::NothingWrong)
        << "the next is not much faster";
    EXPECT_EQ(finding({{WorkerId{1}, 300, 7s}, {WorkerId{2}, 300, 5s}, {WorkerId{3}, 300, 10s}}),
        Finding::NothingWrong);
    EXPECT_EQ(finding({{WorkerId{1}, 500, 5s}, {WorkerId{2}, 29, 10s}}), Finding::NothingWrong)
        << "too few inputs";
    EXPECT_EQ(finding({{WorkerId{1}, 500, 5s}, {WorkerId{2}, 30, 10s}}), Finding::SlowWorker);
    EXPECT_EQ(finding({{WorkerId{1}, 30, 0.3s}, {WorkerId{2}, 500, 10s}}), Finding::SlowWorker);
    EXPECT_EQ(finding({{WorkerId{1}, 29, 0.29s}, {WorkerId{2}, 500, 10s}}), Finding::NothingWrong)
        << "there is nothing to compare it with";
    EXPECT_EQ(finding({{WorkerId{1}, 500, 5s}, {WorkerId{2}, 100, 2.8s}}), Finding::NothingWrong)
        << "1.8 s of 20";
    EXPECT_EQ(finding({{WorkerId{1}, 500, 10s}}), Finding::NothingWrong);
    EXPECT_EQ(finding({{WorkerId{1}, 300, 5s}, {WorkerId{2}, 300, 12s}, {WorkerId{3}, 29, 30s}}),
        Finding::SlowWorker)
        << "whatever the third had";
}

TEST(Verdict, ASlowWorkerGainsWhatItLost)
{
    RunFigures figures = run();
    figures.byWorker = {{WorkerId{1}, 500, 5s}, {WorkerId{2}, 500, 15s}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_NEAR(verdict.loss, 10 / 20.02, 1e-9);
    EXPECT_NEAR(*verdict.gain, 2, 1e-9);
    figures = run({{Cause::Waiting, 16}});
    figures.byWorker = {{WorkerId{1}, 500, 5s}, {WorkerId{2}, 300, 6.5s}};
    EXPECT_EQ(findingOf(figures), Finding::SlowWorker) << "though it waits for longer";
    figures = run({{Cause::Tail, 8}});
    figures.byWorker = {{WorkerId{1}, 500, 5s}, {WorkerId{2}, 300, 6s}};
    EXPECT_EQ(findingOf(figures), Finding::Tail) << "that took longer than 3 s";
}

TEST(Verdict, TheGreatestOfWhatBlocksIsTold)
{
    EXPECT_EQ(findingOf(run({{Cause::Order, 3}, {Cause::Consumer, 4}})), Finding::ConsumerBlocks);
    EXPECT_EQ(findingOf(run({{Cause::Order, 4}, {Cause::Consumer, 3}})), Finding::OrderBlocks);
    EXPECT_EQ(findingOf(run({{Cause::Order, 3}, {Cause::Consumer, 3}})), Finding::OrderBlocks)
        << "of two that lose the same, the first";
    EXPECT_NEAR(*verdictOf(run({{Cause::Order, 5}})).gain, 20.0 / 15, 1e-9);
}

TEST(Verdict, OfCausesThatLoseTheSameTheFirstIsTold)
{
    EXPECT_EQ(findingOf(run({{Cause::Order, 4}, {Cause::Tail, 4}})), Finding::OrderBlocks);
    EXPECT_EQ(findingOf(run({{Cause::Order, 4}, {Cause::Tail, 5}})), Finding::Tail);
}

TEST(Verdict, NoGainIsWithoutABound)
{
    for (const Cause cause : {Cause::Lost, Cause::Throttled, Cause::Preempted, Cause::Order})
        EXPECT_DOUBLE_EQ(*verdictOf(run({{cause, 19.9}})).gain, 10) << causeName(cause);
    RunFigures figures = run({{Cause::UnderWay, 19.9}});
    figures.window = 1;
    EXPECT_DOUBLE_EQ(*verdictOf(figures).gain, 10);
    EXPECT_NEAR(*verdictOf(run({{Cause::Lost, 5}})).gain, 20.0 / 15, 1e-9);
}

TEST(Verdict, AThirdThatWasNotMeasuredIsTooMuch)
{
    EXPECT_EQ(findingOf(run({{Cause::Unknown, 6.9}})), Finding::NothingWrong);
    const Verdict verdict = verdictOf(run({{Cause::Unknown, 7.1}}));
    EXPECT_EQ(verdict.finding, Finding::Unknown);
    EXPECT_EQ(verdict.nextLook, NextLook::LongerRun);
    RunFigures figures = run({{Cause::Unknown, 7.1}});
    figures.startsPrograms = true;
    EXPECT_EQ(verdictOf(figures).nextLook, NextLook::AsManyWorkersAsCores);
}

TEST(Verdict, MoreWorkersAreAdvisedForFreeCoresThatInputsAreLeftFor)
{
    RunFigures figures = run();
    figures.cores = 8;
    figures.iterations = figures.settled = 8;
    EXPECT_TRUE(verdictOf(figures).advice.empty()) << "no core would do more than one";
    figures.iterations = figures.settled = 9;
    EXPECT_FALSE(verdictOf(figures).advice.empty());
}

TEST(Verdict, OneWorkerOrSeveralSizesTellWhetherTheySlowOneAnotherDown)
{
    RunFigures figures = run();
    figures.bySize = {{1, 500, 10s}, {2, 500, 10s}};
    EXPECT_FALSE(verdictOf(figures).nextLook);
    figures = run();
    figures.workers = 1;
    EXPECT_FALSE(verdictOf(figures).nextLook);
}

TEST(Verdict, OfAHandfulOfChunksItIsNotSaidThatTheyAreGrown)
{
    RunFigures figures = run({{Cause::UnderWay, 12}});
    figures.chunks = 64;
    EXPECT_FALSE(grownChunks(figures));
    figures.chunks = 66;
    EXPECT_TRUE(grownChunks(figures));
}

TEST(Verdict, WithoutAnyChunkNothingWasHandedOver)
{
    RunFigures figures = run({{Cause::UnderWay, 12}});
    figures.chunks = 0;
    EXPECT_NE(findingOf(figures), Finding::Dispatch);
}

TEST(Verdict, AQuotaIsNotBlamedForMoreThanDispatch)
{
    RunFigures figures = run({{Cause::Throttled, 3}, {Cause::TransferOut, 2}});
    figures.throttled = 15s;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Throttled);
    EXPECT_NEAR(verdict.loss, 5 / 20.02, 1e-9);
    figures.throttled = 1s; // less than what was measured within iterations
    EXPECT_NEAR(verdictOf(figures).loss, 3.0 / 20.02 + 2 * 3 / 18.0 / 20.02, 1e-9);
}

TEST(Verdict, FiguresAreWhatTheWorkersComeToTogether)
{
    MadeUpRun run;
    run.recorder->take(event::PoolResized{2, 0});
    Accounting accounting;
    accounting.begin = accounting.startUp = 2'000'000'000;
    accounting.end = 6'000'000'000;
    accounting.coordinator.busy = 500'000'000;
    accounting.coordinator.throttled = 250'000'000;
    for (const std::uint64_t i : {2, 1}) {
        WorkerAccounting &worker = accounting.workers.emplace_back();
        worker.id = workerOf(i - 1);
        worker.busy = i * 1'000'000'000;
        worker.cpu = i * 500'000'000;
        worker.iterations = 5 * i - 4; // 6 and 1
        worker.chunks = i;
        worker.longestChunk = worker.longestIteration = i * 500'000'000;
        worker.restarts = static_cast<std::uint32_t>(i);
        worker.threads = static_cast<std::uint32_t>(i);
        worker.threadRunQueue = i * 250'000'000;
    }
    const RunFigures figures = figuresOf(accounting, {}, run.timeline(), {4, true});
    EXPECT_EQ(figures.workers, 2U);
    EXPECT_EQ(figures.cores, 4U);
    EXPECT_TRUE(figures.startsPrograms);
    EXPECT_EQ(figures.makespan, 4s);
    EXPECT_EQ(figures.startUp, 2s);
    EXPECT_EQ(figures.coordinatorBusy, 0.5s);
    EXPECT_EQ(figures.throttled, 0.25s);
    EXPECT_EQ(figures.busy, 3s);
    EXPECT_EQ(figures.workersCpu, 1.5s);
    EXPECT_EQ(figures.iterations, 7U);
    EXPECT_EQ(figures.chunks, 3U);
    EXPECT_EQ(figures.longestChunk, 1s);
    EXPECT_EQ(figures.longestIteration, 1s);
    EXPECT_EQ(figures.restarts, 3U);
    EXPECT_EQ(figures.threads, 2U);
    EXPECT_EQ(figures.threadRunQueue, 0.75s);
    ASSERT_EQ(figures.byWorker.size(), 2U);
    EXPECT_EQ(figures.byWorker[0].iterations, 5U) << "without the longest";
    EXPECT_EQ(figures.byWorker[0].busy, 1s);
    EXPECT_EQ(figures.byWorker[1].iterations, 1U) << "the only one";
    EXPECT_EQ(figures.byWorker[1].busy, 1s);
}

TEST(Verdict, OfAStoppedRunWhatRanLongestIsUnfinished)
{
    constexpr std::uint64_t second = 1'000'000'000;
    MadeUpRun run;
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Starting, 0});
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, second});
    }
    run.recorder->take(event::FirstDispatched{second});
    run.recorder->take(event::SpanOpen{WorkerId{1}, {2 * second, 7, 1, 60 * second}});
    run.recorder->take(event::SpanOpen{WorkerId{2}, {20 * second, 8, 1, 60 * second}});
    EXPECT_EQ(figuresOf({}, {}, run.timeline(), {}).unfinished.count, 0U) << "it goes on";
    run.recorder->take(event::RunStopped{60 * second});
    const RunFigures::Unfinished last = figuresOf({}, {}, run.timeline(), {}).unfinished;
    EXPECT_EQ(last.first, 7U);
    EXPECT_EQ(last.worker, WorkerId{1});
    EXPECT_EQ(last.duration, 58s);
}

} // namespace
} // namespace poolscope
