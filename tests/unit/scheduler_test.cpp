// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/scheduler.h"

#include <gmock/gmock.h>
#include <random>
#include <set>

namespace poolscope {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

ScheduleOptions fixed(std::uint64_t chunk, std::uint64_t window, std::uint32_t retries = 0)
{
    ScheduleOptions options;
    options.chunks.chunk = chunk;
    options.chunks.window = window;
    options.retries = retries;
    return options;
}

TEST(IndexRange, ContainsWhatLiesInIt)
{
    const IndexRange range{3, 2};
    EXPECT_FALSE(range.contains(2));
    EXPECT_TRUE(range.contains(3));
    EXPECT_TRUE(range.contains(4));
    EXPECT_FALSE(range.contains(5));
    EXPECT_FALSE((IndexRange{3, 0}).contains(3));
}

TEST(IndexRange, IsAppendedIntoTheOneThatEndsWhereItBegins)
{
    std::vector<IndexRange> ranges;
    append(ranges, {2, 3});
    append(ranges, {5, 1});
    append(ranges, {7, 2});
    EXPECT_THAT(ranges, ElementsAre(IndexRange{2, 4}, IndexRange{7, 2}));
    EXPECT_EQ(countOf(ranges), 6U);
}

TEST(Scheduler, HandsOutChunksInOrderUpToTheWindow)
{
    Scheduler scheduler(fixed(3, 2), 10);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 3}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{3, 3}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{6, 3}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{9, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), std::nullopt);
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 3}, 1ms));
    EXPECT_FALSE(scheduler.allSettled());
}

TEST(Scheduler, TakesAnswersOnlyInTurn)
{
    Scheduler scheduler(fixed(4, 2), 8);
    scheduler.addWorker(WorkerId{1});
    EXPECT_FALSE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms)) << "nothing was given";
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_FALSE(scheduler.answered(WorkerId{1}, {4, 1}, 1ms)) << "the first chunk comes first";
    EXPECT_FALSE(scheduler.answered(WorkerId{1}, {0, 5}, 1ms)) << "more than the chunk";
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    EXPECT_FALSE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms)) << "answered already";
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {2, 2}, 1ms));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {4, 4}, 1ms));
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, TriesADeadWorkersIndexAloneOnceAndThenQuarantinesIt)
{
    Scheduler scheduler(fixed(10, 1), 10);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 4}, 1ms));
    const auto first = scheduler.workerDied(WorkerId{1}, {4, 1});
    EXPECT_TRUE(first.quarantined.empty());
    EXPECT_EQ(first.requeued, 6U);

    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{5, 5}))
        << "those that are not to blame first";
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {5, 5}, 1ms));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{4, 1})) << "alone";
    const auto second = scheduler.workerDied(WorkerId{1}, {4, 1});
    EXPECT_THAT(second.quarantined, ElementsAre(TriedIndex{4, 2, 2}));
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, TriesEachSuspectAlone)
{
    Scheduler scheduler(fixed(8, 1), 8);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_EQ(scheduler.workerDied(WorkerId{1}, {2, 3}).requeued, 8U);
    scheduler.addWorker(WorkerId{1});
    std::vector<IndexRange> chunks;
    while (const auto chunk = scheduler.nextChunk(WorkerId{1})) {
        chunks.push_back(*chunk);
        if (*chunk == IndexRange{3, 1}) {
            EXPECT_THAT(scheduler.workerDied(WorkerId{1}, *chunk).quarantined,
                ElementsAre(TriedIndex{3, 2, 2}))
                << "it may have been on any of them";
            scheduler.addWorker(WorkerId{1});
            continue;
        }
        EXPECT_TRUE(scheduler.answered(WorkerId{1}, *chunk, 1ms));
    }
    EXPECT_THAT(chunks,
        ElementsAre(IndexRange{0, 2}, IndexRange{5, 3}, IndexRange{2, 1}, IndexRange{3, 1},
            IndexRange{4, 1}));
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, ADeathWithNothingRunningAccusesNoIndex)
{
    Scheduler scheduler(fixed(5, 2), 10);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(scheduler.workerDied(WorkerId{1}, {}).quarantined.empty());
        scheduler.addWorker(WorkerId{1});
        EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 5}));
        EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{5, 5}));
    }
}

TEST(Scheduler, RetriesFailuresAsOftenAsAsked)
{
    Scheduler scheduler(fixed(1, 1, 2), 1);
    scheduler.addWorker(WorkerId{1});
    for (int attempt = 0; attempt < 2; ++attempt) {
        ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}));
        ASSERT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms));
        EXPECT_EQ(scheduler.failed(0), std::nullopt);
        EXPECT_FALSE(scheduler.allSettled());
    }
    scheduler.nextChunk(WorkerId{1});
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms));
    EXPECT_EQ(scheduler.failed(0), 3U);
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, GrantsRetriesAfterDeathsToo)
{
    Scheduler scheduler(fixed(3, 1, 2), 3);
    scheduler.addWorker(WorkerId{1});
    ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 3}));
    for (int death = 0; death < 3; ++death) {
        EXPECT_TRUE(scheduler.workerDied(WorkerId{1}, {0, 1}).quarantined.empty());
        scheduler.addWorker(WorkerId{1});
        while (scheduler.unansweredOf(WorkerId{1}) != IndexRange{0, 1}) {
            const auto other = scheduler.nextChunk(WorkerId{1});
            ASSERT_TRUE(other);
            const bool suspect = *other == IndexRange{0, 1};
            ASSERT_TRUE(suspect || scheduler.answered(WorkerId{1}, *other, 1ms));
        }
    }
    EXPECT_THAT(
        scheduler.workerDied(WorkerId{1}, {0, 1}).quarantined, ElementsAre(TriedIndex{0, 4, 4}));
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, WaitsForTheLimitButNotForRetries)
{
    Scheduler scheduler(fixed(4, 1), 100);
    scheduler.setLimit(6);
    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 4}));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 4}, 1ms));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{4, 2}));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {4, 2}, 1ms));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
    EXPECT_TRUE(scheduler.heldByLimit());
    scheduler.setLimit(100);
    EXPECT_FALSE(scheduler.heldByLimit());
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{6, 4}));
}

