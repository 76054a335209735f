// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/shortverdict.h"
#include "analysis/verdict.h"
#include "madeuprun.h"
#include "text/figures.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <initializer_list>
#include <utility>

namespace poolscope {

namespace {

/// Two workers on two cores for 10 s, 1000 inputs of 19 ms in chunks of 10: nothing is wrong. The
/// times that are named take away from computing.
RunFigures run(std::initializer_list<std::pair<Cause, double>> seconds = {})
{
    RunFigures figures;
    figures.workers = 2;
    figures.cores = 2;
    figures.makespan = 10;
    figures.startUp = 0.01;
    figures.iterations = figures.settled = 1000;
    figures.chunks = 100;
    figures.longestIteration = 0.03;
    figures.longestChunk = 0.25;
    double rest = 20;
    for (const auto &[cause, time] : seconds) {
        figures.times[cause] = static_cast<std::uint64_t>(time * 1e9);
        rest -= time;
    }
    figures.times[Cause::OnCpu] = static_cast<std::uint64_t>(rest * 1e9);
    figures.busy = rest;
    for (const Cause cause : {Cause::Waiting, Cause::Preempted, Cause::Throttled})
        figures.busy += static_cast<double>(figures.times[cause]) / 1e9;
    figures.workersCpu = rest;
    figures.byWorker = {{1, 500, figures.busy / 2}, {2, 500, figures.busy / 2}};
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
    EXPECT_FALSE(verdict.wouldTell.empty()); // whether they slow one another down
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
    figures.startUp = (figures.starts.contendedLoad + 10e6) / 1e9;
    return figures;
}

TEST(Verdict, CopiesAreProposedWhereLoadingTakesLong)
{
    const RunFigures figures = loading(64, 0.5, 50); // 16 s, instead of half a one
    const Verdict verdict = verdictOf(figures);
    EXPECT_NE(verdict.text.find("which took 16 s and 50 MB"), std::string::npos) << verdict.text;
    EXPECT_NE(verdict.text.find("10 s instead of 26 s"), std::string::npos) << verdict.text;
    EXPECT_NE(verdict.text.find("3.1 GB less memory"), std::string::npos) << verdict.text;
    ASSERT_FALSE(verdict.advice.empty());
    EXPECT_EQ(changeText(verdict.advice.back()), "--start fork");
    EXPECT_EQ(changed({}, verdict.advice).pool.start, WorkerStart::Fork);
}

TEST(Verdict, CopiesAreProposedWhereLoadingTakesMuchMemory)
{
    const Verdict verdict = verdictOf(loading(2, 0.03, 200));
    EXPECT_NE(verdict.text.find("the same time from start to end, and 200 MB less memory"),
        std::string::npos)
        << verdict.text;
    EXPECT_EQ(verdict.finding, Finding::NothingWrong);
}

TEST(Verdict, CopiesAreNotProposedWithoutNeed)
{
    const auto proposes = [](const RunFigures &figures) {
        const Verdict verdict = verdictOf(figures);
        return verdict.text.find("copies") != std::string::npos
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
    figures.makespan = 1;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::StartUp);
    EXPECT_TRUE(verdict.countsStartUp);
    ASSERT_TRUE(verdict.gain);
    EXPECT_NEAR(*verdict.gain, 17.01 / 1.46, 0.3);
}

TEST(Verdict, HandingOver)
{
    RunFigures figures =
        run({{Cause::UnderWay, 12}, {Cause::TransferOut, 5}, {Cause::Coordinator, 2}});
    figures.iterations = figures.settled = figures.chunks = 1'000'000;
    figures.longestIteration = figures.longestChunk = 1e-5;
    figures.chunk = figures.window = 1;
    figures.coordinatorBusy = 4;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::HandingOver);
    EXPECT_EQ(
        verdict.advice, (std::vector<Change>{{Change::Setting::Chunk}, {Change::Setting::Window}}));
    EXPECT_GT(*verdict.gain, 15);
    EXPECT_LT(*verdict.gain, 20);
    EXPECT_NE(verdict.text.find("19 us"), std::string::npos) << verdict.text;
    EXPECT_NE(verdict.text.find("--chunk auto"), std::string::npos) << verdict.text;
}

TEST(Verdict, OfFewInputsHandingOverGainsLessThanOfMany)
{
    const auto gain = [](std::uint64_t inputs) {
        RunFigures figures = run();
        const auto count = static_cast<double>(inputs);
        figures.makespan = count * 10e-6;
        figures.times = {};
        figures.times[Cause::OnCpu] = inputs * 200;
        figures.times[Cause::UnderWay] = inputs * 19'800;
        figures.busy = count * 200e-9;
        figures.startUp = 0;
        figures.iterations = figures.settled = figures.chunks = inputs;
        figures.chunk = figures.window = 1;
        figures.longestIteration = figures.longestChunk = 1e-6;
        return *verdictOf(figures).gain;
    };
    EXPECT_LT(gain(5'000), gain(100'000));
    EXPECT_GT(gain(10'000'000), 90);
}

TEST(Verdict, WhereChunksAreAutomaticItSaysWhatHandingOverIsLeft)
{
    RunFigures figures =
        run({{Cause::UnderWay, 12}, {Cause::TransferOut, 5}, {Cause::Coordinator, 2}});
    figures.iterations = figures.settled = 10'000'000;
    figures.chunks = 1000;
    EXPECT_NE(verdictOf(figures).text.find("Chunks hold 10000 inputs already"), std::string::npos);
    figures.iterations = figures.settled = 5000;
    figures.chunks = 20;
    EXPECT_NE(
        verdictOf(figures).text.find("5000 inputs are too few for 2 workers"), std::string::npos);
    EXPECT_TRUE(verdictOf(figures).advice.empty());
}

TEST(Verdict, CoordinatorSaturated)
{
    RunFigures figures = run({{Cause::Coordinator, 12}});
    figures.chunk = 1;
    figures.coordinatorBusy = 9.5;
    EXPECT_EQ(findingOf(figures), Finding::CoordinatorSaturated);
}

TEST(Verdict, TailOfOneLongInput)
{
    RunFigures figures = run({{Cause::Tail, 6}});
    figures.longestIteration = figures.longestChunk = 6.5;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Tail);
    EXPECT_NEAR(*verdict.gain, 20.0 / 14, 1e-9);
}

