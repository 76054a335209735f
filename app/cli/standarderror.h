// SPDX-License-Identifier: GPL-3.0-or-later
// Writes to standard error, to which the program reports.
#pragma once

#include <cstdint>
#include <string_view>

namespace poolscope {

/// Writes `text`, and waits for a slow reader. After an Interrupt a reader has a second to make
/// room, and what it has no room for is dropped. Returns the number of line breaks that were not
/// written.
std::uint64_t writeStandardError(std::string_view text);

} // namespace poolscope