TEST(Scheduler, GivesARetiredWorkersRestToOthers)
{
    Scheduler scheduler(fixed(2, 2), 4);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.removeWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    scheduler.workerLeft(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{2, 2}));
}

TEST(Scheduler, AWorkerThatLeftHasNoShareInWhatIsTriedAgain)
{
    Scheduler scheduler(fixed(6, 1), 6);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        scheduler.addWorker(worker);
    scheduler.nextChunk(WorkerId{1});
    scheduler.removeWorker(WorkerId{1});
    scheduler.workerLeft(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{0, 3})) << "half";
}

TEST(Scheduler, AnIndexOverALimitFailsAtOnce)
{
    Scheduler scheduler(fixed(4, 1), 4);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms));
    const auto after = scheduler.workerDied(WorkerId{1}, {1, 1}, DeathCause::OverLimit);
    EXPECT_THAT(after.failed, ElementsAre(TriedIndex{1, 1, 0})) << "which is not a death";
    EXPECT_TRUE(after.quarantined.empty());
    EXPECT_EQ(after.requeued, 2U);
    EXPECT_EQ(scheduler.failedCount(), 1U);
    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{2, 2}));
}

TEST(Scheduler, AnIndexOverALimitHasItsRetries)
{
    Scheduler scheduler(fixed(1, 1, 1), 1);
    const auto exceed = [&] {
        scheduler.addWorker(WorkerId{1});
        EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}));
        return scheduler.workerDied(WorkerId{1}, {0, 1}, DeathCause::OverLimit).failed;
    };
    EXPECT_THAT(exceed(), IsEmpty());
    EXPECT_THAT(exceed(), ElementsAre(TriedIndex{0, 2, 0}));
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, SeveralOverALimitAreTriedAloneAndNotAccused)
{
    Scheduler scheduler(fixed(5, 1), 5);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    const auto after = scheduler.workerDied(WorkerId{1}, {1, 3}, DeathCause::OverLimit);
    EXPECT_TRUE(after.failed.empty());
    EXPECT_TRUE(after.quarantined.empty());
    EXPECT_EQ(after.requeued, 5U);
    scheduler.addWorker(WorkerId{1});
    std::vector<IndexRange> chunks;
    while (const auto chunk = scheduler.nextChunk(WorkerId{1})) {
        chunks.push_back(*chunk);
        ASSERT_TRUE(scheduler.answered(WorkerId{1}, *chunk, 1ms));
    }
    EXPECT_THAT(chunks,
        ElementsAre(IndexRange{0, 1}, IndexRange{4, 1}, IndexRange{1, 1}, IndexRange{2, 1},
            IndexRange{3, 1}));
    EXPECT_TRUE(scheduler.allSettled());
    EXPECT_EQ(scheduler.failed(3), 1U);
}

TEST(Scheduler, AnIndexThatWasTriedAloneIsNotAccusedForThat)
{
    Scheduler scheduler(fixed(2, 1), 2);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.workerDied(WorkerId{1}, {0, 2}, DeathCause::OverLimit);
    scheduler.addWorker(WorkerId{1});
    ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}));
    EXPECT_THAT(scheduler.workerDied(WorkerId{1}, {0, 1}, DeathCause::OverLimit).failed,
        ElementsAre(TriedIndex{0, 1, 0}));
}

TEST(Scheduler, GivesAWorkerNoMoreThanItMayHave)
{
    ScheduleOptions options = fixed(4, 3);
    options.recycle = 6;
    Scheduler scheduler(options, 100);
    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 4}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{4, 2}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {0, 4}, 1ms));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
    EXPECT_FALSE(scheduler.isExhausted(WorkerId{1})) << "it is still on a chunk";
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {4, 2}, 1ms));
    EXPECT_TRUE(scheduler.isExhausted(WorkerId{1}));
    scheduler.workerLeft(WorkerId{1});
    scheduler.addWorker(WorkerId{1});
    EXPECT_FALSE(scheduler.isExhausted(WorkerId{1})) << "its replacement begins anew";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{6, 4}));
}

TEST(Scheduler, RecyclingCutsWhatIsTriedAgainToo)
{
    ScheduleOptions options = fixed(8, 1);
    options.recycle = 3;
    Scheduler scheduler(options, 8);
    scheduler.addWorker(WorkerId{1});
    ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 3}));
    scheduler.workerDied(WorkerId{1}, {});
    scheduler.addWorker(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{0, 3}));
}

TEST(Scheduler, TriesAFailureAgainWhenAsked)
{
    Scheduler scheduler(fixed(2, 1), 2);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    ASSERT_EQ(scheduler.failed(1), 1U);
    ASSERT_TRUE(scheduler.allSettled());
    scheduler.retry({1, 1});
    EXPECT_FALSE(scheduler.allSettled());
    EXPECT_EQ(scheduler.failedCount(), 0U);
    ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{1, 1}));
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {1, 1}, 1ms));
    EXPECT_EQ(scheduler.failed(1), 2U) << "the earlier attempt counts";
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, AQuarantinedIndexMayKillTwiceAgainAfterItWasAskedFor)
{
    Scheduler scheduler(fixed(1, 1), 1);
    const auto die = [&] {
        scheduler.addWorker(WorkerId{1});
        scheduler.nextChunk(WorkerId{1});
        return scheduler.workerDied(WorkerId{1}, {0, 1}).quarantined;
    };
    EXPECT_THAT(die(), IsEmpty());
    EXPECT_THAT(die(), ElementsAre(TriedIndex{0, 2, 2}));
    scheduler.retry({0, 2});
    EXPECT_THAT(die(), IsEmpty());
    EXPECT_THAT(die(), ElementsAre(TriedIndex{0, 4, 2}));
}