TEST(Verdict, FewerInputsThanWorkers)
{
    RunFigures figures = run({{Cause::Tail, 10}});
    figures.iterations = figures.settled = figures.chunks = 1;
    figures.longestIteration = figures.longestChunk = 10;
    figures.byWorker = {{1, 1, 10}, {2, 0, 0}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Tail);
    EXPECT_EQ(verdict.advice, (std::vector<Change>{{Change::Setting::Workers, 1}}));
}

TEST(Verdict, ChunksTooLarge)
{
    RunFigures figures = run({{Cause::Tail, 8}});
    figures.chunk = 1000;
    figures.longestChunk = 9;
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
    figures.threadRunQueue = 60;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::ThreadsOversubscribe);
    ASSERT_FALSE(verdict.advice.empty());
    EXPECT_EQ(changeText(verdict.advice.front()), "OMP_NUM_THREADS=1");
    EXPECT_NE(verdict.text.find("OMP_NUM_THREADS"), std::string::npos);
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
    figures.longestChunk = 10;
    EXPECT_EQ(findingOf(figures), Finding::ChunksTooLarge);
}

TEST(Verdict, MemoryBandwidth)
{
    RunFigures figures = run();
    figures.cores = 8;
    figures.bySize = {{1, 500, 5}, {4, 500, 10}};
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
    figures.bySize = {{1, 500, 5}, {4, 500, 5.5}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
}

TEST(Verdict, StartUp)
{
    RunFigures figures = run();
    figures.startUp = 30;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
}

TEST(Verdict, AStartThatTookLongDoesNotHideWhatTheRunWentWith)
{
    RunFigures figures = run({{Cause::UnderWay, 15}});
    figures.chunk = 1;
    figures.startUp = 20;
    EXPECT_EQ(findingOf(figures), Finding::HandingOver);
    figures.startUp = 100;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
    figures.startUp = 20;
    figures.chunk.reset();
    EXPECT_EQ(findingOf(figures), Finding::StartUp) << "there is nothing to be mended but that";
}

TEST(Verdict, ASlowWorker)
{
    RunFigures figures = run();
    figures.byWorker = {{1, 750, 9.9}, {2, 250, 9.9}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::SlowWorker);
    EXPECT_NE(verdict.text.find("Worker 2"), std::string::npos) << verdict.text;
}

TEST(Verdict, Throttled)
{
    EXPECT_EQ(findingOf(run({{Cause::Throttled, 10}, {Cause::Preempted, 3}})), Finding::Throttled);
}

TEST(Verdict, AQuotaThatHoldsBackWhoHandsOverIsNoHandingOver)
{
    RunFigures figures = run({{Cause::Throttled, 3}, {Cause::TransferOut, 10}});
    EXPECT_EQ(findingOf(figures), Finding::HandingOver);
    figures.throttled = 9;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Throttled);
    EXPECT_NE(verdict.text.find("45%"), std::string::npos) << verdict.text;
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
    const double mean = (figures.busy - 8) / 1000;
    figures.unfinished = {3, 1, 2, 8};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::NeverFinished);
    EXPECT_EQ(verdict.text,
        "Input 3 never finished (8 s on worker 2). The others took " + textOf(Seconds(mean))
            + " each. With --timeout an input fails that takes too long.");
    figures.unfinished = {3, 7, 2, 8};
    EXPECT_TRUE(verdictOf(figures).text.starts_with("One of the inputs 3 to 9 never finished"));
}

