// SPDX-License-Identifier: GPL-3.0-or-later
// Text that may come from others, made safe for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace poolscope {

/// The text, in which what moves a terminal's cursor, changes its colours, ends a text for other
/// programs or turns the direction of writing is written as \xNN, as are bytes that are not UTF-8.
/// Line breaks and tabs stay.
std::string printable(std::string_view text);

} // namespace poolscope
