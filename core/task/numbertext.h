// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that parse numbers in text.
#pragma once

#include "result.h"

#include <cstdint>
#include <string_view>

namespace poolscope {

/// Parses a number. Ignores blanks around it. The error quotes a text that is not a number.
Result<double> parseReal(std::string_view text);
/// Parses an integer of 64 bits in the same way.
Result<std::int64_t> parseInteger(std::string_view text);

} // namespace poolscope