TEST(Verdict, WhatAStopCutShortIsNoInputThatNeverFinished)
{
    RunFigures figures = run();
    figures.unfinished = {3, 1, 2, 0.99};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "less than a second";
    figures.unfinished.duration = 1;
    EXPECT_EQ(findingOf(figures), Finding::NeverFinished);
    figures.iterations = 17;
    figures.unfinished.duration = 10; // others: 10 s / 17 = 0.588 s
    EXPECT_EQ(findingOf(figures), Finding::NeverFinished);
    figures.iterations = 9; // others: 1.11 s
    EXPECT_NE(findingOf(figures), Finding::NeverFinished) << "less than ten times the mean";
}

TEST(Verdict, AnInputThatNeverFinishedCanBeTheOnlyOne)
{
    RunFigures figures = run();
    figures.settled = figures.iterations = 0;
    figures.unfinished = {0, 1, 1, 58};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::NeverFinished);
    EXPECT_EQ(verdict.text.find("The others"), std::string::npos);
}

TEST(Verdict, UnknownSaysWhatWouldTell)
{
    const Verdict verdict = verdictOf(run({{Cause::Unknown, 12}}));
    EXPECT_EQ(verdict.finding, Finding::Unknown);
    EXPECT_FALSE(verdict.wouldTell.empty());
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
    const std::pair<Cause, Finding> causes[] = {{Cause::UnderWay, Finding::HandingOver},
        {Cause::Tail, Finding::Tail}, {Cause::Preempted, Finding::MachineBusy},
        {Cause::Throttled, Finding::Throttled}, {Cause::Order, Finding::OrderBlocks},
        {Cause::Consumer, Finding::ConsumerBlocks}, {Cause::Disk, Finding::DiskBlocks},
        {Cause::Input, Finding::InputsAreSlow}, {Cause::Lost, Finding::Failures}};
    for (const auto &[cause, finding] : causes) {
        EXPECT_EQ(findingOf(run({{cause, 1.9}})), Finding::NothingWrong) << causeName(cause);
        EXPECT_EQ(findingOf(run({{cause, 2.1}})), finding) << causeName(cause);
    }
}

