// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/startcosts.h"
#include "record/runrecord.h"

#include "record/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace poolscope {

using testing::DoubleNear;
using testing::Each;

namespace {

WorkerCost costOf(const TaskLoading &loading)
{
    WorkerCost cost;
    cost.loading = loading;
    return cost;
}

/// Workers that all were ready after so long, each of which was told to have loaded its task.
class LoadedRun {
public:
    LoadedRun(std::uint32_t workers, const TaskLoading &loading, std::uint64_t ready)
    {
        m_record.outcomes = std::move(*OutcomeStore::make(1, OutcomeStore::Keep::All));
        Recorder recorder(m_record.timeline, *m_record.outcomes, m_record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) { FAIL(); });
        for (WorkerId worker{1}; numberOf(worker) <= workers; ++worker) {
            recorder.take(event::WorkerChanged{worker, WorkerState::Starting, 1});
            recorder.take(event::WorkerCostSeen{worker, costOf(loading)});
            recorder.take(event::WorkerChanged{worker, WorkerState::Ready, ready});
        }
        recorder.take(event::FirstDispatched{ready});
    }
    const Timeline &timeline() const { return m_record.timeline; }

private:
    RunRecord m_record;
};

constexpr std::uint64_t second = 1'000'000'000;

TEST(StartCosts, OfWorkersThatShareCores)
{
    // Eight on two cores: each had a quarter of one, and waited for its file for a second besides.
    const LoadedRun run(8, {{9 * second, 2 * second, 100}, false}, 10 * second);
    const StartCosts costs = startCostsOf(run.timeline(), 2);
    EXPECT_EQ(costs.recorded, WorkerStart::Spawn);
    EXPECT_DOUBLE_EQ(costs.load, 3e9);
    EXPECT_DOUBLE_EQ(costs.loadCpu, 2e9);
    EXPECT_DOUBLE_EQ(costs.interpreter, 0.25e9);
    EXPECT_DOUBLE_EQ(memorySavedByCopies(costs, 8), 700);
    EXPECT_DOUBLE_EQ(memorySavedByCopies(costs, 1), 0);
    EXPECT_THAT(readyTimes(costs, WorkerStart::Spawn, 8, 2), Each(DoubleNear(10e9, 1)))
        << "as it was";
    EXPECT_THAT(readyTimes(costs, WorkerStart::Spawn, 2, 2), Each(DoubleNear(3.25e9, 1)));
    const auto copies = readyTimes(costs, WorkerStart::Fork, 8, 2);
    EXPECT_GT(copies.front(), 3.25e9);
    EXPECT_LT(copies.back(), 3.35e9);
}

TEST(StartCosts, OfALoadWithSeveralThreads)
{
    // Eight threads for a second.
    const LoadedRun run(2, {{second, 8 * second, 100}, false}, 2 * second);
    const StartCosts costs = startCostsOf(run.timeline(), 8);
    EXPECT_DOUBLE_EQ(costs.load, 1e9);
    EXPECT_DOUBLE_EQ(costs.loadCpu, 1e9);
}

TEST(StartCosts, OfCopies)
{
    const LoadedRun run(8, {{3 * second, 2 * second, 100}, true}, 4 * second);
    const StartCosts costs = startCostsOf(run.timeline(), 2);
    EXPECT_EQ(costs.recorded, WorkerStart::Fork);
    EXPECT_DOUBLE_EQ(costs.load, 3e9);
    EXPECT_DOUBLE_EQ(costs.interpreter, 1e9);
    EXPECT_THAT(readyTimes(costs, WorkerStart::Spawn, 8, 2), Each(DoubleNear(13e9, 1)));
}

TEST(StartCosts, AreUnknownWhereNothingWasMeasured)
{
    EXPECT_FALSE(startCostsOf(LoadedRun(2, {}, second).timeline(), 2).areKnown());
    EXPECT_FALSE(areWorthSharing({}));
}

} // namespace

} // namespace poolscope