TEST(Scheduler, SettlesEveryIndexOnceWhateverDies)
{
    std::mt19937 random(1);
    const auto chance = [&](unsigned percent) {
        return random() % 100 < percent;
    };
    for (int round = 0; round < 200; ++round) {
        const std::uint64_t inputs = random() % 500;
        ScheduleOptions options = fixed(1 + random() % 20, 1 + random() % 3, random() % 3);
        if (chance(50))
            options.chunks = {};
        Scheduler scheduler(options, inputs);
        std::vector<int> settled(inputs, 0);
        std::map<WorkerId, std::deque<IndexRange>> held;
        WorkerId next{1};
        while (!scheduler.allSettled()) {
            if (held.size() < 3) {
                scheduler.addWorker(next);
                held[next];
                ++next;
            }
            for (auto worker = held.begin(); worker != held.end();) {
                auto &[id, chunks] = *worker;
                while (const auto chunk = scheduler.nextChunk(id))
                    chunks.push_back(*chunk);
                if (!chunks.empty() && chance(80)) {
                    IndexRange &chunk = chunks.front();
                    const std::uint64_t count = 1 + random() % chunk.count;
                    ASSERT_TRUE(scheduler.answered(id, {chunk.first, count}, 5us));
                    for (std::uint64_t i = chunk.first; i < chunk.first + count; ++i) {
                        if (!chance(10) || scheduler.failed(i))
                            ++settled[i];
                    }
                    chunk = {chunk.first + count, chunk.count - count};
                    if (chunk.count == 0)
                        chunks.pop_front();
                }
                if (!chunks.empty() && chance(20)) {
                    // It is on the first input of its first chunk, and has begun nothing else.
                    scheduler.reclaimAsked(id);
                    std::uint64_t held = 0;
                    for (const IndexRange &chunk : chunks)
                        held += chunk.count;
                    const std::uint64_t endPosition = scheduler.sentTo(id);
                    ASSERT_EQ(scheduler.reclaim(id, endPosition - held + 1), held - 1);
                    scheduler.reclaimAnswered(id);
                    chunks.resize(1);
                    chunks.front().count = 1;
                }
                if (!chance(10)) {
                    ++worker;
                    continue;
                }
                const IndexRange rest = scheduler.unansweredOf(id);
                const auto after = scheduler.workerDied(id,
                    chance(50) ? IndexRange{rest.first, std::min<std::uint64_t>(rest.count, 3)}
                               : IndexRange{},
                    chance(50) ? DeathCause::Unknown : DeathCause::OverLimit);
                for (const TriedIndex &tried : after.quarantined)
                    ++settled[tried.index];
                for (const TriedIndex &tried : after.failed)
                    ++settled[tried.index];
                worker = held.erase(worker);
            }
        }
        ASSERT_THAT(settled, testing::Each(1));
    }
}

TEST(Scheduler, HandsOutInputsAsTheyCome)
{
    Scheduler scheduler(fixed(4, 2), 0, Scheduler::Inputs::Growing);
    scheduler.addWorker(WorkerId{1});
    EXPECT_FALSE(scheduler.allSettled()) << "more may come";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
    scheduler.inputsArrived(1, Scheduler::Inputs::Growing);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}))
        << "at once, not when a chunk is full";
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms));
    EXPECT_FALSE(scheduler.allSettled());
    scheduler.inputsArrived(7, Scheduler::Inputs::Growing);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{1, 4}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{5, 2}));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {1, 4}, 1ms));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {5, 2}, 1ms));
    EXPECT_FALSE(scheduler.allSettled());
    scheduler.inputsArrived(7, Scheduler::Inputs::Complete);
    EXPECT_TRUE(scheduler.areInputsComplete());
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, TwoOverALimitAreNotAccusedEither)
{
    Scheduler scheduler(fixed(2, 1), 2);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_TRUE(scheduler.workerDied(WorkerId{1}, {0, 2}, DeathCause::OverLimit).failed.empty());
}

TEST(Scheduler, GivesARetiredWorkerNothingMore)
{
    Scheduler scheduler(fixed(2, 2), 10);
    scheduler.addWorker(WorkerId{1});
    scheduler.removeWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
}

TEST(Scheduler, AWorkerThatHoldsNothingIsOnNothing)
{
    Scheduler scheduler(fixed(2, 2), 4);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_EQ(scheduler.unansweredOf(WorkerId{1}), (IndexRange{0, 2})) << "the first of two";
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 2), 2U);
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    EXPECT_EQ(scheduler.unansweredOf(WorkerId{1}), IndexRange{});
    EXPECT_FALSE(scheduler.answered(WorkerId{1}, {2, 0}, 1ms));
}

TEST(Scheduler, AWorkerIsNotSpentBeforeItHasHadAll)
{
    ScheduleOptions options = fixed(2, 1);
    options.recycle = 3;
    Scheduler scheduler(options, 10);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    EXPECT_FALSE(scheduler.isExhausted(WorkerId{1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{2, 1}));
}

TEST(Scheduler, RecyclingLeavesWhatIsTriedAgainToOthers)
{
    ScheduleOptions options = fixed(2, 2);
    options.recycle = 3;
    Scheduler scheduler(options, 4);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    scheduler.workerLeft(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{0, 1})) << "it may have one more";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), std::nullopt);
}

TEST(Scheduler, AFailureThatIsAskedForHasAllItsRetries)
{
    Scheduler scheduler(fixed(1, 1, 1), 1);
    scheduler.addWorker(WorkerId{1});
    const auto fail = [&] {
        scheduler.nextChunk(WorkerId{1});
        EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms));
        return scheduler.failed(0);
    };
    EXPECT_EQ(fail(), std::nullopt);
    EXPECT_EQ(fail(), 2U);
    scheduler.retry({0, 2});
    EXPECT_EQ(fail(), std::nullopt);
    EXPECT_EQ(fail(), 4U);
}

TEST(Scheduler, IsHeldByNoLimitWhereSomethingElseIsToBeDone)
{
    Scheduler scheduler(fixed(2, 1), 4);
    scheduler.setLimit(2);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_TRUE(scheduler.heldByLimit());
    scheduler.workerDied(WorkerId{1}, {});
    EXPECT_FALSE(scheduler.heldByLimit()) << "what it held is to be tried again";
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    scheduler.setLimit(4);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{2, 2}));
    EXPECT_FALSE(scheduler.heldByLimit()) << "nothing is left";
}

TEST(Scheduler, TheLimitCutsAChunkBeforeWhatWasSettled)
{
    Scheduler scheduler(fixed(4, 1), 20);
    scheduler.skip({{3, 10}});
    scheduler.setLimit(2);
    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 2}));
}

