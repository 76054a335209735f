// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/printable.h"

#include <gtest/gtest.h>
#include <string>

namespace poolscope {
namespace {

TEST(Printable, LeavesTextAsItIs)
{
    for (const std::string text : {"", "plain", "two\nlines\tand a tab", "gr\u00f6\u00dfer",
             "\u6771\u4eac", "\u05e9\u05dc\u05d5\u05dd", "\U0001f600", "\u00a0", "\ufffd"})
        EXPECT_EQ(printable(text), text);
}

TEST(Printable, WritesControlsOut)
{
    EXPECT_EQ(printable("a\x1b[31mb\x07"), "a\\x1b[31mb\\x07");
    EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(printable("a\rb\x7f"), "a\\x0db\\x7f");
    EXPECT_EQ(printable("a\xc2\x9b"
                        "2Jb"),
        "a\\xc2\\x9b2Jb");
    EXPECT_EQ(printable("\xc2\x80\xc2\x9f\xc2\xa0"), "\\xc2\\x80\\xc2\\x9f\xc2\xa0");
}

TEST(Printable, WritesOutWhatTurnsTheDirection)
{
    for (const std::string turn : {"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c",
             "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u2028", "\u2029"}) {
        const std::string shown = printable("a" + turn + "b");
        EXPECT_EQ(shown.find(turn), std::string::npos) << shown;
        EXPECT_EQ(shown.size(), 2 + 4 * turn.size()) << shown;
    }
}

TEST(Printable, WritesOutWhatIsNotUtf8)
{
    EXPECT_EQ(printable("\x9b\x85\xff"), "\\x9b\\x85\\xff");
    EXPECT_EQ(printable("\xc2"), "\\xc2");
    EXPECT_EQ(printable("\xc2z"), "\\xc2z");
    EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80");
    EXPECT_EQ(printable("\xe2\x80\x1b"), "\\xe2\\x80\\x1b");
    EXPECT_EQ(printable("\xc0\x9b"), "\\xc0\\x9b") << "a longer form of a control";
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a pair";
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond the last character";
}

} // namespace
} // namespace poolscope
