// SPDX-License-Identifier: GPL-3.0-or-later
// Parsing numbers in text.
#pragma once

#include "result.h"

#include <cstdint>
#include <string_view>

namespace poolscope {

/// Parses a number; blanks around it are ignored. The error quotes a text that is not a number.
Result<double> parseReal(std::string_view text);
/// Parses an integer of 64 bits in the same way.
Result<std::int64_t> parseInteger(std::string_view text);

} // namespace poolscope
