// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/numbertext.h"

#include <charconv>
#include <optional>
#include <string>

namespace poolscope {

namespace {

constexpr std::string_view sizeUnits = "KMGT"; // 1024 of what came before

template <typename Number> std::optional<Number> parseNumber(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \t");
    const auto end = text.find_last_not_of(" \t");
    if (begin == std::string_view::npos)
        return std::nullopt;
    text = text.substr(begin, end - begin + 1);
    Number number{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || rest != text.data() + text.size())
        return std::nullopt;
    return number;
}

std::string quotedStart(std::string_view text)
{
    constexpr std::size_t longest = 60;
    return "'" + std::string(text.substr(0, longest)) + (text.size() > longest ? "...'" : "'");
}

} // namespace

Result<double> parseReal(std::string_view text)
{
    const auto number = parseNumber<double>(text);
    if (!number)
        return failure(quotedStart(text) + " is not a number");
    return *number;
}

Result<std::int64_t> parseInteger(std::string_view text)
{
    const auto number = parseNumber<std::int64_t>(text);
    if (!number)
        return failure(quotedStart(text) + " is not an integer of 64 bits");
    return *number;
}

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
