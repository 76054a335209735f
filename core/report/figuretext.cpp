// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/figuretext.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace poolscope::table {

namespace {

std::string formatted(const char *format, double value)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

} // namespace

std::string fixedText(double value, int digits)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

std::string shortText(double value)
{
    return formatted("%.3g", value);
}

std::string rateText(double rate)
{
    constexpr std::string_view units = " kMGT";
    std::size_t unit = 0;
    while (rate >= 9999.5 && unit + 1 < units.size()) {
        rate /= 1000;
        ++unit;
    }
    const int digits = rate >= 999.95 ? 0 : rate >= 99.995 ? 1 : rate >= 9.9995 ? 2 : 3;
    return fixedText(rate, digits) + (unit > 0 ? std::string(" ") + units[unit] : std::string());
}

std::string durationText(double nanoseconds)
{
    constexpr std::array units{" ns", " us", " ms", " s"};
    std::size_t unit = 0;
    while (nanoseconds >= 999.95 && unit + 1 < units.size()) {
        nanoseconds /= 1000;
        ++unit;
    }
    return fixedText(nanoseconds, 1) + units[unit];
}

std::string tableText(const std::vector<std::vector<std::string>> &rows)
{
    std::vector<std::size_t> widths;
    for (const auto &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto &row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            text += std::string(widths[i] - row[i].size() + (i > 0 ? 2 : 0), ' ') + row[i];
        text += '\n';
    }
    return text;
}

} // namespace poolscope::table