TEST(Scheduler, KnowsWhatIsNotSettled)
{
    Scheduler scheduler(fixed(4, 2, 1), 20, Scheduler::Inputs::Growing);
    const IndexRange rest{16, UINT64_MAX - 16};
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
        scheduler.addWorker(worker);
        scheduler.nextChunk(worker);
        scheduler.nextChunk(worker);
    }
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 3}, 1ms));
    EXPECT_EQ(scheduler.failed(1), std::nullopt);
    EXPECT_THAT(scheduler.unsettled(),
        ElementsAre(IndexRange{1, 1}, IndexRange{3, 1}, IndexRange{4, 4}, IndexRange{8, 4},
            IndexRange{12, 4}, rest));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {3, 1}, 1ms));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {4, 4}, 1ms));
    scheduler.workerDied(WorkerId{2}, {9, 1});
    EXPECT_THAT(scheduler.unsettled(),
        ElementsAre(IndexRange{1, 1}, IndexRange{8, 1}, IndexRange{9, 1}, IndexRange{10, 2},
            IndexRange{12, 4}, rest));
}

TEST(Scheduler, ReclaimsFromTheWorkerThatHoldsMost)
{
    Scheduler scheduler(fixed(4, 2), 14);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        scheduler.addWorker(worker);
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt) << "inputs wait to be sent";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{12, 2}));
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{2}) << "8 are more than 6";
    scheduler.reclaimAsked(WorkerId{2});
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt) << "one request for one worker";
    EXPECT_EQ(scheduler.reclaim(WorkerId{2}, 1), 7U);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{3}), (IndexRange{5, 1})) << "a third of the first range";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{3}), (IndexRange{6, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{3}), std::nullopt) << "its window is full";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), std::nullopt) << "it has not answered the request";
    scheduler.reclaimAnswered(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{7, 1}));
    EXPECT_TRUE(scheduler.answered(WorkerId{2}, {4, 1}, 1ms)) << "the input that it was on";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{8, 2}));
}

TEST(Scheduler, WorkersTakeReturnedInputsInTurns)
{
    Scheduler scheduler(fixed(2, 4), 8);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}})
        scheduler.addWorker(worker);
    while (scheduler.nextChunk(WorkerId{1})) { }
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 0), 8U) << "it had begun none";
    scheduler.reclaimAnswered(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt) << "worker 2 holds fewer";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{1, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{2, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), std::nullopt) << "worker 1 holds fewer";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{3, 1}));
    scheduler.removeWorker(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{4, 2})) << "worker 2 takes no more";
}

/// Has worker 1 answer all inputs below `end`, each of which takes `cost`. Returns the sizes of the
/// chunks.
std::vector<std::uint64_t> workUpTo(
    Scheduler &scheduler, std::uint64_t end, std::chrono::nanoseconds cost)
{
    std::vector<std::uint64_t> sizes;
    scheduler.setLimit(end);
    while (const auto chunk = scheduler.nextChunk(WorkerId{1})) {
        sizes.push_back(chunk->count);
        EXPECT_TRUE(scheduler.answered(WorkerId{1}, *chunk, chunk->count * cost));
    }
    scheduler.setLimit(UINT64_MAX);
    return sizes;
}

/// As workUpTo(), in chunks of one input, from which chunks still have to grow.
void workOneByOneUpTo(Scheduler &scheduler, std::uint64_t end, std::chrono::nanoseconds cost)
{
    scheduler.setLargestChunk(1);
    workUpTo(scheduler, end, cost);
    scheduler.setLargestChunk(ChunkOptions().largestChunk);
}

TEST(Scheduler, LeavesForAMomentWhatIsTooLittleToBeDivided)
{
    for (const std::uint64_t held : {40U, 41U}) {
        Scheduler scheduler({}, 10'000);
        scheduler.addWorker(WorkerId{1});
        workUpTo(scheduler, 9'000, 1us);
        scheduler.setLimit(9'000 + held);
        while (scheduler.nextChunk(WorkerId{1})) { }
        scheduler.addWorker(WorkerId{2});
        const auto worker = scheduler.nextToReclaim(1us);
        EXPECT_EQ(worker.has_value(), held == 41)
            << "two chunks of 20 inputs, and the one it is on";
        EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1});
    }
}

TEST(Scheduler, LetsAutomaticChunksGrowAsTheyAreAnswered)
{
    Scheduler scheduler({}, 10'000'000);
    scheduler.addWorker(WorkerId{1});
    const auto sizes = workUpTo(scheduler, 1'000'000, 1us);
    EXPECT_THAT(
        std::vector(sizes.begin(), sizes.begin() + 5), ElementsAre(1U, 8U, 64U, 512U, 2000U))
        << "of 1 us each: up to 2 ms at once";
    EXPECT_EQ(scheduler.chunkSizeNow(), 20'000U) << "20 ms";
}

TEST(Scheduler, AChunkTakesASmallPartOfWhatTheRunHasTaken)
{
    for (const std::uint32_t workers : {1U, 4U}) {
        Scheduler scheduler({}, 10'000'000);
        for (WorkerId worker{1}; numberOf(worker) <= workers; ++worker)
            scheduler.addWorker(worker);
        std::uint64_t answered = 0;
        for (const std::uint64_t size : workUpTo(scheduler, 50'000, 10us)) {
            EXPECT_LE(size, std::max<std::uint64_t>(answered / workers / 32, 200)) << answered;
            answered += size;
        }
        EXPECT_EQ(scheduler.chunkSizeNow(), 50'000 / workers / 32);
    }
}

TEST(Scheduler, LeavesTheLastInputsToWorkersWithoutWork)
{
    Scheduler scheduler(fixed(1, 2), 4);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        scheduler.addWorker(worker);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{1, 1}))
        << "there are enough for the others";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{2, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), std::nullopt) << "the other has nothing to do";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{3}), (IndexRange{3, 1}));
}

TEST(Scheduler, ReclaimsNothingThatIsTheOnlyInput)
{
    Scheduler scheduler(fixed(1, 2), 3);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt) << "nobody is without work";
    EXPECT_TRUE(scheduler.answered(WorkerId{2}, {2, 1}, 1ms));
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1});
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms));
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt) << "it is on the only one that is left";
}