TEST(Verdict, HandingOverIsAllThatAChunkTakesOnItsWay)
{
    const Verdict verdict = verdictOf(run({{Cause::Coordinator, 0.6}, {Cause::UnderWay, 0.6},
        {Cause::TransferIn, 0.6}, {Cause::TransferOut, 0.6}}));
    EXPECT_EQ(verdict.finding, Finding::HandingOver);
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
    figures.coordinatorBusy = 7.4;
    EXPECT_EQ(findingOf(figures), Finding::HandingOver);
    figures.coordinatorBusy = 7.6;
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

TEST(Verdict, AutomaticChunksPayForHandingOverWhileTheyGrow)
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
    figures.longestIteration = 5;
    figures.longestChunk = 9.9;
    EXPECT_EQ(findingOf(figures), Finding::Tail) << "one input took most of it";
    figures.longestChunk = 10.1;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::ChunksTooLarge);
    EXPECT_EQ(*verdict.gain, 1) << "12 s for two, and 5 s for the longest input";
    figures.longestIteration = 1;
    EXPECT_NEAR(*verdictOf(figures).gain, 10.0 / (6 + 1), 1e-9);
    figures.busy = 11;
    figures.longestIteration = 0.001;
    EXPECT_NEAR(*verdictOf(figures).gain, 20.0 / 12, 1e-9) << "no more than the tail took";
    figures.chunk = 1;
    EXPECT_EQ(findingOf(figures), Finding::Tail) << "there is no smaller one";
    figures.chunk.reset();
    EXPECT_EQ(findingOf(figures), Finding::Tail) << "it was not set";
}

TEST(Verdict, FewInputsThatDoNotDivideEvenlyAreNoLongInput)
{
    const auto text = [](std::uint64_t inputs) {
        RunFigures figures = run({{Cause::Tail, 6}});
        figures.iterations = figures.settled = figures.chunks = inputs;
        return verdictOf(figures).text;
    };
    EXPECT_NE(text(3).find("do not divide evenly"), std::string::npos);
    EXPECT_NE(text(7).find("do not divide evenly"), std::string::npos);
    EXPECT_NE(text(2).find("the longest input"), std::string::npos) << "one each";
    EXPECT_NE(text(6).find("the longest input"), std::string::npos) << "three each";
    EXPECT_NE(text(9).find("the longest input"), std::string::npos) << "more than four each";
}

TEST(Verdict, ATailWithoutALongInputNeedsALookAtTheLanes)
{
    RunFigures figures = run({{Cause::Tail, 6}});
    figures.longestIteration = 3.1;
    EXPECT_TRUE(verdictOf(figures).wouldTell.empty());
    figures.longestIteration = 2.9;
    EXPECT_FALSE(verdictOf(figures).wouldTell.empty()) << "the other was idle for 6 s";
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
    figures.unfinished = {3, 1, 2, 8};
    EXPECT_NEAR(verdictOf(figures).loss, 0.4, 1e-9);
    figures.unfinished.duration = 30;
    EXPECT_EQ(verdictOf(figures).loss, 1);
}

TEST(Verdict, ThreadsCompeteWhereTheyWaitOrWork)
{
    RunFigures figures = run();
    figures.threads = 2;
    figures.threadRunQueue = 2.1; // of 22.1
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
    figures.threadRunQueue = 2.4; // of 22.4
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
    figures.threadRunQueue = 60;
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
    figures.longestChunk = 9.2;
    verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Tail) << "one chunk takes nearly all the time";
    figures = run({{Cause::Waiting, 15}});
    figures.longestChunk = 9.2;
    EXPECT_TRUE(verdictOf(figures).advice.empty()) << "less than a tenth";
    figures.longestChunk = 8.5;
    verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::WaitsWithin);
    EXPECT_NEAR(*verdict.gain, 10 / 8.5, 1e-9);
    EXPECT_NEAR(verdict.loss, 0.15, 1e-9) << "what it would gain, not what it waits";
}

