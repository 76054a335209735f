// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/decimaltime.h"

#include <charconv>
#include <cmath>

namespace poolscope {

namespace {

constexpr double largest = 9.2e18; // below 2^63

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool appendDigit(std::int64_t &value, int digit)
{
    return !__builtin_mul_overflow(value, std::int64_t{10}, &value)
        && !__builtin_add_overflow(value, std::int64_t{digit}, &value);
}

/// Of a number with an exponent, which nobody writes to be exact.
std::optional<std::int64_t> parseRounded(std::string_view text, TimeUnit unit)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    value *= std::pow(10, static_cast<int>(unit));
    if (error != std::errc() || end != text.data() + text.size() || !(std::abs(value) < largest))
        return std::nullopt;
    return std::llround(value);
}

} // namespace

std::optional<std::int64_t> parseTime(std::string_view text, TimeUnit unit)
{
    if (text.find_first_of("eE") != std::string_view::npos)
        return parseRounded(text, unit);
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    std::int64_t value = 0;
    std::size_t position = 0;
    for (; position < text.size() && isDigit(text[position]); ++position) {
        if (!appendDigit(value, text[position] - '0'))
            return std::nullopt;
    }
    if (position == 0)
        return std::nullopt;
    const bool hasFraction = position < text.size() && text[position] == '.';
    position += hasFraction ? 1 : 0;
    int places = static_cast<int>(unit);
    for (; hasFraction && position < text.size() && isDigit(text[position]); ++position) {
        if (places > 0 && !appendDigit(value, text[position] - '0'))
            return std::nullopt;
        places -= places > 0 ? 1 : 0;
    }
    for (; places > 0; --places) {
        if (!appendDigit(value, 0))
            return std::nullopt;
    }
    if (position < text.size())
        return std::nullopt;
    return negative ? -value : value;
}

} // namespace poolscope
