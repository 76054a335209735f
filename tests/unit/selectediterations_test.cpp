// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/selectediterations.h"
#include "madeuprun.h"

#include <gmock/gmock.h>
#include <random>
#include <set>

namespace poolscope {
namespace {

class SelectedIterationsTest : public testing::Test {
protected:
    void ran(WorkerId worker, const Span &span)
    {
        m_run.recorder->take(event::SpanDone{worker, span});
    }
    SelectedIterations select(double from, double to) const
    {
        return *SelectedIterations::find(m_run.timeline(), {from, to});
    }
    static std::vector<std::uint64_t> indicesOf(const SelectedIterations &selected)
    {
        std::vector<std::uint64_t> indices;
        for (std::uint64_t i = 0; i < selected.inputCount(); ++i)
            indices.push_back(selected.indexAt(i));
        return indices;
    }

    MadeUpRun m_run;
};

TEST_F(SelectedIterationsTest, AreThoseWhoseDurationIsInTheRange)
{
    std::mt19937_64 random(3);
    std::set<std::uint64_t> expected;
    std::uint64_t iterations = 0;
    std::uint64_t next = 0;
    std::array<std::uint64_t, 3> clocks{};
    for (int i = 0; i < 5000; ++i) {
        const std::size_t worker = random() % clocks.size();
        const std::uint64_t count = random() % 3 == 0 ? 1 + random() % 20 : 1;
        const Span span{clocks[worker], count * (50 + random() % 100), next, count};
        ran(workerOf(worker), span);
        clocks[worker] += span.duration + random() % 50;
        const double each = iterationDuration(span);
        for (std::uint64_t k = 0; k < count && each >= 90 && each < 110; ++k) {
            expected.insert(next + k);
            ++iterations;
        }
        next += count;
    }
    const SelectedIterations selected = select(90, 110);
    EXPECT_EQ(selected.iterations(), iterations);
    EXPECT_THAT(indicesOf(selected), testing::ElementsAreArray(expected));
    for (std::uint64_t index = 0; index < next + 2; ++index) {
        const auto found = expected.find(index);
        const auto position = selected.positionOf(index);
        ASSERT_EQ(position.has_value(), found != expected.end()) << index;
        EXPECT_EQ(position ? selected.indexAt(*position) : index, index);
    }
    ASSERT_EQ(selected.lanes().size(), clocks.size());
    std::uint64_t inLanes = 0;
    for (const auto &lane : selected.lanes()) {
        lane->forEach(0, lane->size(), [&](const Span &span) {
            EXPECT_TRUE(selected.range().contains(iterationDuration(span)));
            inLanes += span.count;
        });
    }
    EXPECT_EQ(inLanes, iterations);
}

TEST_F(SelectedIterationsTest, AnInputThatWasTriedTwiceIsOneInput)
{
    ran(WorkerId{1}, {0, 100, 4, 1});
    ran(WorkerId{2}, {0, 30, 2, 3}); // 2 to 4
    ran(WorkerId{1}, {200, 100, 4, 1});
    const SelectedIterations slow = select(50, 200);
    EXPECT_EQ(slow.iterations(), 2U);
    EXPECT_THAT(indicesOf(slow), testing::ElementsAre(4));
    EXPECT_THAT(indicesOf(select(1, 200)), testing::ElementsAre(2, 3, 4));
}

TEST_F(SelectedIterationsTest, MayBeNone)
{
    ran(WorkerId{1}, {0, 100, 0, 1});
    const SelectedIterations none = select(1, 2);
    EXPECT_EQ(none.inputCount(), 0U);
    EXPECT_EQ(none.positionOf(0), std::nullopt);
}

TEST_F(SelectedIterationsTest, TheSearchCanBeStopped)
{
    for (std::uint64_t i = 0; i < 150'000; ++i)
        ran(WorkerId{1}, {i * 10, 5, i, 1});
    std::stop_source source;
    source.request_stop();
    EXPECT_FALSE(SelectedIterations::find(m_run.timeline(), {1, 10}, source.get_token()));
}

} // namespace
} // namespace poolscope