TEST(Verdict, MemoryBandwidthIsToldFromAQuarterOn)
{
    RunFigures figures = run();
    figures.cores = 8;
    figures.bySize = {{1, 500, 5}, {4, 500, 6.2}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
    figures.bySize = {{1, 500, 5}, {2, 500, 5}, {4, 500, 6.4}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::MemoryBandwidth);
    EXPECT_NEAR(verdict.loss, 1 - 5 / 6.4, 1e-9);
    figures.bySize = {{0, 500, 5}, {4, 500, 10}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "of how many workers is not known";
    figures.bySize = {{1, 29, 0.29}, {4, 500, 10}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "too few iterations";
    figures.bySize = {{1, 30, 0.3}, {4, 500, 10}};
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
    figures.bySize = {{1, 500, 5}, {8, 500, 10}};
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
    figures.bySize = {{1, 500, 5}, {9, 500, 10}};
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong) << "more than cores take longer anyway";
    figures.cores = 0;
    EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth);
}

TEST(Verdict, IterationsThatWaitForSomethingElseDoNotShowMemoryBandwidth)
{
    for (const Cause cause : {Cause::Preempted, Cause::Throttled, Cause::Waiting}) {
        RunFigures figures = run({{cause, 2.1}});
        figures.cores = 8;
        figures.bySize = {{1, 500, 5}, {4, 500, 10}};
        EXPECT_NE(findingOf(figures), Finding::MemoryBandwidth) << causeName(cause);
        figures = run({{cause, 1.9}});
        figures.cores = 8;
        figures.bySize = {{1, 500, 5}, {4, 500, 10}};
        EXPECT_EQ(findingOf(figures), Finding::MemoryBandwidth) << causeName(cause);
    }
}

TEST(Verdict, HalfOfTheTimeIsWhatStartingMayTake)
{
    RunFigures figures = run();
    figures.startUp = 9.8;
    EXPECT_EQ(findingOf(figures), Finding::NothingWrong);
    figures.startUp = 10.2;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
    figures = run({{Cause::Starting, 10}});
    figures.startUp = 0.2;
    EXPECT_EQ(findingOf(figures), Finding::StartUp) << "workers that start later count";
}

TEST(Verdict, FourTimesTheWorkIsTooLongAStartToBeHidden)
{
    RunFigures figures = run({{Cause::UnderWay, 11}});
    figures.chunk = 1;
    figures.startUp = 39;
    EXPECT_EQ(findingOf(figures), Finding::HandingOver);
    figures.startUp = 41;
    EXPECT_EQ(findingOf(figures), Finding::StartUp);
    figures = run({{Cause::UnderWay, 9}});
    figures.chunk = 1;
    figures.startUp = 39;
    EXPECT_EQ(findingOf(figures), Finding::StartUp) << "handing over is less than half";
}

TEST(Verdict, ASlowWorkerTakesHalfAsLongAgain)
{
    const auto finding = [](std::vector<RunFigures::Pace> paces) {
        RunFigures figures = run();
        figures.byWorker = std::move(paces);
        return findingOf(figures);
    };
    EXPECT_EQ(finding({{1, 500, 10}, {2, 340, 10}}), Finding::NothingWrong); // 1.47
    EXPECT_EQ(finding({{1, 500, 10}, {2, 330, 10}}), Finding::SlowWorker); // 1.52
    EXPECT_EQ(finding({{1, 330, 10}, {2, 500, 10}}), Finding::SlowWorker);
    EXPECT_EQ(finding({{1, 300, 5}, {2, 300, 7}, {3, 300, 10}}), Finding::NothingWrong)
        << "the next is not much faster";
    EXPECT_EQ(finding({{1, 300, 7}, {2, 300, 5}, {3, 300, 10}}), Finding::NothingWrong);
    EXPECT_EQ(finding({{1, 500, 5}, {2, 29, 10}}), Finding::NothingWrong) << "too few inputs";
    EXPECT_EQ(finding({{1, 500, 5}, {2, 30, 10}}), Finding::SlowWorker);
    EXPECT_EQ(finding({{1, 30, 0.3}, {2, 500, 10}}), Finding::SlowWorker);
    EXPECT_EQ(finding({{1, 29, 0.29}, {2, 500, 10}}), Finding::NothingWrong)
        << "there is nothing to compare it with";
    EXPECT_EQ(finding({{1, 500, 5}, {2, 100, 2.8}}), Finding::NothingWrong) << "1.8 s of 20";
    EXPECT_EQ(finding({{1, 500, 10}}), Finding::NothingWrong);
    EXPECT_EQ(finding({{1, 300, 5}, {2, 300, 12}, {3, 29, 30}}), Finding::SlowWorker)
        << "whatever the third had";
}

TEST(Verdict, ASlowWorkerGainsWhatItLost)
{
    RunFigures figures = run();
    figures.byWorker = {{1, 500, 5}, {2, 500, 15}};
    const Verdict verdict = verdictOf(figures);
    EXPECT_NEAR(verdict.loss, 10 / 20.02, 1e-9);
    EXPECT_NEAR(*verdict.gain, 2, 1e-9);
    figures = run({{Cause::Waiting, 16}});
    figures.byWorker = {{1, 500, 5}, {2, 300, 6.5}};
    EXPECT_EQ(findingOf(figures), Finding::SlowWorker) << "though it waits for longer";
    figures = run({{Cause::Tail, 8}});
    figures.byWorker = {{1, 500, 5}, {2, 300, 6}};
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
    EXPECT_NE(verdict.wouldTell.find("a longer run"), std::string::npos);
    RunFigures figures = run({{Cause::Unknown, 7.1}});
    figures.startsPrograms = true;
    EXPECT_NE(verdictOf(figures).wouldTell.find("as many workers as cores"), std::string::npos);
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
    figures.bySize = {{1, 500, 10}, {2, 500, 10}};
    EXPECT_TRUE(verdictOf(figures).wouldTell.empty());
    figures = run();
    figures.workers = 1;
    EXPECT_TRUE(verdictOf(figures).wouldTell.empty());
}

TEST(Verdict, OfAHandfulOfChunksItIsNotSaidThatTheyAreGrown)
{
    RunFigures figures = run({{Cause::UnderWay, 12}});
    figures.chunks = 64;
    EXPECT_NE(verdictOf(figures).text.find("as large as the inputs allow"), std::string::npos);
    figures.chunks = 66;
    EXPECT_NE(verdictOf(figures).text.find("inputs already"), std::string::npos);
}

TEST(Verdict, WithoutAnyChunkNothingWasHandedOver)
{
    RunFigures figures = run({{Cause::UnderWay, 12}});
    figures.chunks = 0;
    EXPECT_NE(findingOf(figures), Finding::HandingOver);
}

TEST(Verdict, AQuotaIsNotBlamedForMoreThanHandingOver)
{
    RunFigures figures = run({{Cause::Throttled, 3}, {Cause::TransferOut, 2}});
    figures.throttled = 15;
    const Verdict verdict = verdictOf(figures);
    EXPECT_EQ(verdict.finding, Finding::Throttled);
    EXPECT_NEAR(verdict.loss, 5 / 20.02, 1e-9);
    figures.throttled = 1; // less than what was measured within iterations
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
        worker.id = static_cast<WorkerId>(i);
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
    EXPECT_EQ(figures.makespan, 4);
    EXPECT_EQ(figures.startUp, 2);
    EXPECT_EQ(figures.coordinatorBusy, 0.5);
    EXPECT_EQ(figures.throttled, 0.25);
    EXPECT_EQ(figures.busy, 3);
    EXPECT_EQ(figures.workersCpu, 1.5);
    EXPECT_EQ(figures.iterations, 7U);
    EXPECT_EQ(figures.chunks, 3U);
    EXPECT_EQ(figures.longestChunk, 1);
    EXPECT_EQ(figures.longestIteration, 1);
    EXPECT_EQ(figures.restarts, 3U);
    EXPECT_EQ(figures.threads, 2U);
    EXPECT_EQ(figures.threadRunQueue, 0.75);
    ASSERT_EQ(figures.byWorker.size(), 2U);
    EXPECT_EQ(figures.byWorker[0].iterations, 5U) << "without the longest";
    EXPECT_EQ(figures.byWorker[0].busy, 1);
    EXPECT_EQ(figures.byWorker[1].iterations, 1U) << "the only one";
    EXPECT_EQ(figures.byWorker[1].busy, 1);
}

TEST(Verdict, OfAStoppedRunWhatRanLongestIsUnfinished)
{
    constexpr std::uint64_t second = 1'000'000'000;
    MadeUpRun run;
    for (const WorkerId worker : {1U, 2U}) {
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Starting, 0});
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, second});
    }
    run.recorder->take(event::FirstDispatched{second});
    run.recorder->take(event::SpanOpen{1, {2 * second, 7, 1, 60 * second}});
    run.recorder->take(event::SpanOpen{2, {20 * second, 8, 1, 60 * second}});
    EXPECT_EQ(figuresOf({}, {}, run.timeline(), {}).unfinished.count, 0U) << "it goes on";
    run.recorder->take(event::RunStopped{60 * second});
    const RunFigures::Unfinished last = figuresOf({}, {}, run.timeline(), {}).unfinished;
    EXPECT_EQ(last.first, 7U);
    EXPECT_EQ(last.worker, 1U);
    EXPECT_EQ(last.duration, 58);
}

