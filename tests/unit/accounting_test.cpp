// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/accounting.h"
#include "record/recorder.h"

#include <gtest/gtest.h>
#include <random>

namespace poolscope {
namespace {

/// The cost of a worker that start() has started.
WorkerCost costOf(const WorkerUsage &usage)
{
    return {usage.cpu, usage.runQueue, usage.maxRss, usage.decoding, 30, 5};
}

constexpr std::uint64_t plenty = 1'000'000'000;

std::uint64_t of(const ActivityTimes &times, Activity activity)
{
    return times[static_cast<std::size_t>(activity)];
}

std::uint64_t sum(const ActivityTimes &times)
{
    std::uint64_t all = 0;
    for (const std::uint64_t time : times)
        all += time;
    return all;
}

ChunkTimes chunkTimes(std::uint64_t sent, std::uint64_t received, std::uint64_t begun,
    std::uint64_t ended, std::uint64_t answered, std::uint64_t decoded)
{
    return {sent, received, begun, ended, answered, decoded, 1};
}

/// A worker that is ready at 100.
class TimeAccountTest : public testing::Test {
protected:
    void SetUp() override
    {
        m_account.changed(WorkerState::Starting, 20);
        m_account.changed(WorkerState::Ready, 100);
    }
    void chunk(const ChunkTimes &chunk)
    {
        m_account.span({chunk.begun, chunk.ended - chunk.begun, m_next++, 1});
        m_account.chunk(chunk);
    }

    TimeAccount m_account{WorkerId{1}};
    std::uint64_t m_next = 0;
};

TEST_F(TimeAccountTest, LockStepIsCutAtEveryTimeOfAChunk)
{
    chunk(chunkTimes(110, 130, 137, 237, 250, 280));
    chunk(chunkTimes(310, 350, 358, 458, 470, 500));
    const ActivityTimes times = m_account.between(0, 470);
    EXPECT_EQ(of(times, Activity::Absent), 20U);
    EXPECT_EQ(of(times, Activity::Starting), 80U);
    EXPECT_EQ(of(times, Activity::Coordinator), 10U + 30U); // to 110, 280 to 310
    EXPECT_EQ(of(times, Activity::UnderWay), 20U + 40U); // 110 to 130, 310 to 350
    EXPECT_EQ(of(times, Activity::TransferIn), 7U + 8U);
    EXPECT_EQ(of(times, Activity::Computing), 200U);
    EXPECT_EQ(of(times, Activity::TransferOut), 13U + 12U);
    EXPECT_EQ(of(times, Activity::Answering), 30U); // 250 to 280
    EXPECT_EQ(sum(times), 470U);
}

TEST_F(TimeAccountTest, AChunkThatWasThereIsNotWaitedFor)
{
    chunk(chunkTimes(110, 130, 140, 240, 400, 420));
    chunk(chunkTimes(111, 130, 250, 350, 400, 420)); // both were answered at once
    const ActivityTimes times = m_account.between(140, 350);
    EXPECT_EQ(of(times, Activity::Computing), 200U);
    EXPECT_EQ(of(times, Activity::TransferOut), 10U);
}

TEST_F(TimeAccountTest, WhatLiesBetweenSpansOfAChunkIsTransfer)
{
    m_account.span({140, 30, 0, 3});
    m_account.span({180, 20, 3, 3});
    m_account.chunk({110, 120, 140, 200, 210, 220, 2});
    const ActivityTimes times = m_account.between(140, 200);
    EXPECT_EQ(of(times, Activity::Computing), 50U);
    EXPECT_EQ(of(times, Activity::TransferOut), 10U);
    EXPECT_EQ(m_account.longestIteration(), 10U);
    EXPECT_EQ(m_account.longestChunk(), 60U);
}

TEST_F(TimeAccountTest, SpansOfTheNextChunkMayBeToldFirst)
{
    m_account.span({140, 60, 0, 3});
    m_account.span({200, 70, 3, 3});
    m_account.span({270, 30, 6, 3});
    m_account.chunk({110, 120, 140, 200, 400, 420, 1});
    m_account.chunk({111, 120, 200, 300, 400, 420, 2});
    const ActivityTimes times = m_account.between(140, 300);
    EXPECT_EQ(of(times, Activity::Computing), 160U);
}

TEST_F(TimeAccountTest, IdlenessCountsByItsReason)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    m_account.idle(IdleReason::Consumer, 265);
    m_account.idle(IdleReason::Paused, 300);
    chunk(chunkTimes(400, 410, 420, 520, 530, 550));
    m_account.idle(IdleReason::NothingLeft, 555);
    const ActivityTimes times = m_account.between(230, 700);
    EXPECT_EQ(of(times, Activity::TransferOut), 20U);
    EXPECT_EQ(of(times, Activity::Answering), 25U + 25U);
    EXPECT_EQ(of(times, Activity::Consumer), 35U);
    EXPECT_EQ(of(times, Activity::Paused), 100U);
    EXPECT_EQ(of(times, Activity::NothingLeft), 145U);
    EXPECT_EQ(sum(times), 470U);
}

TEST_F(TimeAccountTest, WhileTheProgramIsStoppedEverythingIsPaused)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    m_account.suspended({270, 300}); // while it waits
    m_account.suspended({450, 950}); // within the iteration
    chunk(chunkTimes(310, 320, 330, 1030, 1040, 1060));
    m_account.idle(IdleReason::NothingLeft, 1060);
    m_account.suspended({1100, 1200}); // with nothing to do
    const ActivityTimes times = m_account.between(230, 1300);
    EXPECT_EQ(of(times, Activity::Paused), 30U + 500U + 100U);
    EXPECT_EQ(of(times, Activity::Coordinator), 10U + 10U);
    EXPECT_EQ(of(times, Activity::Computing), 200U);
    EXPECT_EQ(of(times, Activity::NothingLeft), 40U + 100U);
    EXPECT_EQ(sum(times), 1070U);
    EXPECT_EQ(m_account.longestIteration(), 200U);
}

