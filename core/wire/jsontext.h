// SPDX-License-Identifier: GPL-3.0-or-later
// appendJsonString(): encodes text with any bytes as a string of a JSON document.
#pragma once

#include <string>
#include <string_view>

namespace poolscope {

/// Appends the text in quotes. A byte that is not UTF-8 becomes the escape \udcXX, which Python
/// decodes to that byte (surrogateescape).
void appendJsonString(std::string &out, std::string_view text);

} // namespace poolscope
