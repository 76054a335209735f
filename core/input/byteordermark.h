// SPDX-License-Identifier: GPL-3.0-or-later
// The mark with which some programs begin a file of text.
#pragma once

#include "result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace poolscope {

inline constexpr std::string_view utf8ByteOrderMark = "\xef\xbb\xbf";

/// The text without the mark of UTF-8, if it begins with that.
constexpr std::string_view withoutByteOrderMark(std::string_view text)
{
    return text.starts_with(utf8ByteOrderMark) ? text.substr(utf8ByteOrderMark.size()) : text;
}

/// How many bytes of a text are its mark; 0 if it has none. Fails if the mark is that of UTF-16 or
/// UTF-32; `name` is the text's.
Result<std::size_t> byteOrderMarkOf(std::string_view beginning, const std::string &name);

/// Whether so few bytes may be the beginning of a mark.
bool mayBeginByteOrderMark(std::string_view beginning);

} // namespace poolscope