TEST_F(TimeAccountTest, AStopMayBeAskedForInItsMiddle)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    m_account.suspended({300, 500});
    EXPECT_EQ(of(m_account.between(230, 400), Activity::Paused), 100U);
    EXPECT_EQ(of(m_account.between(230, 600), Activity::Paused), 200U);
}

TEST_F(TimeAccountTest, ADeathCostsWhatWasLostAndTheReplacement)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    m_account.span({300, 50, 1, 1});
    m_account.changed(WorkerState::Dead, 500);
    m_account.changed(WorkerState::Starting, 550);
    m_account.changed(WorkerState::Ready, 600);
    const ActivityTimes times = m_account.between(300, 600);
    EXPECT_EQ(of(times, Activity::Computing), 50U); // what it had told stays
    EXPECT_EQ(of(times, Activity::Lost), 250U);
}

TEST_F(TimeAccountTest, WhoLeavesForGoodIsAbsent)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    m_account.resized(0);
    m_account.changed(WorkerState::Leaving, 270);
    m_account.changed(WorkerState::Gone, 300);
    EXPECT_EQ(of(m_account.between(0, 1000), Activity::Absent), 20U + 740U);
}

TEST_F(TimeAccountTest, WhoIsRecycledIsBeingReplaced)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    m_account.changed(WorkerState::Leaving, 270);
    m_account.changed(WorkerState::Gone, 300);
    m_account.changed(WorkerState::Starting, 310);
    m_account.changed(WorkerState::Ready, 400);
    EXPECT_EQ(of(m_account.between(100, 400), Activity::Lost), 140U);
}

TEST_F(TimeAccountTest, AChunkThatNothingIsKnownOfIsUnknown)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    EXPECT_EQ(of(m_account.between(100, 1000), Activity::Unknown), 740U);
}

