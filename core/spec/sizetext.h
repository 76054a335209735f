// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that write and parse sizes in bytes, in the format of options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// Returns the bytes as "500M" or "2G", or as "1000" if they are not whole units.
std::string sizeText(std::uint64_t bytes);
/// Returns the bytes of such a text. Nothing if the text is not a size.
std::optional<std::uint64_t> parseSize(std::string_view text);

} // namespace poolscope