TEST(Scheduler, ReclaimsForNobodyWhoWillTakeNothing)
{
    ScheduleOptions options = fixed(4, 2);
    options.recycle = 5;
    Scheduler scheduler(options, 9);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_TRUE(scheduler.answered(WorkerId{2}, {5, 4}, 1ms));
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1});
    scheduler.removeWorker(WorkerId{2});
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt) << "it leaves";
    scheduler.workerLeft(WorkerId{2});
    scheduler.addWorker(WorkerId{2});
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1}) << "its replacement has nothing to do";
    scheduler.setKeepsChunks(WorkerId{1});
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt) << "it cannot be asked";
}

TEST(Scheduler, ReclaimsForAWorkerThatTheLimitHolds)
{
    Scheduler scheduler(fixed(2, 1), 100);
    scheduler.setLimit(4);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_TRUE(scheduler.answered(WorkerId{2}, {2, 2}, 1ms));
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1});
    scheduler.setLimit(5);
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt) << "there is another input for it";
}

TEST(Scheduler, LeavesWhatTakesLittleTimeWhereItIs)
{
    Scheduler scheduler(fixed(10, 1), 12);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_TRUE(scheduler.answered(WorkerId{2}, {10, 2}, 200us));
    EXPECT_EQ(scheduler.nextToReclaim(900us), WorkerId{1}) << "9 inputs of 100 us";
    EXPECT_EQ(scheduler.nextToReclaim(901us), std::nullopt);
}

TEST(Scheduler, ReclaimsWhatWasSentBeforeTheRequestAlone)
{
    Scheduler scheduler(fixed(2, 1), 6);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms)) << "before it saw the request";
    EXPECT_EQ(scheduler.sentTo(WorkerId{1}), 2U);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{2, 2})) << "it holds nothing";
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 2), 0U) << "it sees it at the chunk that came later";
    EXPECT_EQ(scheduler.sentTo(WorkerId{1}), 4U);
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {2, 2}, 1ms));
}

TEST(Scheduler, CountsPositionsOnAfterAReclaim)
{
    Scheduler scheduler(fixed(4, 2), 8);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 3), 5U);
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 2), 1U) << "it had not begun that one either";
    scheduler.reclaimAnswered(WorkerId{1});
    EXPECT_EQ(scheduler.sentTo(WorkerId{1}), 8U);
    EXPECT_EQ(scheduler.unansweredOf(WorkerId{1}), (IndexRange{0, 2}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{2, 1}))
        << "in the order of their indices";
    EXPECT_EQ(scheduler.sentTo(WorkerId{1}), 9U);
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 2), 1U)
        << "what was sent later lies beyond position 8";
    EXPECT_EQ(scheduler.unansweredOf(WorkerId{1}), (IndexRange{0, 2}));
}

TEST(Scheduler, AReclaimedInputDoesNotCountTowardsRecycling)
{
    ScheduleOptions options = fixed(4, 1);
    options.recycle = 4;
    Scheduler scheduler(options, 8);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 1), 3U);
    scheduler.reclaimAnswered(WorkerId{1});
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1ms));
    EXPECT_FALSE(scheduler.isExhausted(WorkerId{1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{1, 3}));
}

TEST(Scheduler, ADeathUndoesARequest)
{
    Scheduler scheduler(fixed(4, 1), 4);
    scheduler.addWorker(WorkerId{1});
    scheduler.nextChunk(WorkerId{1});
    scheduler.reclaimAsked(WorkerId{1});
    scheduler.reclaim(WorkerId{1}, 2);
    EXPECT_EQ(scheduler.workerDied(WorkerId{1}, {1, 1}).requeued, 2U);
    scheduler.addWorker(WorkerId{1});
    std::set<std::uint64_t> rest;
    while (const auto chunk = scheduler.nextChunk(WorkerId{1})) {
        for (std::uint64_t i = chunk->first; i < chunk->end(); ++i)
            EXPECT_TRUE(rest.insert(i).second);
        EXPECT_TRUE(scheduler.answered(WorkerId{1}, *chunk, 1ms));
    }
    EXPECT_THAT(rest, ElementsAre(0U, 1U, 2U, 3U));
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, HandsOutNothingThatWasSettledBefore)
{
    Scheduler scheduler(fixed(4, 1), 20);
    scheduler.skip({{0, 2}, {5, 3}, {8, 1}, {15, 5}});
    EXPECT_EQ(scheduler.settledCount(), 11U);
    scheduler.addWorker(WorkerId{1});
    std::vector<IndexRange> chunks;
    while (const auto chunk = scheduler.nextChunk(WorkerId{1})) {
        EXPECT_FALSE(scheduler.allSettled());
        chunks.push_back(*chunk);
        ASSERT_TRUE(scheduler.answered(WorkerId{1}, *chunk, 1ms));
    }
    EXPECT_THAT(chunks, ElementsAre(IndexRange{2, 3}, IndexRange{9, 4}, IndexRange{13, 2}));
    EXPECT_TRUE(scheduler.allSettled());
}

TEST(Scheduler, HandsOutInputsBeyondFourBillion)
{
    constexpr std::uint64_t many = 1ULL << 33;
    Scheduler scheduler(fixed(4, 1), many + 8);
    scheduler.skip({{0, many}});
    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{many, 4}));
}