TEST_F(TimeAccountTest, WhoIsReadyAgainIsNotIdleForWhatItsForerunnerWas)
{
    chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    m_account.idle(IdleReason::Consumer, 265);
    m_account.changed(WorkerState::Dead, 300);
    m_account.changed(WorkerState::Starting, 350);
    m_account.changed(WorkerState::Ready, 400);
    chunk(chunkTimes(410, 420, 430, 530, 540, 560));
    const ActivityTimes times = m_account.between(260, 540);
    EXPECT_EQ(of(times, Activity::Consumer), 35U);
    EXPECT_EQ(of(times, Activity::Coordinator), 10U); // 400 to 410
}

TEST_F(TimeAccountTest, SpansWithoutAChunkAreFollowedByWhatIsToldAfterThem)
{
    m_account.span({140, 30, 0, 1});
    m_account.span({180, 20, 1, 1});
    m_account.idle(IdleReason::NothingLeft, 200);
    const ActivityTimes times = m_account.between(100, 400);
    EXPECT_EQ(of(times, Activity::UnderWay), 40U);
    EXPECT_EQ(of(times, Activity::Computing), 50U);
    EXPECT_EQ(of(times, Activity::TransferOut), 10U);
    EXPECT_EQ(of(times, Activity::NothingLeft), 200U);
}

TEST_F(TimeAccountTest, WhatWasToldBeforeASpanDoesNotHoldAfterIt)
{
    m_account.idle(IdleReason::Consumer, 110);
    m_account.span({140, 60, 0, 1});
    const ActivityTimes times = m_account.between(100, 400);
    EXPECT_EQ(of(times, Activity::Consumer), 0U);
    EXPECT_EQ(of(times, Activity::Unknown), 200U);
}

TEST_F(TimeAccountTest, SpansTakeNoLongerThanTheirChunk)
{
    m_account.span({130, 200, 0, 1});
    m_account.chunk(chunkTimes(110, 120, 130, 230, 240, 260));
    EXPECT_EQ(of(m_account.between(100, 400), Activity::Computing), 100U);
}

/// Random chunks, deaths and idleness add up exactly, whether they are settled meanwhile or not.
TEST(TimeAccount, AddsUpWhateverHappens)
{
    std::mt19937_64 random(7);
    const auto step = [&] {
        return random() % 50;
    };
    for (int round = 0; round < 50; ++round) {
        TimeAccount once(WorkerId{1});
        TimeAccount settled(WorkerId{1});
        std::uint64_t now = step() + 1;
        const std::uint64_t begin = now + 60;
        const auto both = [&](auto tell) {
            tell(once);
            tell(settled);
        };
        both([&](TimeAccount &account) { account.changed(WorkerState::Starting, now); });
        now += step();
        both([&](TimeAccount &account) { account.changed(WorkerState::Ready, now); });
        for (int event = 0; event < 300; ++event) {
            if (random() % 20 == 0) {
                both([&](TimeAccount &account) { account.changed(WorkerState::Dead, now); });
                now += step();
                both([&](TimeAccount &account) { account.changed(WorkerState::Starting, now); });
                now += step();
                both([&](TimeAccount &account) { account.changed(WorkerState::Ready, now); });
            } else if (random() % 5 == 0) {
                const auto reason = static_cast<IdleReason>(random() % idleReasonCount);
                both([&](TimeAccount &account) { account.idle(reason, now); });
                now += step();
            } else {
                ChunkTimes chunk;
                chunk.sent = now - std::min(now, step());
                chunk.received = chunk.sent + step();
                chunk.begun = std::max(chunk.received, now) + step();
                chunk.ended = chunk.begun + step() * 10;
                chunk.answered = chunk.ended + step();
                now = chunk.decoded = chunk.answered + step();
                chunk.spans = 1;
                both([&](TimeAccount &account) {
                    account.span({chunk.begun, chunk.ended - chunk.begun, 0, 1});
                    account.chunk(chunk);
                });
            }
            settled.settle(begin, now);
        }
        const std::uint64_t end = now + step();
        EXPECT_EQ(sum(once.between(begin, end)), end - begin);
        EXPECT_EQ(once.between(begin, end), settled.between(begin, end));
    }
}

