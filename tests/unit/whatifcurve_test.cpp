// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/whatifcurve.h"
#include "freehandover.h"
#include "spec/runspec.h"

#include <algorithm>
#include <gmock/gmock.h>

namespace poolscope {
namespace {

/// Inputs that take a millisecond each, in groups of one.
RecordedWork workOf(std::uint64_t inputs)
{
    RecordedWork work;
    work.inputs = inputs;
    for (std::uint64_t i = 0; i < inputs; ++i)
        work.groups.push_back({i, 1, 1e6F});
    work.total = 1e6 * static_cast<double>(inputs);
    work.longest = 1e6;
    work.costs = freeHandover();
    return work;
}

/// All of it, sorted by workers.
std::vector<CurvePoint> whatIfCurve(const RecordedWork &work, const ChunkOptions &chunks)
{
    std::vector<CurvePoint> curve;
    replayCurve(
        {work}, {1, chunks}, {}, [&curve](const CurvePoint &point) { insertPoint(curve, point); });
    return curve;
}

std::vector<std::uint32_t> numbersOf(const std::vector<CurvePoint> &curve)
{
    std::vector<std::uint32_t> numbers;
    for (const CurvePoint &point : curve)
        numbers.push_back(point.workers);
    return numbers;
}

TEST(WhatIfCurve, GoesFromOneToAsManyAsThereMayBe)
{
    const RecordedWork work = workOf(240);
    const auto curve = whatIfCurve(work, {{1}, {1}});
    EXPECT_THAT(workersOfCurve(maxWorkers), testing::IsSubsetOf(numbersOf(curve)));
    EXPECT_TRUE(std::ranges::is_sorted(numbersOf(curve)));
    for (const CurvePoint &point : curve) {
        const auto rounds = (240 + point.workers - 1) / point.workers;
        EXPECT_NEAR(point.makespan, rounds * 1e6, 1) << point.workers;
        EXPECT_NEAR(point.lowerBound, std::max(1e6, 240e6 / point.workers), 1) << point.workers;
    }
}

TEST(WhatIfCurve, ComesCoarselyFirstAndLeavesOutWhatIsKnown)
{
    const RecordedWork work = workOf(100);
    std::vector<std::uint32_t> came;
    const auto note = [&](const CurvePoint &point) {
        came.push_back(point.workers);
    };
    EXPECT_TRUE(replayCurve({work}, {}, {{4, 1, 1, 1}, {1024, 1, 1, 1}}, note));
    EXPECT_THAT(
        std::vector(came.begin(), came.begin() + 5), testing::ElementsAre(1, 16, 64, 256, 2));
    EXPECT_THAT(came, testing::Not(testing::Contains(testing::AnyOf(4U, 1024U))));
    EXPECT_THAT(came, testing::Contains(19U));
}

TEST(WhatIfCurve, OfVeryManyChunksIsDrawnCoarsely)
{
    const auto curve = whatIfCurve(workOf(700'000), {{1}, {1}});
    EXPECT_THAT(numbersOf(curve), testing::ElementsAre(1, 4, 16, 64, 256, 1024));
}

TEST(WhatIfCurve, CanBeStopped)
{
    std::stop_source source;
    const RecordedWork work = workOf(20'000);
    int points = 0;
    const auto stopAtTheSecond = [&](const CurvePoint &) {
        if (++points == 2)
            source.request_stop();
    };
    EXPECT_FALSE(replayCurve({work}, {1, {{1}, {1}}}, {}, stopAtTheSecond, source.get_token()));
    EXPECT_EQ(points, 2);
}

} // namespace
} // namespace poolscope
