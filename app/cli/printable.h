// SPDX-License-Identifier: GPL-3.0-or-later
// Makes text from inputs and files safe for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace poolscope {

/// Returns the text with \xNN for each byte of control characters other than line breaks and tabs,
/// of Unicode line separators, of characters that change the direction of writing, and of malformed
/// UTF-8.
std::string printable(std::string_view text);

} // namespace poolscope
