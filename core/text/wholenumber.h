// SPDX-License-Identifier: GPL-3.0-or-later
// Conversion of text, such as user input, to numbers.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace poolscope {

/// Returns nothing unless the whole text is a number of this type.
template <typename Number> std::optional<Number> wholeNumber(std::string_view text)
{
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool isWhole = error == std::errc() && end == text.data() + text.size();
    return isWhole ? std::optional(number) : std::nullopt;
}

} // namespace poolscope
