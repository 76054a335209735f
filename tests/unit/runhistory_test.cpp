// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/runhistory.h"
#include "analysis/spanfinder.h"
#include "madeuprun.h"

#include <gtest/gtest.h>

namespace poolscope {
namespace {

class RunHistoryTest : public testing::Test {
protected:
    void SetUp() override
    {
        m_record.outcomes = std::move(*OutcomeStore::make(1'000'000, OutcomeStore::Keep::All));
        m_recorder.emplace(m_record.timeline, *m_record.outcomes, m_record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) { FAIL(); });
    }

    void fail(WorkerId worker, std::uint64_t time, std::uint64_t index,
        std::string_view kind = "exception")
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        outcome.failure.kind = kind;
        m_recorder->take(event::OutcomeDone{index, outcome, worker, time});
    }
    RunHistory history() const
    {
        RunHistory history(m_record.timeline);
        EXPECT_TRUE(history.advance(SIZE_MAX));
        return history;
    }
    const Timeline &timeline() const { return m_record.timeline; }

    RunRecord m_record;
    std::optional<Recorder> m_recorder;
};

TEST_F(RunHistoryTest, AFailureIsWhereItsSpanEnded)
{
    m_recorder->take(event::SpanDone{WorkerId{1}, {100, 50, 0, 10}});
    m_recorder->take(event::SpanDone{WorkerId{1}, {200, 50, 10, 10}});
    m_recorder->take(event::SpanDone{WorkerId{2}, {200, 70, 20, 10}});
    fail(WorkerId{1}, 400, 19);
    fail(WorkerId{1}, 401, 0);
    fail(WorkerId{2}, 402, 20);
    const RunHistory found = history();
    ASSERT_EQ(found.workerCount(), 2U);
    const auto &first = found.worker(0).failures;
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].time, 150U); // in the order of time, not of coming
    EXPECT_EQ(first[0].index, 0U);
    EXPECT_EQ(first[1].time, 250U);
    EXPECT_EQ(first[1].index, 19U);
    EXPECT_EQ(found.worker(1).failures[0].time, 270U);
    EXPECT_EQ(found.failedIndices(), (std::set<std::uint64_t>{0, 19, 20}));
}

TEST_F(RunHistoryTest, TheLastAttemptIsTheOneThatFailed)
{
    m_recorder->take(event::SpanDone{WorkerId{1}, {100, 50, 5, 1}});
    m_recorder->take(event::AttemptFailed{5, WorkerId{1}, 160});
    m_recorder->take(event::SpanDone{WorkerId{1}, {200, 50, 5, 1}});
    fail(WorkerId{1}, 260, 5);
    m_recorder->take(event::SpanDone{WorkerId{1}, {300, 50, 6, 1}});
    const RunHistory found = history();
    ASSERT_EQ(found.worker(0).failures.size(), 1U);
    EXPECT_EQ(found.worker(0).failures[0].time, 250U);
    EXPECT_FALSE(found.worker(0).failures[0].quarantined);
}

TEST_F(RunHistoryTest, WhatHasNoSpanIsWhereItWasGivenUp)
{
    m_recorder->take(event::SpanDone{WorkerId{1}, {100, 50, 5, 1}});
    quarantine(*m_recorder, WorkerId{1}, 400, 5);
    fail(WorkerId{1}, 500, 77);
    fail(WorkerId{9}, 600, 78);
    const RunHistory found = history();
    ASSERT_EQ(found.worker(0).failures.size(), 2U);
    EXPECT_EQ(found.worker(0).failures[0].time, 400U);
    EXPECT_TRUE(found.worker(0).failures[0].quarantined);
    EXPECT_EQ(found.worker(0).failures[1].time, 500U);
    EXPECT_EQ(found.workerCount(), 9U);
    EXPECT_EQ(found.worker(8).failures[0].time, 600U);
}

