// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/figuretext.h"
#include "analysis/verdict.h"

#include <gtest/gtest.h>
#include <initializer_list>
#include <utility>

namespace poolscope {

using namespace sentence;

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
        "Input 3 never finished (8 s on worker 2). The others took " + durationText(mean)
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
}

TEST(FigureText, IsRoundedToWhatIsWorthReading)
{
    EXPECT_EQ(durationText(19.4e-6), "19 us");
    EXPECT_EQ(durationText(205e-9), "205 ns");
    EXPECT_EQ(durationText(1.54), "1.5 s");
    EXPECT_EQ(durationText(130), "2 min 10 s");
    EXPECT_EQ(rateText(2044), "2044 it/s");
    EXPECT_EQ(rateText(1.84e6), "1.8 M it/s");
    EXPECT_EQ(percentText(0.004), "less than 1%");
    EXPECT_EQ(percentText(0.37), "37%");
    EXPECT_EQ(factorText(1.76), "1.8 x");
    EXPECT_EQ(factorText(150.2), "150 x");
}

} // namespace
} // namespace poolscope
