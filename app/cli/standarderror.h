// SPDX-License-Identifier: GPL-3.0-or-later
// Standard error, where all that the program reports goes.
#pragma once

#include <cstdint>
#include <string_view>

namespace poolscope {

/// Writes `text`, and waits for a reader that is slow. An Interrupt ends the wait: from then on a
/// reader has a second to make room, and what it has no room for is dropped. Returns how many line
/// breaks of the text were not written.
std::uint64_t writeStandardError(std::string_view text);

} // namespace poolscope
