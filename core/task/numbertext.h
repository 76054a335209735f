// SPDX-License-Identifier: GPL-3.0-or-later
// Parsing numbers in text, and sizes in options.
#pragma once

#include "result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// Parses a number; blanks around it are ignored. The error quotes a text that is not a number.
Result<double> parseReal(std::string_view text);
/// Parses an integer of 64 bits in the same way.
Result<std::int64_t> parseInteger(std::string_view text);

/// Returns the size as an option has it: "500M" or "2G", or "1000" if it is not a whole unit.
std::string sizeText(std::uint64_t bytes);
/// Parses such a text. Returns nothing if it is not a size.
std::optional<std::uint64_t> parseSize(std::string_view text);

} // namespace poolscope