/// Tells the same to a recorder that keeps everything and to others, which do not.
class AccountingTest : public testing::Test {
protected:
    void SetUp() override
    {
        for (std::size_t i = 0; i < keeps.size(); ++i) {
            m_records[i].outcomes = std::move(*OutcomeStore::make(plenty, OutcomeStore::Keep::All));
            m_recorders.push_back(
                std::make_unique<Recorder>(m_records[i].timeline, *m_records[i].outcomes,
                    m_records[i].log, nullptr, keeps[i], [](const std::string &) { FAIL(); }));
        }
    }
    template <typename Tell> void tell(Tell tell)
    {
        for (const auto &recorder : m_recorders)
            tell(*recorder);
    }
    void start(WorkerId worker, std::uint64_t from, std::uint64_t ready)
    {
        tell([=](Recorder &to) {
            to.take(event::WorkerChanged{worker, WorkerState::Starting, from});
            WorkerCost cost;
            cost.setUpCpu = 30;
            cost.setUpRunQueue = 5;
            to.take(event::WorkerCostSeen{worker, cost});
            to.take(event::WorkerChanged{worker, WorkerState::Ready, ready});
        });
    }
    void chunk(WorkerId worker, const ChunkTimes &chunk)
    {
        const std::uint64_t first = m_next++;
        tell([=](Recorder &to) {
            to.take(event::SpanDone{worker, {chunk.begun, chunk.ended - chunk.begun, first, 1}});
            to.take(event::NumbersDone{{first, 1}, OutcomeKind::Integer, chunk.decoded});
            to.take(event::ChunkDone{worker, chunk});
        });
    }
    /// The same for all records.
    Accounting accounting(const RunConditions &conditions = {2, false})
    {
        const Accounting kept = accountingOf(m_records[0].timeline, conditions);
        for (std::size_t record = 1; record < keeps.size(); ++record) {
            const Accounting totals = accountingOf(m_records[record].timeline, conditions);
            for (std::size_t i = 0; i < causeCount; ++i)
                EXPECT_EQ(kept.times[static_cast<Cause>(i)], totals.times[static_cast<Cause>(i)])
                    << causeName(static_cast<Cause>(i));
        }
        EXPECT_EQ(kept.times.sum(), kept.makespan() * kept.workers.size());
        return kept;
    }

    static constexpr std::array keeps{Recorder::Retention::Everything,
        Recorder::Retention::UntilWritten, Recorder::Retention::Totals};
    std::array<RunRecord, keeps.size()> m_records;
    std::vector<std::unique_ptr<Recorder>> m_recorders;
    std::uint64_t m_next = 0;
};

TEST_F(AccountingTest, AddsUpToWorkersTimesMakespan)
{
    tell([](Recorder &to) { to.take(event::PoolResized{2, 0}); });
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{110}); });
    start(WorkerId{2}, 0, 200);
    chunk(WorkerId{2}, chunkTimes(210, 220, 230, 430, 440, 460));
    tell([](Recorder &to) {
        to.take(event::WorkerIdle{WorkerId{2}, IdleReason::NothingLeft, 465});
    });
    chunk(WorkerId{1}, chunkTimes(110, 120, 130, 630, 640, 660));
    tell([](Recorder &to) {
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::NothingLeft, 665});
    });
    // 300 of 500 on the CPU, 150 in a run queue; of worker 2, more than it was busy.
    tell([](Recorder &to) {
        to.take(event::WorkerCostSeen{WorkerId{1}, costOf({330, 155, 0})});
        to.take(event::WorkerCostSeen{WorkerId{2}, costOf({1030, 5, 0})});
        to.take(event::WorkerChanged{WorkerId{1}, WorkerState::Leaving, 700});
        to.take(event::WorkerChanged{WorkerId{1}, WorkerState::Gone, 800});
    });
    const Accounting all = accounting();
    EXPECT_EQ(all.makespan(), 550U);
    EXPECT_EQ(all.startUp, 110U);
    EXPECT_EQ(all.times.sum(), 1100U);
    EXPECT_EQ(all.workers[0].times.sum(), 550U);
    EXPECT_EQ(all.workers[0].times[Cause::OnCpu], 300U);
    EXPECT_EQ(all.workers[0].times[Cause::Preempted], 150U);
    EXPECT_EQ(all.workers[0].times[Cause::Waiting], 50U);
    EXPECT_EQ(all.workers[1].times[Cause::OnCpu], 200U);
    EXPECT_EQ(all.workers[1].times[Cause::Starting], 90U);
    EXPECT_EQ(all.workers[1].times[Cause::Tail], 195U);
    EXPECT_EQ(all.busy(), 700U);
}

