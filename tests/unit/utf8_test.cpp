// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/utf8.h"

#include <gtest/gtest.h>
#include <string>

using namespace poolscope;

TEST(Utf8Beginning, IsAllOfAShortText)
{
    EXPECT_EQ(utf8Beginning("", 0), "");
    EXPECT_EQ(utf8Beginning("größer", 8), "größer");
    EXPECT_EQ(utf8Beginning("\x80", 1), "\x80");
}

TEST(Utf8Beginning, DoesNotEndWithinACharacter)
{
    const std::string text = "a\u00f6\u20ac\U0001f600z"; // 1, 2, 3, 4 and 1 bytes
    const std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
    for (std::size_t most = 0; most < std::size(ends); ++most)
        EXPECT_EQ(utf8Beginning(text, most), text.substr(0, ends[most])) << most;
}

TEST(Utf8Beginning, TakesBytesThatAreNoCharacterAsTheyAre)
{
    const std::string bytes(10, '\x80');
    EXPECT_EQ(utf8Beginning(bytes, 5).size(), 5U);
    EXPECT_EQ(utf8Beginning(bytes, 2).size(), 2U);
}
