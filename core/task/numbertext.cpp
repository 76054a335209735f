// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/numbertext.h"

#include "text/utf8.h"
#include <charconv>
#include <optional>
#include <string>

namespace poolscope {

namespace {

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
    return "'" + std::string(utf8Beginning(text, longest)) + (text.size() > longest ? "...'" : "'");
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

} // namespace poolscope