TEST_F(AccountingTest, DecodingInputsIsNoSending)
{
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) {
        to.take(event::FirstDispatched{100});
        to.take(event::SpanDone{WorkerId{1}, {120, 100, 0, 1}});
        to.take(event::SpanDone{WorkerId{1}, {260, 100, 1, 1}});
        ChunkTimes chunk = chunkTimes(100, 110, 120, 360, 370, 380);
        chunk.spans = 2;
        to.take(event::NumbersDone{{0, 2}, OutcomeKind::Integer, chunk.decoded});
        to.take(event::ChunkDone{WorkerId{1}, chunk});
    });
    const auto timesAfter = [&](std::uint64_t decoding) {
        tell([&](Recorder &to) {
            to.take(event::WorkerCostSeen{WorkerId{1}, costOf({200, 0, 0, decoding})});
        });
        return accounting().times;
    };
    const CauseTimes before = timesAfter(0);
    const std::uint64_t sending = before[Cause::TransferOut];
    ASSERT_GE(sending, 40U);
    const CauseTimes after = timesAfter(30);
    EXPECT_EQ(after[Cause::TransferOut], sending - 30);
    EXPECT_EQ(after[Cause::TransferIn], before[Cause::TransferIn] + 30);
    EXPECT_EQ(timesAfter(1000)[Cause::TransferOut], 0U);
}

TEST_F(AccountingTest, AWorkerThatJoinedLateWasAbsent)
{
    tell([](Recorder &to) { to.take(event::PoolResized{1, 0}); });
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 520, 530, 540));
    tell([](Recorder &to) { to.take(event::PoolResized{2, 600}); });
    start(WorkerId{2}, 600, 700);
    chunk(WorkerId{2}, chunkTimes(710, 720, 730, 930, 940, 1100));
    const Accounting all = accounting();
    EXPECT_EQ(all.workers[1].times[Cause::Absent], 500U);
    EXPECT_EQ(all.presentTime(), 1500U);
}

TEST_F(AccountingTest, TheCoordinatorAnswersForWhatItWasBusyFor)
{
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 220, 230, 330));
    chunk(WorkerId{1}, chunkTimes(330, 340, 350, 450, 460, 500));
    tell([](Recorder &to) { to.take(event::CoordinatorCostSeen{{400, 100, 0}}); });
    const Accounting all = accounting();
    EXPECT_EQ(all.times[Cause::Coordinator], 35U); // a quarter of 100 and of 40
    EXPECT_EQ(all.times[Cause::UnderWay], 20U + 75U + 30U);
    EXPECT_EQ(all.coordinator.cpu, 400U);
}

TEST_F(AccountingTest, TheQuotaAnswersForItsShareOfTheRunQueue)
{
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) {
        to.take(event::FirstDispatched{100});
        to.take(event::WorkerCostSeen{WorkerId{1}, costOf({130, 85, 0})});
        to.take(event::CoordinatorCostSeen{{0, 0, 60}});
    });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 320, 330, 340));
    const Accounting all = accounting();
    EXPECT_EQ(all.times[Cause::OnCpu], 100U);
    EXPECT_EQ(all.times[Cause::Throttled], 60U); // of 80
    EXPECT_EQ(all.times[Cause::Preempted], 20U);
}

