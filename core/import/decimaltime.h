// SPDX-License-Identifier: GPL-3.0-or-later
// Times as files write them, in decimal digits, read to the nanosecond where a double would round.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace poolscope {

/// How many decimal places a nanosecond has in the unit of a file.
enum class TimeUnit : std::uint8_t { Microseconds = 3, Seconds = 9 };

/// "12.5", "-3", "1e6": nanoseconds, digits beyond them cut off. Nothing for anything else, also
/// for what 63 bits do not hold.
std::optional<std::int64_t> parseTime(std::string_view text, TimeUnit unit);

} // namespace poolscope
