// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/figures.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace poolscope {

namespace {

struct Unit {
    double size;
    std::string_view name;
};

// Units, the greatest first.
constexpr std::array timeUnits{Unit{1e9, "s"}, Unit{1e6, "ms"}, Unit{1e3, "µs"}, Unit{1, "ns"}};
constexpr std::array numberUnits{Unit{1e12, "T"}, Unit{1e9, "G"}, Unit{1e6, "M"}, Unit{1, ""}};
constexpr std::array byteUnits{
    Unit{1ULL << 30, "GiB"}, Unit{1 << 20, "MiB"}, Unit{1 << 10, "KiB"}, Unit{1, "B"}};

constexpr int significantDigits = 3;
constexpr double roundsUp = 0.9995; // three digits round this share of a unit up to 1
constexpr int mostDecimals = 15;
constexpr const char *unknown = "?";

void separateThousands(std::string &digits)
{
    const std::size_t end = std::min(digits.find('.'), digits.size());
    const std::size_t begin = digits.front() == '-' ? 1 : 0;
    for (std::size_t i = end; i > begin + 3;) {
        i -= 3;
        digits.insert(i, 1, ',');
    }
}

std::string decimalText(double value, int decimals)
{
    std::array<char, 340> text{};
    const auto end = std::to_chars(
        text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
    std::string digits(text.data(), end.ptr);
    separateThousands(digits);
    return digits;
}

void removeTrailingZeros(std::string &digits)
{
    if (digits.find('.') == std::string::npos)
        return;
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.')
        digits.pop_back();
}

const Unit &unitOf(double magnitude, std::span<const Unit> units, double enough)
{
    const auto found = std::find_if(units.begin(), units.end(),
        [&](const Unit &unit) { return magnitude >= unit.size * enough; });
    return found == units.end() ? units.back() : *found;
}

std::string withUnit(const std::string &number, const Unit &unit)
{
    return unit.name.empty() ? number : number + ' ' + std::string(unit.name);
}

std::string inUnits(double value, std::span<const Unit> units)
{
    if (!std::isfinite(value))
        return unknown;
    const Unit &unit = unitOf(std::abs(value), units, roundsUp);
    return withUnit(threeDigits(value / unit.size), unit);
}

std::string twoUnits(std::int64_t small, std::int64_t inLarge, const char *large, const char *unit)
{
    return decimalText(static_cast<double>(small / inLarge), 0) + large
        + std::to_string(small % inLarge) + unit;
}

std::string longDurationText(double seconds)
{
    const auto whole = std::llround(seconds);
    return whole < 3600 ? twoUnits(whole, 60, " min ", " s")
                        : twoUnits(std::llround(seconds / 60), 60, " h ", " min");
}

/// Returns the number of decimals that multiples of the step need.
int decimalsFor(double step)
{
    int decimals = 0;
    while (decimals < 9 && std::abs(step - std::round(step)) > 1e-6 * step) {
        step *= 10;
        ++decimals;
    }
    return decimals;
}

} // namespace

std::string threeDigits(double value)
{
    if (!std::isfinite(value))
        return unknown;
    if (value == 0)
        return "0";
    const int decimals =
        significantDigits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value))));
    if (decimals < 0) {
        const double step = std::pow(10, -decimals);
        return decimalText(std::round(value / step) * step, 0);
    }
    std::string digits = decimalText(value, std::min(decimals, mostDecimals));
    removeTrailingZeros(digits);
    return digits;
}

std::string textOf(Duration duration)
{
    constexpr double aMinute = 59.95; // seconds, which three digits round to 60
    constexpr double forever = 1e15;
    const double seconds = std::abs(inSeconds(duration));
    if (seconds >= forever)
        return unknown;
    if (seconds >= aMinute)
        return (duration.count() < 0 ? "-" : "") + longDurationText(seconds);
    return inUnits(duration.count(), timeUnits);
}

std::string withoutUnit(Rate rate)
{
    return rate.perSecond > 0 ? inUnits(rate.perSecond, numberUnits) : unknown;
}

std::string textOf(Rate rate)
{
    return withoutUnit(rate) + " it/s";
}

std::string textOf(Bytes bytes)
{
    return inUnits(static_cast<double>(bytes.number), byteUnits);
}

std::string textOf(Share share)
{
    const double number = share.ofWhole * percent;
    if (!std::isfinite(number))
        return unknown;
    if (number > 0 && number < 0.05)
        return "<0.1%";
    const bool isWhole = number == 0 || std::abs(number) >= 9.95;
    return decimalText(number, isWhole ? 0 : 1) + "%";
}

std::string textOf(Factor factor)
{
    return threeDigits(factor.times) + " x";
}

std::string textOf(Count count)
{
    std::string digits = std::to_string(count.number);
    separateThousands(digits);
    return digits;
}

std::string textOf(Count count, std::string_view one)
{
    return textOf(count) + ' ' + std::string(one) + (count.number == 1 ? "" : "s");
}

std::string tickText(Duration time, Duration step)
{
    if (time.count() == 0)
        return "0";
    // The larger of the two determines the unit, so that neighbours share it: 1.0002 s, 1.0004 s.
    const double magnitude = std::max(std::abs(time.count()), step.count());
    const Unit &unit = unitOf(magnitude, timeUnits, 1);
    return withUnit(
        decimalText(time.count() / unit.size, decimalsFor(step.count() / unit.size)), unit);
}

std::string tickText(double number, double step, double greatest)
{
    if (number == 0)
        return "0";
    const Unit &unit = unitOf(greatest, numberUnits, 1);
    return withUnit(decimalText(number / unit.size, decimalsFor(step / unit.size)), unit);
}

} // namespace poolscope