TEST_F(AccountingTest, WhatProgramsWaitForIsKnownOnlyWhileACoreIsFree)
{
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) {
        to.take(event::FirstDispatched{100});
        to.take(event::WorkerCostSeen{WorkerId{1}, costOf({130, 5, 0})});
    });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 320, 330, 340));
    EXPECT_EQ(accounting({2, true}).times[Cause::Waiting], 100U);
    tell([](Recorder &to) {
        to.take(event::WorkerCostSeen{WorkerId{1}, costOf({229, 5, 0})});
    }); // of 240
    EXPECT_EQ(accounting({1, true}).times[Cause::Unknown], 1U);
}

TEST_F(AccountingTest, ProgramsFillTheCoresFromSevenTenthsOn)
{
    const auto waiting = [this](std::uint32_t cores) {
        return accounting({cores, true}).times[Cause::Waiting];
    };
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) {
        to.take(event::FirstDispatched{100});
        to.take(event::WorkerCostSeen{
            WorkerId{1}, costOf({30 + 167, 5, 0})}); // of 240, since it was ready
    });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 320, 330, 340));
    EXPECT_EQ(waiting(1), 33U);
    tell([](Recorder &to) {
        to.take(event::WorkerCostSeen{WorkerId{1}, costOf({30 + 169, 5, 0})});
    });
    EXPECT_EQ(waiting(1), 0U);
    EXPECT_EQ(waiting(2), 0U) << "one worker has one of the cores";
    start(WorkerId{2}, 0, 100);
    EXPECT_EQ(waiting(1), 0U);
    EXPECT_EQ(waiting(2), 31U) << "the other has the second";
}

TEST_F(AccountingTest, IdlenessCountsByItsCauseAndSoDoesWhoLeaves)
{
    tell([](Recorder &to) { to.take(event::PoolResized{2, 0}); });
    start(WorkerId{1}, 0, 100);
    start(WorkerId{2}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 220, 230, 240));
    tell([](Recorder &to) {
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::Order, 240});
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::Consumer, 250});
    });
    chunk(WorkerId{2}, chunkTimes(100, 110, 120, 250, 260, 270));
    tell([](Recorder &to) {
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::Disk, 270});
        to.take(event::PoolResized{1, 280});
        to.take(event::WorkerChanged{WorkerId{2}, WorkerState::Leaving, 280});
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::NoInputYet, 300});
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::Paused, 340});
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::NothingLeft, 390});
        to.take(event::WorkerChanged{WorkerId{2}, WorkerState::Gone, 400});
    });
    chunk(WorkerId{1}, chunkTimes(600, 610, 620, 720, 730, 740));
    const Accounting all = accounting();
    const CauseTimes &first = all.workers[0].times;
    EXPECT_EQ(first[Cause::Order], 10U);
    EXPECT_EQ(first[Cause::Consumer], 20U);
    EXPECT_EQ(first[Cause::Disk], 30U);
    EXPECT_EQ(first[Cause::Input], 40U);
    EXPECT_EQ(first[Cause::Paused], 50U);
    EXPECT_EQ(first[Cause::Tail], 210U);
    EXPECT_EQ(all.workers[1].times[Cause::Absent], 740U - 270);
}

TEST_F(AccountingTest, AStopOfTheProgramIsAPauseOfAllWorkers)
{
    start(WorkerId{1}, 0, 100);
    start(WorkerId{2}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 220, 230, 240));
    tell([](Recorder &to) {
        to.take(event::WorkerIdle{WorkerId{1}, IdleReason::NothingLeft, 250});
        to.take(event::ProgramStopped{300, 5300});
    });
    chunk(WorkerId{2}, chunkTimes(100, 110, 120, 5420, 5430, 5440));
    const Accounting all = accounting();
    EXPECT_EQ(all.workers[0].times[Cause::Paused], 5000U);
    EXPECT_EQ(all.workers[1].times[Cause::Paused], 5000U);
    EXPECT_EQ(all.workers[1].times[Cause::Unknown], 300U) << "its CPU time was not measured";
    EXPECT_EQ(all.workers[1].busy, 300U);
    EXPECT_EQ(all.workers[1].longestIteration, 300U);
    EXPECT_EQ(m_records[0].timeline.pausedOfMakespan(), 5000U);
}

