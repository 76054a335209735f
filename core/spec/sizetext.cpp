// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/sizetext.h"

#include <charconv>

namespace poolscope {

namespace {

constexpr std::string_view sizeUnits = "KMGT"; // each is 1024 times the previous one

} // namespace

std::string sizeText(std::uint64_t bytes)
{
    std::size_t power = 0;
    while (power < sizeUnits.size() && bytes > 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        ++power;
    }
    return std::to_string(bytes)
        + (power > 0 ? std::string(1, sizeUnits[power - 1]) : std::string());
}

std::optional<std::uint64_t> parseSize(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    const std::size_t power = unit.empty() ? 0 : sizeUnits.find(unit.front()) + 1;
    const bool isKnown = unit.empty() || (unit.size() == 1 && power > 0);
    if (error != std::errc() || !isKnown || value > (UINT64_MAX >> (10 * power)))
        return std::nullopt;
    return value << (10 * power);
}

} // namespace poolscope
