// SPDX-License-Identifier: GPL-3.0-or-later
// Checks for UTF-8 (RFC 3629: shortest forms, no surrogates).
#pragma once

#include <cstddef>
#include <string_view>

namespace poolscope {

/// Returns the end of the well-formed sequence that starts at `at`, or `at`. at < end.
const char *utf8SequenceEnd(const char *at, const char *end);

bool isUtf8(std::string_view text);

/// Returns the beginning of the text with at most `most` bytes, which does not end within a
/// character.
std::string_view utf8Beginning(std::string_view text, std::size_t most);

} // namespace poolscope