TEST_F(AccountingTest, WhoDiesOrIsRecycledIsBeingReplaced)
{
    start(WorkerId{1}, 0, 100);
    start(WorkerId{2}, 0, 100);
    tell([](Recorder &to) {
        to.take(event::FirstDispatched{100});
        to.take(
            event::SpanDone{WorkerId{1}, {120, 50, 0, 1}}); // of a chunk that it does not finish
        to.take(event::NumbersDone{{0, 1}, OutcomeKind::Integer, 180});
    });
    m_next = 1;
    chunk(WorkerId{2}, chunkTimes(100, 110, 120, 220, 230, 240));
    tell([](Recorder &to) {
        to.take(event::WorkerChanged{WorkerId{2}, WorkerState::Leaving, 250});
        to.take(event::WorkerChanged{WorkerId{2}, WorkerState::Gone, 260});
        to.take(event::WorkerChanged{WorkerId{2}, WorkerState::Starting, 270});
        to.take(event::WorkerChanged{WorkerId{1}, WorkerState::Dead, 300});
        to.take(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 350});
        to.take(event::WorkerChanged{WorkerId{2}, WorkerState::Ready, 360});
        to.take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 400});
    });
    chunk(WorkerId{2}, chunkTimes(360, 370, 380, 480, 490, 500));
    chunk(WorkerId{1}, chunkTimes(400, 410, 420, 520, 530, 540));
    tell([](Recorder &to) { to.take(event::WorkerCostSeen{WorkerId{1}, costOf({1000, 5, 0})}); });
    const Accounting all = accounting();
    EXPECT_EQ(all.workers[0].times[Cause::OnCpu], 150U) << "what it had told stays";
    EXPECT_EQ(all.workers[0].times[Cause::Lost], 230U); // 170 to 400
    EXPECT_EQ(all.workers[0].restarts, 1U);
    EXPECT_EQ(all.workers[1].times[Cause::Lost], 120U); // 240 to 360
}

TEST_F(AccountingTest, ARunThatGoesOnStartsAnew)
{
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 220, 230, 240));
    tell([](Recorder &to) { to.take(event::RunContinued{500}); });
    start(WorkerId{1}, 510, 600);
    chunk(WorkerId{1}, chunkTimes(600, 610, 620, 720, 730, 740));
    const Accounting all = accountingOf(m_records[0].timeline, {2, false});
    EXPECT_EQ(all.times[Cause::Lost], 260U); // since it answered
    EXPECT_EQ(all.times[Cause::Absent], 10U);
    EXPECT_EQ(all.times[Cause::Starting], 90U);
}

TEST_F(AccountingTest, TellsWhatEachWorkerDid)
{
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 320, 330, 340));
    chunk(WorkerId{1}, chunkTimes(340, 350, 360, 460, 470, 480));
    tell([](Recorder &to) {
        WorkerCost cost;
        cost.threads = 7;
        cost.threadRunQueue = 50;
        to.take(event::WorkerCostSeen{WorkerId{1}, cost});
        to.take(event::SpanOpen{WorkerId{1}, {480, 2, 1, 600}});
    });
    const Accounting all = accounting();
    const WorkerAccounting &worker = all.workers[0];
    EXPECT_EQ(worker.id, WorkerId{1});
    EXPECT_EQ(worker.busy, 300U) << "without what goes on";
    EXPECT_EQ(worker.iterations, 2U);
    EXPECT_EQ(worker.chunks, 2U);
    EXPECT_EQ(worker.longestChunk, 200U);
    EXPECT_EQ(worker.longestIteration, 200U);
    EXPECT_EQ(worker.threads, 7U);
    EXPECT_EQ(worker.threadRunQueue, 50U);
    EXPECT_DOUBLE_EQ(all.utilization(), 300.0 / 380);
}

