// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/parenttimes.h"

#include <gtest/gtest.h>

using namespace poolscope;

namespace {

constexpr std::uint64_t column = ParentTimes::finest.width();

TEST(ParentTimes, SpreadTimeEvenlyOverTheInterval)
{
    ParentTimes times;
    EXPECT_TRUE(times.isEmpty());
    times.add(ParentActivity::Sending, column / 2, column * 5 / 2, column);
    ASSERT_EQ(times.columns().size(), 3U);
    EXPECT_EQ(times.total(ParentActivity::Sending), column);
    EXPECT_EQ(times.total(ParentActivity::Looping), 0U);
    EXPECT_EQ(times.activities(), std::vector{ParentActivity::Sending});
    EXPECT_DOUBLE_EQ(times.share(ParentActivity::Sending, column, 2 * column), 0.5);
    EXPECT_DOUBLE_EQ(times.share(ParentActivity::Sending, 0, column), 0.25);
    EXPECT_DOUBLE_EQ(times.share(ParentActivity::Sending, 0, 4 * column), 0.25) << "idle beyond";
    EXPECT_EQ(times.share(ParentActivity::Sending, 8 * column, 9 * column), 0);
    EXPECT_EQ(times.share(ParentActivity::Sending, column, column), 0);
}

TEST(ParentTimes, AddNoMoreThanTheInterval)
{
    ParentTimes times;
    times.add(ParentActivity::Receiving, 0, column, 50 * column);
    times.add(ParentActivity::Receiving, 7, 7, 100);
    EXPECT_EQ(times.total(ParentActivity::Receiving), column);
    EXPECT_EQ(times.columns().size(), 1U);
}

TEST(ParentTimes, StayOfBoundedSizeForTheLongestTimes)
{
    ParentTimes times;
    for (std::uint64_t i = 0; i < 1000; ++i)
        times.add(ParentActivity::Looping, i * column, (i + 1) * column, column / 4);
    EXPECT_LE(times.columns().size(), ParentTimes::mostColumns);
    EXPECT_EQ(times.total(ParentActivity::Looping), 250 * column);
    EXPECT_DOUBLE_EQ(times.share(ParentActivity::Looping, 100 * column, 900 * column), 0.25);
    times.add(ParentActivity::Looping, 0, UINT64_MAX, 5);
    EXPECT_EQ(times.grid(), ParentTimes::coarsest);
    EXPECT_LE(times.columns().size(), ParentTimes::mostColumns);
}

TEST(ParentTimes, CanBeMadeOfAnyNumbers)
{
    const ParentTimes times(TimeGrid{200}, std::vector<ParentTimes::Column>(5000, {1, 2, 3}));
    EXPECT_EQ(times.grid(), ParentTimes::coarsest);
    EXPECT_EQ(times.columns().size(), ParentTimes::mostColumns);
    EXPECT_EQ(ParentTimes(TimeGrid{-4}, {}).grid(), ParentTimes::finest);
}

} // namespace