TEST(Scheduler, SizesChunksByWhatIsStillToBeDone)
{
    Scheduler scheduler({}, 65'000);
    scheduler.skip({{64'100, 800}});
    scheduler.addWorker(WorkerId{1});
    workUpTo(scheduler, 64'073, 20us);
    EXPECT_EQ(scheduler.chunkSizeNow(), 127U / 2);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{64'073, 27}))
        << "up to what is settled";
    EXPECT_EQ(scheduler.chunkSizeNow(), 50U);
    EXPECT_EQ(scheduler.workerDied(WorkerId{1}, {}).requeued, 27U);
    EXPECT_EQ(scheduler.chunkSizeNow(), 63U) << "of 127, with what is tried again";
    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{64'073, 13}));
    EXPECT_EQ(scheduler.chunkSizeNow(), 57U);
}

TEST(Scheduler, AutomaticChunksMayBeAsLargeAsWasSaidLast)
{
    Scheduler scheduler({}, 1'000'000);
    scheduler.setLargestChunk(5);
    scheduler.addWorker(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 1us));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{1, 5}));
}

TEST(Scheduler, AutomaticChunksGrowWhereDispatchCostsMuch)
{
    Scheduler scheduler({}, 1'000'000);
    scheduler.addWorker(WorkerId{1});
    workUpTo(scheduler, 20'000, 100us);
    EXPECT_EQ(scheduler.chunkSizeNow(), 200U) << "20 ms";
    for (int i = 0; i < 200; ++i)
        scheduler.measuredDispatchCosts(400us);
    EXPECT_EQ(scheduler.chunkSizeNow(), 399U) << "nearly 40 ms";
}

TEST(Scheduler, CountsAttemptsFromBeforeTheRunWentOnAsNoRetries)
{
    Scheduler scheduler(fixed(2, 1, 1), 2);
    scheduler.failedBefore({1, 2});
    scheduler.addWorker(WorkerId{1});
    ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 2}));
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    EXPECT_EQ(scheduler.failed(1), std::nullopt);
    ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{1, 1}));
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {1, 1}, 1ms));
    EXPECT_EQ(scheduler.failed(1), 4U);
}

TEST(Attempts, AreForgottenOnceTheIndexHasSucceeded)
{
    Attempts attempts;
    AttemptCounts failedOnce;
    failedOnce.failures = 1;
    attempts.enqueue(0, failedOnce);
    EXPECT_EQ(attempts.sendNext(), 0U);
    attempts.answered({0, 1});
    attempts.answered({1, 1});
    EXPECT_EQ(attempts.take(0).total(), 0U);
}

TEST(Scheduler, FirstUnsettledIsTheLowestOfAllThatIsNot)
{
    Scheduler scheduler(fixed(2, 1, 1), 8);
    EXPECT_EQ(scheduler.firstUnsettled(), 0U);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {0, 2}, 1ms));
    EXPECT_EQ(scheduler.firstUnsettled(), 2U) << "which a worker has";
    EXPECT_EQ(scheduler.failed(1), std::nullopt);
    EXPECT_EQ(scheduler.firstUnsettled(), 1U) << "which will be tried again";
    ASSERT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{1, 1}));
    ASSERT_TRUE(scheduler.answered(WorkerId{1}, {1, 1}, 1ms));
    scheduler.workerLeft(WorkerId{2});
    EXPECT_EQ(scheduler.firstUnsettled(), 2U) << "which was put back";
}

TEST(Scheduler, LeavesAnInputForEachWorkerWithoutWork)
{
    Scheduler scheduler(fixed(1, 2), 3);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        scheduler.addWorker(worker);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 1}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
}

TEST(Scheduler, WhatLiesBeyondTheLimitIsNotLeftForOthers)
{
    Scheduler scheduler(fixed(1, 2), 20);
    scheduler.skip({{2, 10}});
    scheduler.setLimit(2);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        scheduler.addWorker(worker);
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    scheduler.workerLeft(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt) << "one input waits, and one worker";
    EXPECT_EQ(scheduler.nextChunk(WorkerId{3}), (IndexRange{1, 1}));
}

TEST(Scheduler, LetsAutomaticChunksShrinkTowardsTheEnd)
{
    Scheduler scheduler({}, 10'019);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    workUpTo(scheduler, 10'000, 20us);
    std::vector<std::uint64_t> sizes;
    while (const auto chunk = scheduler.nextChunk(WorkerId{1})) {
        EXPECT_EQ(scheduler.chunkSizeNow() > 1, sizes.size() < 3);
        sizes.push_back(chunk->count);
        ASSERT_TRUE(scheduler.answered(WorkerId{1}, *chunk, chunk->count * 20us));
    }
    EXPECT_THAT(sizes, ElementsAre(4U, 3U, 3U, 2U, 1U, 1U, 1U, 1U, 1U, 1U, 1U))
        << "a quarter of what is left, for two";
}

TEST(Scheduler, DividesNothingThatTakesLessThanToHandItOver)
{
    Scheduler scheduler({}, 10'091);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    workUpTo(scheduler, 10'000, 1us);
    std::vector<std::uint64_t> sizes;
    while (const auto chunk = scheduler.nextChunk(WorkerId{1})) {
        sizes.push_back(chunk->count);
        ASSERT_TRUE(scheduler.answered(WorkerId{1}, *chunk, chunk->count * 1us));
    }
    EXPECT_THAT(sizes, ElementsAre(22U, 20U, 20U, 20U, 9U)) << "20 us until it is measured";
}

TEST(Scheduler, ReturnedInputsAreDividedNoFurtherThanOthers)
{
    Scheduler scheduler({}, 1'000'000);
    scheduler.addWorker(WorkerId{1});
    workUpTo(scheduler, 32 * 512, 1us);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{16'384, 2000}));
    scheduler.addWorker(WorkerId{2});
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 18'359), 25U);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{2}), (IndexRange{18'359, 20}));
}

TEST(Scheduler, AChunkLetsOthersGrowOnceItIsAnsweredWhole)
{
    Scheduler scheduler({}, 1'000'000);
    scheduler.addWorker(WorkerId{1});
    workOneByOneUpTo(scheduler, 10'000, 1us);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{10'000, 8}));
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {10'000, 7}, 7us));
    EXPECT_EQ(scheduler.chunkSizeNow(), 8U);
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {10'007, 1}, 1us));
    EXPECT_EQ(scheduler.chunkSizeNow(), 64U);
}

TEST(Scheduler, AChunkThatWasCutCountsAsWhatItBecame)
{
    Scheduler scheduler({}, 1'000'000);
    scheduler.addWorker(WorkerId{1});
    workOneByOneUpTo(scheduler, 10'000, 1us);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{10'000, 8}));
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 10'001), 7U);
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {10'000, 1}, 1us));
    EXPECT_EQ(scheduler.chunkSizeNow(), 8U);
}

