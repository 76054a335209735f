// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/callsbyline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace poolscope {

namespace {

using testing::ElementsAre;

WatchedCall callAt(std::uint64_t line, const std::string &function = "task")
{
    WatchedCall call;
    call.method = "map";
    call.function = function;
    call.file = "/folder/script.py";
    call.line = line;
    return call;
}

TEST(CallsByLine, AreInTheOrderOfTheFirstCalls)
{
    const WatchedCall first = callAt(9);
    const WatchedCall second = callAt(3);
    const WatchedCall other = callAt(9, "other");
    const auto lines = callsByLine(
        std::vector<ListedCall>{{&first, 10}, {&second, 10}, {&first, 10}, {&other, 10}, {}, {}});
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_THAT(lines[0].calls, ElementsAre(0, 2));
    EXPECT_THAT(lines[1].calls, ElementsAre(1));
    EXPECT_THAT(lines[2].calls, ElementsAre(3));
    EXPECT_THAT(lines[3].calls, ElementsAre(4)); // runs without a call are apart
    EXPECT_THAT(lines[4].calls, ElementsAre(5));
}

TEST(CallsByLine, MinorLinesAreAtTheEnd)
{
    const WatchedCall few = callAt(1);
    const WatchedCall many = callAt(2);
    const WatchedCall often = callAt(3);
    const auto lines =
        callsByLine(std::vector<ListedCall>{{&few, 7}, {&often, 4}, {&many, 8}, {&often, 4}});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_THAT(lines[0].calls, ElementsAre(1, 3)); // 8 in all
    EXPECT_THAT(lines[1].calls, ElementsAre(2));
    EXPECT_THAT(lines[2].calls, ElementsAre(0));
    EXPECT_FALSE(lines[0].isMinor || lines[1].isMinor);
    EXPECT_TRUE(lines[2].isMinor);
}

TEST(CallsByLine, CallsThatFailedOrContinueAreNotMinor)
{
    const WatchedCall failed = callAt(1);
    const WatchedCall running = callAt(2);
    const WatchedCall few = callAt(3);
    const WatchedCall many = callAt(4);
    const auto lines = callsByLine(std::vector<ListedCall>{
        {&few, 1}, {&failed, 1, false, true}, {&running, 1, true}, {&many, 100}});
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_THAT(lines[0].calls, ElementsAre(1));
    EXPECT_THAT(lines[1].calls, ElementsAre(2));
    EXPECT_THAT(lines[2].calls, ElementsAre(3));
    EXPECT_THAT(lines[3].calls, ElementsAre(0));
}

TEST(CallsByLine, NoLineIsMinorIfAllAre)
{
    const WatchedCall one = callAt(1);
    const WatchedCall two = callAt(2);
    for (const CallsOfLine &line : callsByLine(std::vector<ListedCall>{{&one, 1}, {&two, 2}}))
        EXPECT_FALSE(line.isMinor);
    EXPECT_TRUE(callsByLine({}).empty());
}

} // namespace

} // namespace poolscope