TEST(ShortVerdict, NamesWhatToChangeAndWhatItGains)
{
    Verdict verdict;
    verdict.finding = Finding::HandingOver;
    verdict.gain = 17;
    EXPECT_EQ(shortText(verdict), "Handing over costs most") << "there is no advice";
    verdict.advice = {{Change::Setting::Chunk}, {Change::Setting::Window}};
    EXPECT_EQ(
        shortText(verdict), "Handing over costs most; --chunk auto --window auto: about 17 x");
    verdict.advice.push_back({Change::Setting::Workers, 4});
    verdict.gain.reset();
    EXPECT_EQ(shortText(verdict), "Handing over costs most; --chunk auto --window auto")
        << "two changes at most";
}

TEST(ShortVerdict, NamesNoGainBelowATwentieth)
{
    Verdict verdict;
    verdict.finding = Finding::TooManyWorkers;
    verdict.advice = {{Change::Setting::Workers, 2}};
    verdict.gain = 1.04;
    EXPECT_EQ(shortText(verdict), "More workers than cores; -j 2");
    verdict.gain = 1.06;
    EXPECT_EQ(shortText(verdict), "More workers than cores; -j 2: about 1.1 x");
}

TEST(FigureText, IsRoundedToWhatIsWorthReading)
{
    EXPECT_EQ(textOf(Seconds(19.4e-6)), "19 us");
    EXPECT_EQ(textOf(Seconds(205e-9)), "205 ns");
    EXPECT_EQ(textOf(Seconds(1.54)), "1.5 s");
    EXPECT_EQ(textOf(Seconds(130)), "2 min 10 s");
    EXPECT_EQ(textOf(Rate{2044}), "2044 it/s");
    EXPECT_EQ(textOf(Rate{1.84e6}), "1.8 M it/s");
    EXPECT_EQ(textOf(Share{0.004}), "less than 1%");
    EXPECT_EQ(textOf(Share{0.37}), "37%");
    EXPECT_EQ(textOf(Factor{1.76}), "1.8 x");
    EXPECT_EQ(textOf(Factor{150.2}), "150 x");
}

} // namespace
} // namespace poolscope