TEST(Scheduler, SharesOutWhatIsTriedAgainInSmallerChunks)
{
    Scheduler scheduler({}, 1'000'000);
    scheduler.addWorker(WorkerId{1});
    workOneByOneUpTo(scheduler, 10'000, 20us);
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{10'000, 8}));
    scheduler.workerLeft(WorkerId{1});
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{10'000, 2})) << "8 / (2 x workers)";
}

TEST(Scheduler, HoldsNoLongChunkBackTowardsTheEnd)
{
    ScheduleOptions options;
    options.chunks.chunk = 1;
    Scheduler scheduler(options, 6);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    for (const WorkerId worker : {WorkerId{1}, WorkerId{1}, WorkerId{2}, WorkerId{2}})
        scheduler.nextChunk(worker);
    EXPECT_EQ(scheduler.windowNow(), 2U) << "nothing is known";
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 1}, 50ms));
    EXPECT_EQ(scheduler.windowNow(), 1U) << "one is left for each";
    scheduler.workerLeft(WorkerId{2});
    scheduler.addWorker(WorkerId{2});
    EXPECT_EQ(scheduler.windowNow(), 2U) << "those to be tried again are left, too";
}

TEST(Scheduler, SendsNothingToAWorkerThatWasAskedToReturn)
{
    Scheduler scheduler(fixed(2, 2), 4);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    scheduler.reclaimAsked(WorkerId{1});
    scheduler.workerLeft(WorkerId{2});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), std::nullopt);
    scheduler.reclaimAnswered(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{2, 2}));
}

TEST(Scheduler, FillsTheWindowOfAWorkerThatKeepsItsChunks)
{
    Scheduler scheduler(fixed(2, 2), 10);
    scheduler.addWorker(WorkerId{1});
    scheduler.setKeepsChunks(WorkerId{1});
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{0, 2}));
    EXPECT_EQ(scheduler.nextChunk(WorkerId{1}), (IndexRange{2, 2}));
}

TEST(Scheduler, ReclaimsNothingForAWorkerThatIsToBeReplaced)
{
    ScheduleOptions options = fixed(4, 1);
    options.recycle = 4;
    Scheduler scheduler(options, 8);
    scheduler.addWorker(WorkerId{1});
    scheduler.addWorker(WorkerId{2});
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_TRUE(scheduler.answered(WorkerId{2}, {4, 4}, 1ms));
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt);
}

TEST(Scheduler, ReclaimsNothingWhileSomethingIsToBeTriedAgain)
{
    Scheduler scheduler(fixed(4, 1), 8);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        scheduler.addWorker(worker);
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1}) << "of two that hold as much, the first";
    scheduler.workerLeft(WorkerId{2});
    EXPECT_EQ(scheduler.nextToReclaim({}), std::nullopt);
}

TEST(Scheduler, AsksAWorkerAgainOnceItHasAnswered)
{
    Scheduler scheduler(fixed(6, 1), 10);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}, WorkerId{4}})
        scheduler.addWorker(worker);
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{4});
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1});
    scheduler.reclaimAsked(WorkerId{1});
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{4}) << "the first is asked already";
    EXPECT_EQ(scheduler.reclaim(WorkerId{1}, 4), 2U);
    scheduler.nextChunk(WorkerId{2});
    scheduler.nextChunk(WorkerId{3});
    EXPECT_TRUE(scheduler.answered(WorkerId{2}, {4, 1}, 1ms));
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{4}) << "the first has not answered yet";
    scheduler.reclaimAnswered(WorkerId{1});
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{1});
}

TEST(Scheduler, WhatWasAnsweredIsNotHeld)
{
    Scheduler scheduler(fixed(6, 1), 10);
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}, WorkerId{3}})
        scheduler.addWorker(worker);
    scheduler.nextChunk(WorkerId{1});
    scheduler.nextChunk(WorkerId{2});
    EXPECT_TRUE(scheduler.answered(WorkerId{1}, {0, 4}, 1ms));
    EXPECT_EQ(scheduler.nextToReclaim({}), WorkerId{2}) << "4 are more than 2";
}

TEST(ChunkSizer, GrowsToTwentyMillisecondsAndShrinksTowardsTheEnd)
{
    ChunkSizer sizer({});
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 1U);
    sizer.measuredWork(100'000, 10s);
    sizer.measuredChunk(1);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 8U) << "by 8 times at most";
    sizer.measuredChunk(1000);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 200U) << "20 ms of 100 us each";
    EXPECT_EQ(sizer.chunkSize(100, 2), 25U) << "remaining / (2 x workers)";
    EXPECT_EQ(sizer.chunkSize(1, 64), 1U);
}

TEST(ChunkSizer, AChunkTakesOneThirtySecondOfTheRunSoFar)
{
    ChunkSizer sizer({});
    sizer.measuredWork(640, 64ms);
    sizer.measuredChunk(1000);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 1), 20U) << "2 ms of 100 us each";
    EXPECT_EQ(sizer.chunkSize(1'000'000, 64), 20U) << "handing over costs a hundredth of that";
    sizer.measuredWork(6400, 640ms);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 110U) << "of all that was measured";
}

TEST(ChunkSizer, NoRunHasTakenTooLong)
{
    ChunkSizer sizer({});
    for (int i = 0; i < 100; ++i)
        sizer.measuredWork(UINT64_MAX, std::chrono::nanoseconds::max());
    sizer.measuredChunk(1'000'000);
    EXPECT_EQ(sizer.chunkSize(UINT64_MAX, 1), 8'000'000U) << "by 8 times, of 0.5 ns each";
}

