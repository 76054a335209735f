// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/restarts.h"

#include <gtest/gtest.h>
#include <vector>

namespace poolscope {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

/// The delay in milliseconds after each of so many fruitless starts; -1: given up.
std::vector<std::int64_t> delaysAfter(int starts, std::uint64_t between, Readiness readiness)
{
    Restarts restarts;
    std::vector<std::int64_t> delays;
    std::uint64_t time = 5 * second;
    for (int i = 0; i < starts; ++i, time += between) {
        restarts.fruitlessStart(time);
        const auto delay = restarts.delay(readiness);
        delays.push_back(delay ? delay->count() : -1);
    }
    return delays;
}

TEST(Restarts, AreImmediateWhereTheWorkerDidSomething)
{
    EXPECT_EQ(Restarts().delay(Readiness::Never)->count(), 0);
    Restarts restarts;
    for (int i = 0; i < 100; ++i)
        restarts.fruitlessStart(second);
    restarts.reset();
    EXPECT_EQ(restarts.delay(Readiness::Never)->count(), 0);
}

TEST(Restarts, StopSoonWhereNoWorkerWasEverReady)
{
    const std::vector<std::int64_t> expected{50, 100, 200, 400, 800, -1};
    EXPECT_EQ(delaysAfter(6, second / 100, Readiness::Never), expected);
}

TEST(Restarts, GoOnForAWhileWhereOneWas)
{
    const std::vector<std::int64_t> expected{50, 100, 200, 400, 800, 1600, 1600, 1600};
    EXPECT_EQ(delaysAfter(8, 4 * second, Readiness::Seen), expected);
    EXPECT_EQ(delaysAfter(9, 4 * second, Readiness::Seen).back(), -1);
}

TEST(Restarts, BeginANewRowAfterAnAnswer)
{
    Restarts restarts;
    for (std::uint64_t i = 0; i < 8; ++i)
        restarts.fruitlessStart(i * second);
    restarts.reset();
    restarts.fruitlessStart(70 * second);
    EXPECT_EQ(restarts.delay(Readiness::Seen)->count(), 50);
}

TEST(Restarts, StopOnlyAfterSixHoweverLongTheyTook)
{
    const std::vector<std::int64_t> expected{50, 100, 200, 400, 800, -1};
    EXPECT_EQ(delaysAfter(6, 60 * second, Readiness::Seen), expected);
}

} // namespace
} // namespace poolscope
