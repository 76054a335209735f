// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers that come as text, and sizes as options have them.
#pragma once

#include "result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// Blanks around it do not matter. The message of a failure quotes what is none.
Result<double> parseReal(std::string_view text);
/// The same for an integer of 64 bits.
Result<std::int64_t> parseInteger(std::string_view text);

/// The bytes as an option has them: "500M" or "2G", or "1000" if they are not whole units.
std::string sizeText(std::uint64_t bytes);
/// The bytes of such a text. Nothing if the text is not a size.
std::optional<std::uint64_t> parseSize(std::string_view text);

} // namespace poolscope
