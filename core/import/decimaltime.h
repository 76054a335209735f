// SPDX-License-Identifier: GPL-3.0-or-later
// parseTime(): parses times in decimal digits to the nanosecond, for which a double is too coarse.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace poolscope {

/// The unit of a time. Its value is the number of decimal places of a nanosecond in this unit.
enum class TimeUnit : std::uint8_t { Microseconds = 3, Seconds = 9 };

/// Returns the nanoseconds of "12.5", "-3" or "1e6", without further digits. Nothing for other
/// texts, and for times that do not fit the type.
std::optional<std::int64_t> parseTime(std::string_view text, TimeUnit unit);

} // namespace poolscope
