// SPDX-License-Identifier: GPL-3.0-or-later
// How text becomes a string of a JSON document, whatever bytes it has.
#pragma once

#include <string>
#include <string_view>

namespace poolscope {

/// Appends the text in quotes. A byte that is no UTF-8 becomes the escape \udcXX, which Python
/// reads as that byte again (surrogateescape).
void appendJsonString(std::string &out, std::string_view text);

} // namespace poolscope
