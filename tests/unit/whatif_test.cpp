// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/whatif.h"
#include "freehandover.h"
#include "madeuprun.h"
#include "schedule/watchtime.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <random>

namespace poolscope {
namespace {

using testing::ElementsAre;

const DispatchCosts free = freeHandover();

RecordedWork workOf(const std::vector<double> &durations, const DispatchCosts &costs = free)
{
    RecordedWork work;
    for (const double duration : durations) {
        work.groups.push_back({work.inputs++, 1, static_cast<float>(duration)});
        work.total += duration;
        work.longest = std::max(work.longest, duration);
    }
    work.costs = costs;
    return work;
}

ReplaySetting settingOf(
    std::uint32_t workers, std::optional<std::uint64_t> chunk, std::optional<std::uint64_t> window)
{
    return {workers, {chunk, window}};
}

double makespan(const RecordedWork &work, const ReplaySetting &setting)
{
    return replay(work, setting)->makespan;
}

TEST(WhatIf, OneWorkerTakesTheSum)
{
    EXPECT_EQ(makespan(workOf({10, 20, 30, 40}), settingOf(1, 1, 1)), 100);
    EXPECT_EQ(makespan(workOf({10, 20, 30, 40}), settingOf(1, 3, 2)), 100);
    EXPECT_EQ(makespan(workOf({}), settingOf(1, 1, 1)), 0);
}

TEST(WhatIf, WhoeverIsFreeTakesTheNext)
{
    // 1: 10, then 30 until 40; 2: 20, then 40 until 60.
    EXPECT_EQ(makespan(workOf({10, 20, 30, 40}), settingOf(2, 1, 1)), 60);
    // A chunk of two each: 30 and 70.
    EXPECT_EQ(makespan(workOf({10, 20, 30, 40}), settingOf(2, 2, 1)), 70);
    EXPECT_EQ(makespan(workOf({10, 20, 30, 40}), settingOf(9, 1, 1)), 40);
}

TEST(WhatIf, AWindowKeepsAChunkBehindALongOne)
{
    // With two chunks each, the first worker holds 0 and 1, the other 2 and 3.
    EXPECT_EQ(makespan(workOf({100, 10, 10, 10}), settingOf(2, 1, 2)), 110);
    EXPECT_EQ(makespan(workOf({100, 10, 10, 10}), settingOf(2, 1, 1)), 100);
}

TEST(WhatIf, LongestFirstLeavesAShorterTail)
{
    const RecordedWork given = workOf({10, 20, 30, 40});
    const RecordedWork ordered = longestFirst(given);
    EXPECT_THAT(ordered.groups.front().first, 3U);
    EXPECT_EQ(makespan(ordered, settingOf(2, 1, 1)), 50);
    EXPECT_EQ(ordered.total, given.total);
}

TEST(WhatIf, InLockStepEveryChunkPaysItsWay)
{
    DispatchCosts costs = free;
    costs.outward = {7};
    costs.inward = {5};
    costs.turn = {2};
    costs.gap = {1000}; // never met: no worker holds two
    // The last answer is the end; after each of the others the coordinator takes its turn.
    EXPECT_EQ(makespan(workOf({10, 20, 30}, costs), settingOf(1, 1, 1)), 60 + 3 * (7 + 5) + 2 * 2);
    EXPECT_EQ(makespan(workOf({10, 20, 30}, costs), settingOf(1, 3, 1)), 60 + 7 + 5);
}

TEST(WhatIf, AWorkerThatHoldsTheNextChunkPaysTheGapAlone)
{
    DispatchCosts costs = free;
    costs.outward = {7};
    costs.inward = {5};
    costs.gap = {3};
    EXPECT_EQ(makespan(workOf({10, 20, 30}, costs), settingOf(1, 1, 3)), 60 + 7 + 5 + 2 * 3);
}

TEST(WhatIf, AChunkPaysTheGapsBetweenItsSpans)
{
    DispatchCosts costs = free;
    costs.gap = {3};
    const RecordedWork longOnes = workOf(std::vector<double>(4, 10'000), costs); // a span for each
    EXPECT_EQ(makespan(longOnes, settingOf(1, 4, 1)), 40'000 + 3 * 3);
    const RecordedWork shortOnes = workOf(std::vector<double>(160, 1'000), costs); // two spans
    EXPECT_EQ(makespan(shortOnes, settingOf(1, 160, 1)), 160'000 + 3);
}

TEST(WhatIf, WithAWorkerForEachCoreWaysAreLonger)
{
    DispatchCosts costs = free;
    costs.outward = {7};
    costs.inward = {5};
    costs.crowding = 2;
    RecordedWork work = workOf({10, 20, 30, 30}, costs);
    work.cores = 2;
    EXPECT_EQ(makespan(work, settingOf(1, 1, 1)), 90 + 4 * (7 + 5));
    // Twice as long for two. 1: 0 and 2 or 3, of 30.
    EXPECT_EQ(makespan(work, settingOf(2, 1, 1)), 20 + 30 + 2 * 2 * (7 + 5));
    work.cores = 0;
    EXPECT_EQ(makespan(work, settingOf(2, 1, 1)), 20 + 30 + 2 * (7 + 5));
}

TEST(WhatIf, ASleepingCoordinatorHasToWakeUp)
{
    DispatchCosts costs = free;
    costs.inward = {5};
    costs.wake = {1000};
    const auto watched = static_cast<double>(watchTime);
    EXPECT_EQ(makespan(workOf({watched, 10}, costs), settingOf(1, 1, 1)), watched + 10 + 2 * 5);
    EXPECT_EQ(makespan(workOf({watched + 1, 10}, costs), settingOf(1, 1, 1)),
        watched + 1 + 1000 + 10 + 2 * 5);
}

TEST(WhatIf, TheCoordinatorTakesACoreFromBusyWorkers)
{
    DispatchCosts costs = free;
    costs.value = {10'000};
    costs.crowding = 0;
    // They hold work for 10 ms, and answer each 5 ms.
    const ReplaySetting setting = settingOf(2, 1, 100);
    RecordedWork work = workOf(std::vector<double>(1000, 100'000), costs);
    const double withRoom = makespan(work, setting);
    work.cores = 2;
    const double withoutRoom = makespan(work, setting);
    const double busy = replay(work, setting)->coordinatorBusy;
    EXPECT_EQ(busy, 1000 * 10'000);
    EXPECT_GT(withoutRoom, withRoom + busy / 4);
    EXPECT_LE(withoutRoom, withRoom + busy);
}

TEST(WhatIf, EveryValueKeepsTheCoordinator)
{
    DispatchCosts costs = free;
    costs.value = {2};
    const auto run = replay(workOf({10, 20, 30}, costs), settingOf(1, 3, 1));
    EXPECT_EQ(run->coordinatorBusy, 3 * 2);
}

TEST(WhatIf, TheCoordinatorIsTheLimitOfManyWorkers)
{
    DispatchCosts costs = free;
    costs.answer = {100};
    const RecordedWork work = workOf(std::vector<double>(1000, 1000), costs);
    const auto few = replay(work, settingOf(2, 1, 1));
    const auto many = replay(work, settingOf(500, 1, 1));
    EXPECT_NEAR(few->makespan, 500'000, 2'000);
    EXPECT_GT(many->makespan, 999 * 100); // an answer after the other
    EXPECT_LT(many->makespan, 160'000);
    EXPECT_GT(many->coordinatorBusy, 100'000 - 1);
    EXPECT_LT(many->lowerBound, 3'000);
}

TEST(WhatIf, WorkersBeginWhenTheyAreReady)
{
    RecordedWork work = workOf({10, 10, 10, 10});
    work.readyTimes = {0, 15};
    work.costs.start = {100};
    // 1 does three of them before 2, which is there at 15, has done one.
    EXPECT_EQ(makespan(work, settingOf(2, 1, 1)), 30);
    EXPECT_EQ(makespan(work, settingOf(3, 1, 1)), 30); // the third would come at 200
}

TEST(WhatIf, WorkersStartAsNewInterpretersOrAsCopies)
{
    RecordedWork work = workOf({1e9, 1e9, 1e9, 1e9});
    work.cores = 2;
    work.readyTimes = {0, 0};
    work.startUp = 1.5e9;
    work.starts.interpreter = 0.5e9;
    work.starts.load = work.starts.loadCpu = 1e9;
    ReplaySetting setting = settingOf(2, 1, 1);
    EXPECT_EQ(replay(work, setting)->startUp, 1.5e9); // as it was
    work.readyTimes = {0, 0, 0, 0}; // if those were four, two would start faster
    work.startUp = 3e9;
    EXPECT_EQ(replay(work, setting)->startUp, 1.5e9);
    work.readyTimes = {0, 0};
    work.startUp = 1.5e9;
    setting.workers = 4; // which share two cores
    EXPECT_EQ(replay(work, setting)->startUp, 3e9);
    EXPECT_EQ(replay(work, setting)->makespan, 1e9);
    setting.start = WorkerStart::Fork;
    const auto copies = replay(work, setting);
    EXPECT_NEAR(copies->startUp, 1.5e9, 0.1e9);
    EXPECT_NEAR(copies->makespan, 1e9, 0.1e9);
    EXPECT_GT(copies->makespan, 1e9); // the last copy is made after the others
}

TEST(WhatIf, LanesHoldEveryInputOnce)
{
    std::mt19937_64 random(1);
    std::vector<double> durations;
    for (int i = 0; i < 5000; ++i)
        durations.push_back(static_cast<double>(random() % 1000));
    const RecordedWork work = workOf(durations, DispatchCosts());
    for (const auto &chunk : {std::optional<std::uint64_t>(1), std::optional<std::uint64_t>(16),
             std::optional<std::uint64_t>()}) {
        const auto run = replay(work, settingOf(3, chunk, {}), ReplayDetail::Lanes);
        ASSERT_EQ(run->lanes.size(), 3U);
        std::vector<int> times(durations.size());
        std::uint64_t spans = 0;
        for (const auto &lane : run->lanes) {
            lane->forEach(0, lane->size(), [&](const Span &span) {
                ++spans;
                EXPECT_LE(static_cast<double>(span.begin + span.duration), run->makespan);
                for (std::uint64_t i = 0; i < span.count; ++i)
                    ++times[span.first + i];
            });
        }
        EXPECT_EQ(spans, run->chunks);
        EXPECT_THAT(times, testing::Each(1));
        EXPECT_GE(run->makespan, run->lowerBound);
    }
}

TEST(WhatIf, LanesOfManyChunksAreBounded)
{
    const RecordedWork work = workOf(std::vector<double>(1'000'000, 1000));
    const auto run = replay(work, settingOf(4, 1, 2), ReplayDetail::Lanes);
    std::uint64_t spans = 0;
    std::uint64_t iterations = 0;
    std::uint64_t busy = 0;
    for (const auto &lane : run->lanes) {
        spans += lane->size();
        lane->forEach(0, lane->size(), [&](const Span &span) {
            iterations += span.count;
            busy += span.duration;
        });
    }
    EXPECT_EQ(run->chunks, 1'000'000U);
    EXPECT_LE(spans, 2 * mostReplayedSpans);
    EXPECT_GE(spans, mostReplayedSpans / 2);
    EXPECT_EQ(iterations, 1'000'000U);
    EXPECT_EQ(busy, 1'000'000'000U);
}

TEST(WhatIf, CanBeStopped)
{
    std::stop_source source;
    source.request_stop();
    const RecordedWork work = workOf(std::vector<double>(100'000, 10));
    EXPECT_FALSE(replay(work, settingOf(2, 1, 1), ReplayDetail::Totals, source.get_token()));
}

TEST(WhatIf, NoPoolIsBelowTheLowerBound)
{
    const RecordedWork work = workOf({10, 20, 30, 40});
    EXPECT_EQ(lowerBound(work, 1), 100);
    EXPECT_EQ(lowerBound(work, 2), 50);
    EXPECT_EQ(lowerBound(work, 1024), 40);
    EXPECT_TRUE(isForAnotherMachine(3, 2));
    EXPECT_FALSE(isForAnotherMachine(2, 2));
}

TEST(WhatIf, ACurveHasEverySmallNumberOfWorkersAndTheLargest)
{
    const auto workers = workersOfCurve(1024);
    EXPECT_TRUE(std::is_sorted(workers.begin(), workers.end()));
    EXPECT_EQ(std::adjacent_find(workers.begin(), workers.end()), workers.end());
    EXPECT_THAT(
        std::vector(workers.begin(), workers.begin() + 8), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
    EXPECT_EQ(workers.back(), 1024U);
    EXPECT_LT(workers.size(), 80U);
    EXPECT_THAT(workersOfCurve(1), ElementsAre(1));
}

// --- What is read from a record ------------------------------------------------------------------

TEST(RecordedWork, IsWhatTheLanesHold)
{
    MadeUpRun run;
    run.recorder->take(event::SpanDone{WorkerId{1}, {0, 100, 0, 10}});
    run.recorder->take(event::SpanDone{WorkerId{2}, {0, 50, 10, 1}});
    run.recorder->take(event::SpanDone{WorkerId{1}, {200, 70, 12, 1}});
    const RecordedWork work = recordedWork(run.timeline(), 0);
    EXPECT_EQ(work.inputs, 12U);
    EXPECT_EQ(work.total, 220);
    EXPECT_EQ(work.longest, 70);
    ASSERT_EQ(work.groups.size(), 3U);
    EXPECT_EQ(work.groups[1].first, 10U);
}

TEST(RecordedWork, AttemptsAtAnIndexAddUp)
{
    MadeUpRun run;
    run.recorder->take(event::SpanDone{WorkerId{1}, {0, 100, 0, 10}}); // 10 each
    run.recorder->take(event::SpanDone{WorkerId{2}, {200, 7, 3, 1}});
    run.recorder->take(event::SpanDone{
        WorkerId{1}, {300, 40, 8, 4}}); // again 8 and 9, and 10 and 11 for the first time
    run.recorder->take(event::SpanDone{WorkerId{1}, {400, 1, 3, 1}});
    const RecordedWork work = recordedWork(run.timeline(), 0);
    EXPECT_EQ(work.inputs, 12U);
    EXPECT_NEAR(work.total, 148, 1e-3);
    std::vector<double> ofEach(12);
    for (const InputGroup &group : work.groups) {
        for (std::uint64_t i = 0; i < group.count; ++i)
            ofEach[group.first + i] += group.ofEach();
    }
    EXPECT_THAT(ofEach,
        testing::Pointwise(
            testing::DoubleNear(1e-3), {10, 10, 10, 18, 10, 10, 10, 10, 20, 20, 10, 10}));
}

/// A chunk of one input.
void ranChunk(MadeUpRun &run, WorkerId worker, std::uint64_t index, const ChunkTimes &chunkTimes)
{
    run.recorder->take(
        event::SpanDone{worker, {chunkTimes.begun, chunkTimes.ended - chunkTimes.begun, index, 1}});
    run.recorder->take(event::ChunkDone{worker, chunkTimes});
}

/// So many of them by worker 1, each so much later than the one before.
void ranChunks(MadeUpRun &run, std::uint64_t count, std::uint64_t every, const ChunkTimes &first)
{
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t later = i * every;
        ranChunk(run, WorkerId{1}, i,
            {first.sent + later, first.received + later, first.begun + later, first.ended + later,
                first.answered + later, first.decoded + later, first.spans});
    }
}

TEST(RecordedWork, LockStepShowsWhatEachWayCosts)
{
    MadeUpRun run;
    // sent, received, begun, ended, answered, decoded
    ranChunks(run, 100, 115, {1000, 1006, 1007, 1107, 1108, 1112, 1});
    run.recorder->take(
        event::CoordinatorCostSeen{{100, 100, {}}}); // 1 for each chunk, nearly all for the answer
    const DispatchCosts costs = recordedWork(run.timeline(), 0).costs;
    EXPECT_EQ(costs.outward.nanoseconds, 7);
    EXPECT_EQ(costs.inward.nanoseconds, 5);
    EXPECT_NEAR(costs.turn.nanoseconds, 3 - 300.0 / (5000 + 300), 1e-6);
    EXPECT_EQ(costs.turn.cases, 99U);
    EXPECT_EQ(costs.gap.cases, 0U); // no worker held two
    EXPECT_EQ(costs.gap.nanoseconds, DispatchCosts().gap.nanoseconds);
}

TEST(RecordedWork, WaysAreToldAsTheyWereWithoutACrowd)
{
    MadeUpRun run;
    ranChunks(run, 100, 120, {1000, 1006, 1006, 1106, 1108, 1118, 1});
    const DispatchCosts costs = recordedWork(run.timeline(), 1).costs; // a core for two
    EXPECT_EQ(costs.outward.nanoseconds, 2);
    EXPECT_EQ(costs.inward.nanoseconds, 4);
    EXPECT_EQ(costs.wake.cases, 0U);
}

TEST(RecordedWork, LongChunksShowHowLongTheCoordinatorTakesToWake)
{
    MadeUpRun run;
    ranChunks(run, 100, 100'000, {1000, 1006, 1006, 61'006, 61'014, 91'006, 1});
    const DispatchCosts costs = recordedWork(run.timeline(), 0).costs;
    EXPECT_EQ(costs.inward.cases, 0U);
    EXPECT_EQ(costs.inward.nanoseconds + costs.wake.nanoseconds, 30'000);
}

TEST(RecordedWork, AFewWaysShowNoCost)
{
    MadeUpRun run;
    ranChunks(run, 9, 1000, {0, 700, 710, 720, 730, 900, 1});
    const DispatchCosts costs = recordedWork(run.timeline(), 0).costs;
    EXPECT_EQ(costs.outward.cases, 0U);
    EXPECT_EQ(costs.outward.nanoseconds, DispatchCosts().outward.nanoseconds);
}

TEST(RecordedWork, AWindowShowsTheGap)
{
    MadeUpRun run;
    ranChunk(run, WorkerId{1}, 0, {10, 15, 20, 120, 500, 510, 1});
    ranChunk(run, WorkerId{1}, 1, {10, 15, 124, 224, 500, 510, 1});
    ranChunk(run, WorkerId{1}, 2, {10, 15, 230, 330, 500, 510, 1});
    const DispatchCosts costs = recordedWork(run.timeline(), 0).costs;
    EXPECT_EQ(costs.gap.nanoseconds, 5);
    EXPECT_EQ(costs.gap.cases, 2U);
    EXPECT_EQ(costs.outward.cases, 0U);
}

TEST(RecordedWork, AChunkOfManySpansShowsTheGapToo)
{
    MadeUpRun run;
    for (const std::uint64_t index : {0, 1, 2})
        run.recorder->take(event::SpanDone{WorkerId{1}, {20 + 107 * index, 100, index, 1}});
    run.recorder->take(event::ChunkDone{WorkerId{1}, {10, 15, 20, 334, 340, 350, 3}});
    const DispatchCosts costs = recordedWork(run.timeline(), 0).costs;
    EXPECT_EQ(costs.gap.nanoseconds, 7);
    EXPECT_EQ(costs.gap.cases, 2U);
}

TEST(RecordedWork, ChunksThatAreToldTogetherShowNoWay)
{
    MadeUpRun run;
    for (std::uint64_t i = 0; i < 200; i += 2) {
        const std::uint64_t time = i * 1000;
        ranChunk(
            run, WorkerId{1}, i, {time, time + 5, time + 10, time + 20, time + 900, time + 950, 1});
        ranChunk(run, WorkerId{1}, i + 1,
            {time, time + 5, time + 30, time + 40, time + 900, time + 950, 1});
    }
    const DispatchCosts costs = recordedWork(run.timeline(), 0).costs;
    EXPECT_EQ(costs.inward.cases, 0U);
    EXPECT_EQ(costs.turn.cases, 0U);
}

DispatchCosts costsOfCoordinatorBusyFor(std::uint64_t time, MadeUpRun &run)
{
    run.recorder->take(event::CoordinatorCostSeen{{time, time, {}}});
    return recordedWork(run.timeline(), 0).costs;
}

TEST(RecordedWork, NoCoordinatorTakesMoreThanItWasBusy)
{
    MadeUpRun run;
    ranChunks(run, 10, 100, {0, 5, 10, 20, 20, 30, 1});
    const DispatchCosts costs = costsOfCoordinatorBusyFor(1000, run);
    EXPECT_NEAR(10 * (costs.answer.nanoseconds + costs.chunk.nanoseconds), 1000, 1e-6);
}

TEST(RecordedWork, ATurnIsWithoutWhatTheAnswerTold)
{
    MadeUpRun run;
    std::uint64_t time = 1000;
    for (std::uint64_t i = 0; i < 100; ++i) { // each of a hundred inputs
        run.recorder->take(event::SpanDone{WorkerId{1}, {time + 10, 1000, i * 100, 100}});
        run.recorder->take(event::ChunkDone{
            WorkerId{1}, {time, time + 5, time + 10, time + 1010, time + 1010, time + 1020, 1}});
        time += 1020 + 50'000;
    }
    const DispatchCosts costs = costsOfCoordinatorBusyFor(100 * 45'300, run);
    EXPECT_NEAR(costs.value.nanoseconds, 400, 1e-6);
    EXPECT_NEAR(costs.turn.nanoseconds, 50'000 - 300 - 100 * 400, 1e-6);
}

TEST(RecordedWork, WhatThereIsMostOfTookTheCoordinator)
{
    const DispatchCosts assumed;
    MadeUpRun alone;
    ranChunks(alone, 10, 100, {0, 5, 10, 20, 20, 30, 1});
    EXPECT_NEAR(costsOfCoordinatorBusyFor(70'000, alone).answer.nanoseconds,
        7'000 - assumed.chunk.nanoseconds, 1e-6);

    MadeUpRun together;
    for (std::uint64_t i = 0; i < 10; ++i)
        ranChunk(together, WorkerId{1}, i, {0, 5, i * 10 + 10, i * 10 + 20, 0, 500, 1});
    const DispatchCosts ofTogether = costsOfCoordinatorBusyFor(25'000, together);
    EXPECT_NEAR(ofTogether.chunk.nanoseconds, (25'000 - assumed.answer.nanoseconds) / 10, 1e-6);
    EXPECT_EQ(ofTogether.chunk.cases, 10U);
    EXPECT_EQ(ofTogether.answer.cases, 0U);

    MadeUpRun large;
    large.recorder->take(event::SpanDone{WorkerId{1}, {0, 1000, 0, 1000}});
    large.recorder->take(event::ChunkDone{WorkerId{1}, {0, 1, 2, 1002, 1003, 1004, 1}});
    EXPECT_NEAR(costsOfCoordinatorBusyFor(105'300, large).value.nanoseconds, 100, 1e-6);
}

TEST(RecordedWork, TellsWhenWorkersWereReady)
{
    MadeUpRun run;
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Starting, numberOf(worker)});
    run.recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Ready, 100});
    run.recorder->take(event::FirstDispatched{100});
    run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 140});
    run.recorder->take(event::WorkerChanged{WorkerId{3}, WorkerState::Ready, 160});
    run.recorder->take(
        event::WorkerChanged{WorkerId{4}, WorkerState::Starting, 1000}); // it joined later
    run.recorder->take(event::WorkerChanged{WorkerId{4}, WorkerState::Ready, 2000});
    const RecordedWork work = recordedWork(run.timeline(), 0);
    EXPECT_THAT(work.readyTimes, ElementsAre(0, 40, 60));
    EXPECT_EQ(work.costs.start.nanoseconds, 1);
    EXPECT_EQ(work.costs.start.cases, 2U);
}

TEST(RecordedWork, WhoWasNotReadyByTheEndCameTooLate)
{
    MadeUpRun run;
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}})
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Starting, numberOf(worker)});
    run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 100});
    run.recorder->take(event::FirstDispatched{100});
    run.recorder->take(event::SpanDone{WorkerId{1}, {110, 1000, 0, 1}});
    run.recorder->take(event::NumbersDone{{0, 1}, OutcomeKind::Real, 1200});
    run.recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Gone, 1300});
    EXPECT_THAT(recordedWork(run.timeline(), 0).readyTimes, ElementsAre(0, 1100));
}

} // namespace
} // namespace poolscope