TEST(ChunkSizer, KeepsDispatchBelowAHundredth)
{
    ChunkSizer sizer({});
    for (int i = 0; i < 200; ++i)
        sizer.measuredDispatchCosts(1ms);
    sizer.measuredWork(100'000, 10s);
    sizer.measuredChunk(100'000);
    EXPECT_NEAR(static_cast<double>(sizer.chunkSize(UINT64_MAX, 1)), 1000, 20)
        << "100 ms of 100 us";
}

TEST(ChunkSizer, HoldsTwoMillisecondsOfWorkInReserve)
{
    ChunkOptions options;
    options.chunk = 1;
    ChunkSizer sizer(options);
    EXPECT_EQ(sizer.window(1000, 2), 2U);
    sizer.measuredWork(1, 20us);
    sizer.measuredChunk(1);
    EXPECT_EQ(sizer.window(1'000'000, 2), 101U);
    sizer.measuredWork(1'000'000, 1us);
    EXPECT_EQ(sizer.window(1'000'000, 2), 1024U);
}

TEST(ChunkSizer, HoldsLessOnceIterationsTakeLonger)
{
    ChunkOptions options;
    options.chunk = 1;
    ChunkSizer sizer(options);
    sizer.measuredWork(1'000'000, 50ms);
    sizer.measuredChunk(1);
    EXPECT_EQ(sizer.window(1'000'000, 2), 1024U);
    sizer.measuredWork(1, 1ms);
    EXPECT_EQ(sizer.window(1'000'000, 2), 1024U) << "one alone was interrupted";
    sizer.measuredWork(1, 1ms);
    EXPECT_EQ(sizer.window(1'000'000, 2), 3U) << "2 ms of what it costs by now";
    sizer.measuredWork(1, 50ns);
    for (int i = 0; i < 1000; ++i)
        sizer.measuredWork(1, 50ns);
    EXPECT_EQ(sizer.window(1'000'000, 2), 1024U) << "a thousand quick ones later";
}

TEST(ChunkSizer, KnowsWhatInputsTake)
{
    ChunkSizer sizer({});
    EXPECT_EQ(sizer.timeOf(10), std::nullopt);
    sizer.measuredWork(4, 4ms);
    EXPECT_EQ(sizer.timeOf(10), 10ms);
    EXPECT_GT(sizer.timeOf(UINT64_MAX), 24h);
}

TEST(ChunkSizer, HoldsOneLongChunkWhenOthersMightTakeIt)
{
    ChunkOptions options;
    options.chunk = 1;
    ChunkSizer sizer(options);
    sizer.measuredWork(1, 50ms);
    sizer.measuredChunk(1);
    EXPECT_EQ(sizer.window(100, 2), 2U);
    EXPECT_EQ(sizer.window(2, 2), 1U);
}

TEST(ChunkSizer, HoldsMoreThanOneShortChunkUpToTheEnd)
{
    ChunkOptions options;
    options.chunk = 1;
    ChunkSizer quick(options);
    quick.measuredWork(1, 200us);
    quick.measuredChunk(1);
    EXPECT_EQ(quick.window(1, 2), 11U) << "2 ms of work, whoever else has none";
    ChunkSizer slow(options);
    slow.measuredWork(1, 10ms);
    slow.measuredChunk(1);
    EXPECT_EQ(slow.window(3, 2), 2U) << "there is one more than workers";
    EXPECT_EQ(slow.window(2, 2), 1U);
}

TEST(ChunkSizer, RoundsTheReserveUp)
{
    ChunkOptions options;
    options.chunk = 1;
    ChunkSizer sizer(options);
    sizer.measuredWork(1, 30us);
    sizer.measuredChunk(1);
    EXPECT_EQ(sizer.window(1'000'000, 2), 1U + 67U) << "66 would last for 1.98 ms";
}

TEST(ChunkSizer, ForgetsWhatIterationsOnceTook)
{
    ChunkSizer sizer({});
    for (int i = 0; i < 50; ++i)
        sizer.measuredWork(20, 20ms);
    for (int i = 0; i < 50; ++i)
        sizer.measuredWork(200, 20ms);
    EXPECT_NEAR(static_cast<double>(sizer.timeOf(1000)->count()), 100e6, 5e6) << "100 us by now";
}

TEST(ChunkSizer, OneSlowIterationHardlyCounts)
{
    ChunkSizer sizer({});
    for (int i = 0; i < 50; ++i)
        sizer.measuredWork(200, 20ms);
    sizer.measuredWork(1, 10ms);
    EXPECT_NEAR(static_cast<double>(sizer.timeOf(1000)->count()), 100e6, 12e6);
}

TEST(ChunkSizer, OneQuickIterationIsNotWhatTheyCostOfLate)
{
    ChunkOptions options;
    options.chunk = 1;
    ChunkSizer sizer(options);
    sizer.measuredWork(1'000'000, 50ms);
    sizer.measuredChunk(1);
    sizer.measuredWork(1, 1ms);
    sizer.measuredWork(1, 1ms);
    sizer.measuredWork(1, 10us);
    EXPECT_EQ(sizer.window(1'000'000, 2), 4U) << "2 ms of 985 us each";
    sizer.measuredWork(100'000, 5ms);
    EXPECT_EQ(sizer.window(1'000'000, 2), 1024U) << "they are quick again";
}

TEST(ChunkSizer, OneSlowHandoverDoesNotMakeChunksLarger)
{
    ChunkSizer sizer({});
    sizer.measuredWork(100'000, 10s);
    sizer.measuredChunk(1000);
    sizer.measuredDispatchCosts(1600us);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 200U) << "20 ms of 100 us each";
}

TEST(ChunkSizer, ASmallChunkDoesNotMakeItBeginAnew)
{
    ChunkSizer sizer({});
    sizer.measuredWork(100'000, 10s);
    sizer.measuredChunk(1000);
    sizer.measuredChunk(1);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 200U);
}

TEST(ChunkSizer, MakesNoChunkLargerThanItMayBe)
{
    ChunkOptions options;
    options.largestChunk = 150;
    ChunkSizer sizer(options);
    sizer.measuredWork(100'000, 10s);
    sizer.measuredChunk(1000);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 150U);
    sizer.setLargestChunk(120);
    EXPECT_EQ(sizer.chunkSize(1'000'000, 2), 120U);
}

TEST(ChunkSizer, AnAnswerOfNothingDoesNotTellWhatIterationsCost)
{
    ChunkOptions options;
    options.chunk = 1;
    ChunkSizer sizer(options);
    sizer.measuredWork(1000, 20ms);
    sizer.measuredChunk(1);
    sizer.measuredWork(0, 10us);
    EXPECT_NEAR(static_cast<double>(sizer.window(1'000'000, 2)), 101, 1);
}

TEST(ChunkSizer, CountsNoWorkersAsOne)
{
    EXPECT_EQ(ChunkSizer({}).chunkSize(100, 0), 1U);
}

} // namespace
} // namespace poolscope
