// SPDX-License-Identifier: GPL-3.0-or-later
// Byte order marks: the bytes with which some programs begin a file of text.
#pragma once

#include "result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace poolscope {

inline constexpr std::string_view utf8ByteOrderMark = "\xef\xbb\xbf";

/// Returns the text without the mark of UTF-8.
constexpr std::string_view withoutByteOrderMark(std::string_view text)
{
    return text.starts_with(utf8ByteOrderMark) ? text.substr(utf8ByteOrderMark.size()) : text;
}

/// Returns the length of the mark in bytes, 0 if the text has none. Fails if the mark is that of
/// UTF-16 or UTF-32. `name` is the name of the text in messages.
Result<std::size_t> byteOrderMarkOf(std::string_view beginning, const std::string &name);

/// Whether these bytes are the beginning of a mark, but not a whole one.
bool mayBeginByteOrderMark(std::string_view beginning);

} // namespace poolscope
