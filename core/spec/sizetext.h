// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes in bytes as options have them, both ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// The bytes as "500M" or "2G", or as "1000" if they are not whole units.
std::string sizeText(std::uint64_t bytes);
/// The bytes of such a text. Nothing if the text is not a size.
std::optional<std::uint64_t> parseSize(std::string_view text);

} // namespace poolscope
