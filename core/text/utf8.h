// SPDX-License-Identifier: GPL-3.0-or-later
// Checks for UTF-8 (RFC 3629: shortest forms, no surrogates).
#pragma once

#include <string_view>

namespace poolscope {

/// Returns the end of the well-formed sequence that starts at `at`, or `at`. at < end.
const char *utf8SequenceEnd(const char *at, const char *end);

bool isUtf8(std::string_view text);

} // namespace poolscope