TEST_F(AccountingTest, CountsWorkByTheNumberOfWorkersThatWereWantedWhenItBegan)
{
    tell([](Recorder &to) { to.take(event::PoolResized{1, 0}); });
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) {
        to.take(event::FirstDispatched{100});
        to.take(event::PoolResized{2, 230});
    });
    start(WorkerId{2}, 200, 225);
    tell([](Recorder &to) {
        to.take(event::SpanDone{WorkerId{1}, {120, 100, 0, 3}});
        to.take(event::NumbersDone{{0, 3}, OutcomeKind::Integer, 240});
        to.take(event::ChunkDone{WorkerId{1}, chunkTimes(100, 110, 120, 220, 230, 240)});
    });
    m_next = 3;
    chunk(WorkerId{2}, chunkTimes(226, 228, 230, 280, 290, 300));
    const auto sizes = accounting().sizes;
    ASSERT_EQ(sizes.size(), 2U);
    EXPECT_EQ(sizes.at(1).iterations, 3U);
    EXPECT_EQ(sizes.at(1).busy, 100U);
    EXPECT_EQ(sizes.at(2).iterations, 1U);
    EXPECT_EQ(sizes.at(2).busy, 50U);
}

TEST_F(AccountingTest, AValueThatWaitsForAnEarlierOneIsHeldBack)
{
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    m_next = 1;
    chunk(WorkerId{1}, chunkTimes(100, 110, 120, 220, 230, 240));
    m_next = 0;
    chunk(WorkerId{1}, chunkTimes(240, 250, 260, 360, 370, 380));
    const auto held = heldBackOf(m_records[0]);
    ASSERT_TRUE(held);
    EXPECT_EQ(held->mostValues, 1U);
    EXPECT_DOUBLE_EQ(held->mostBytes, static_cast<double>(m_records[0].outcomes->bytes()) / 2);
    EXPECT_FALSE(heldBackOf(m_records[2])) << "it keeps no spans";
}

TEST(Accounting, NamesTheGreatestCauseFirst)
{
    Accounting all;
    EXPECT_EQ(all.utilization(), 0);
    all.times[Cause::OnCpu] = 30;
    all.times[Cause::Tail] = 5;
    all.times[Cause::Lost] = 5;
    all.times[Cause::Absent] = 60;
    EXPECT_EQ(causesByTime(all.times),
        (std::vector<Cause>{Cause::Absent, Cause::OnCpu, Cause::Tail, Cause::Lost}));
    all.workers.emplace_back().busy = 30;
    EXPECT_DOUBLE_EQ(all.utilization(), 0.75) << "who is absent has no part in it";
}

TEST(Accounting, OfCommandsItIsKnownThatTheyStartPrograms)
{
    RunRecord record;
    specOf(record.origin)->task = CommandTask{};
    EXPECT_EQ(conditionsOf(record, 3).cores, 3U);
    EXPECT_TRUE(conditionsOf(record, 3).startsPrograms);
    specOf(record.origin)->task = BuiltinTask{};
    EXPECT_FALSE(conditionsOf(record, 3).startsPrograms);
}

TEST_F(AccountingTest, GrowsBitByBit)
{
    Accountant accountant(m_records[0].timeline, {2, false});
    start(WorkerId{1}, 0, 100);
    tell([](Recorder &to) { to.take(event::FirstDispatched{100}); });
    for (std::uint64_t at = 100; at < 10'000; at += 100) {
        chunk(WorkerId{1}, chunkTimes(at, at + 5, at + 10, at + 80, at + 85, at + 95));
        while (!accountant.advance(1)) { }
        EXPECT_EQ(accountant.accounting().times[Cause::OnCpu]
                + accountant.accounting().times[Cause::Unknown],
            (at / 100) * 70);
    }
    EXPECT_EQ(accountant.accounting().sizes.begin()->second.iterations, 99U);
}

} // namespace
} // namespace poolscope
