// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/byteordermark.h"

#include <algorithm>
#include <array>

namespace poolscope {

namespace {

using namespace std::string_view_literals;

constexpr std::array utf16{"\xff\xfe"sv, "\xfe\xff"sv};
constexpr std::array utf32{"\xff\xfe\0\0"sv, "\0\0\xfe\xff"sv};

} // namespace

Result<std::size_t> byteOrderMarkOf(std::string_view beginning, const std::string &name)
{
    const auto isMark = [&](std::string_view mark) {
        return beginning.starts_with(mark);
    };
    const auto fail = [&](const char *encoding) {
        return failure("cannot read " + name + ": it is " + encoding + "; save it as UTF-8");
    };
    if (std::any_of(utf32.begin(), utf32.end(), isMark))
        return fail("UTF-32");
    if (std::any_of(utf16.begin(), utf16.end(), isMark))
        return fail("UTF-16");
    return isMark(utf8ByteOrderMark) ? utf8ByteOrderMark.size() : 0;
}

bool mayBeginByteOrderMark(std::string_view beginning)
{
    const auto begins = [&](std::string_view mark) {
        return beginning.size() < mark.size() && mark.starts_with(beginning);
    };
    return begins(utf8ByteOrderMark) || std::any_of(utf16.begin(), utf16.end(), begins);
}

} // namespace poolscope
