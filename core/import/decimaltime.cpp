// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/decimaltime.h"

#include "text/wholenumber.h"

#include <cmath>
#include <string>

namespace poolscope {

namespace {

constexpr double largest = 9.2e18; // below 2^63
constexpr std::string_view digits = "0123456789";

/// Parses a number with an exponent, which is rounded to a double first.
std::optional<std::int64_t> parseRounded(std::string_view text, TimeUnit unit)
{
    const double value =
        wholeNumber<double>(text).value_or(NAN) * std::pow(10, static_cast<int>(unit));
    return std::abs(value) < largest ? std::optional(std::llround(value)) : std::nullopt;
}

} // namespace

std::optional<std::int64_t> parseTime(std::string_view text, TimeUnit unit)
{
    if (text.find_first_of("eE") != std::string_view::npos)
        return parseRounded(text, unit);
    const std::string_view whole = text.substr(0, text.find('.'));
    std::string_view fraction = text.substr(whole.size());
    fraction.remove_prefix(fraction.empty() ? 0 : 1);
    if (whole.empty() || whole.find_last_of(digits) != whole.size() - 1
        || fraction.find_first_not_of(digits) != std::string_view::npos)
        return std::nullopt;
    std::string nanoseconds(fraction.substr(0, static_cast<std::size_t>(unit)));
    nanoseconds.resize(static_cast<std::size_t>(unit), '0');
    return wholeNumber<std::int64_t>(std::string(whole) + nanoseconds);
}

} // namespace poolscope