TEST_F(RunHistoryTest, StatesSizesAndPausesAreInTheOrderOfTime)
{
    m_recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 10});
    m_recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Starting, 11});
    m_recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 20});
    m_recorder->take(event::PoolResized{1, 25});
    m_recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Leaving, 26});
    m_recorder->take(event::WorkerChanged{WorkerId{2}, WorkerState::Dead, 27});
    m_recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Gone, 30});
    m_recorder->take(event::PoolPaused{40});
    m_recorder->take(event::PoolResumed{50});
    m_recorder->take(event::PoolResized{4, 60});
    const RunHistory found = history();
    const auto &states = found.worker(0).states;
    ASSERT_EQ(states.size(), 4U);
    EXPECT_EQ(states[0].time, 10U);
    EXPECT_EQ(states[0].value, WorkerState::Starting);
    EXPECT_EQ(states[1].value, WorkerState::Ready);
    EXPECT_EQ(states[2].value, WorkerState::Leaving);
    EXPECT_EQ(states[3].time, 30U);
    EXPECT_EQ(states[3].value, WorkerState::Gone);
    EXPECT_EQ(found.worker(1).states[1].value, WorkerState::Dead);
    ASSERT_EQ(found.sizes().size(), 2U);
    EXPECT_EQ(found.sizes()[0].value, 1U);
    EXPECT_EQ(found.sizes()[1].time, 60U);
    ASSERT_EQ(found.paces().size(), 2U);
    EXPECT_EQ(found.paces()[0].value, RunHistory::Pace::Paused);
    EXPECT_EQ(found.paces()[1].value, RunHistory::Pace::Running);
}

TEST_F(RunHistoryTest, PausesAreMeasuredWithinAnyTime)
{
    m_recorder->take(event::PoolPaused{40});
    m_recorder->take(event::PoolResumed{50});
    m_recorder->take(event::PoolPaused{80});
    EXPECT_EQ(timeline().pausedBetween(0, 30), 0U);
    EXPECT_EQ(timeline().pausedBetween(0, 45), 5U);
    EXPECT_EQ(timeline().pausedBetween(45, 60), 5U);
    EXPECT_EQ(timeline().pausedBetween(0, 100), 30U);
    EXPECT_EQ(timeline().pausedBetween(90, 100), 10U);
    m_recorder->take(event::PoolResumed{85});
    EXPECT_EQ(timeline().pausedBetween(0, 100), 15U);
}

TEST_F(RunHistoryTest, AStopOfTheProgramIsAPause)
{
    m_recorder->take(event::ProgramStopped{40, 50});
    EXPECT_EQ(timeline().pausedBetween(0, 100), 10U);
    m_recorder->take(event::PoolPaused{60});
    m_recorder->take(event::ProgramStopped{70, 80});
    EXPECT_EQ(timeline().pausedBetween(0, 100), 50U) << "the pause goes on";
    m_recorder->take(event::PoolResumed{90});
    EXPECT_EQ(timeline().pausedBetween(0, 100), 40U);
    EXPECT_EQ(history().paces().back().value, RunHistory::Pace::Running);
}

TEST_F(RunHistoryTest, APauseGoesOnThatBeganBeforeAStopWasNoticed)
{
    m_recorder->take(event::PoolPaused{45});
    m_recorder->take(event::ProgramStopped{40, 50});
    EXPECT_EQ(history().paces().back().value, RunHistory::Pace::Paused);
    m_recorder->take(event::PoolResumed{90});
    EXPECT_EQ(timeline().pausedBetween(0, 100), 45U);
}

TEST_F(RunHistoryTest, TakesWhatHasComeByParts)
{
    RunHistory history(timeline());
    EXPECT_TRUE(history.advance(1));
    for (std::uint32_t i = 0; i < 5; ++i)
        m_recorder->take(event::PoolResized{i, i});
    EXPECT_FALSE(history.advance(2));
    EXPECT_EQ(history.sizes().size(), 2U);
    EXPECT_FALSE(history.advance(2));
    EXPECT_TRUE(history.advance(2));
    EXPECT_EQ(history.sizes().size(), 5U);
    EXPECT_TRUE(history.advance(0));
}

TEST_F(RunHistoryTest, AnIndexIsFoundInItsLastSpan)
{
    m_recorder->take(event::SpanDone{WorkerId{1}, {100, 50, 0, 10}});
    m_recorder->take(event::SpanDone{WorkerId{1}, {300, 50, 10, 10}});
    m_recorder->take(event::SpanDone{WorkerId{2}, {400, 50, 3, 1}});
    EXPECT_FALSE(SpanFinder(timeline()).find(20));
    EXPECT_EQ(SpanFinder(timeline()).find(19)->position, 1U);
    EXPECT_EQ(SpanFinder(timeline()).find(19)->worker, WorkerId{1});
    EXPECT_EQ(SpanFinder(timeline()).find(3)->worker, WorkerId{2});
    EXPECT_EQ(SpanFinder(timeline()).find(3)->position, 0U);
}

} // namespace
} // namespace poolscope
