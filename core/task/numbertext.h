// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers that come as text.
#pragma once

#include "result.h"

#include <cstdint>
#include <string_view>

namespace poolscope {

/// Blanks around it do not matter. The message of a failure quotes what is none.
Result<double> parseReal(std::string_view text);
/// The same for an integer of 64 bits.
Result<std::int64_t> parseInteger(std::string_view text);

} // namespace poolscope
