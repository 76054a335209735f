// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/figuretext.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace poolscope::sentence {

namespace {

/// Two digits that matter, three from 100 on, all before the point.
std::string rounded(double value)
{
    std::array<char, 32> text{};
    const int decimals = std::abs(value) >= 9.95 || value == std::round(value) ? 0 : 1;
    std::snprintf(text.data(), text.size(), "%.*f", value < 0.095 ? 3 : decimals, value);
    return text.data();
}

} // namespace

std::string durationText(double seconds)
{
    if (seconds >= 100) {
        const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
        return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    }
    if (seconds >= 0.9995)
        return rounded(seconds) + " s";
    if (seconds >= 0.9995e-3)
        return rounded(seconds * 1e3) + " ms";
    if (seconds >= 0.9995e-6)
        return rounded(seconds * 1e6) + " us";
    return rounded(std::round(seconds * 1e9)) + " ns";
}

std::string rateText(double iterationsPerSecond)
{
    if (iterationsPerSecond >= 1e6)
        return rounded(iterationsPerSecond / 1e6) + " M it/s";
    if (iterationsPerSecond >= 1e4)
        return rounded(iterationsPerSecond / 1e3) + " k it/s";
    return rounded(iterationsPerSecond) + " it/s";
}

std::string percentText(double share)
{
    if (share > 0 && share < 0.01)
        return "less than 1%";
    return std::to_string(std::lround(share * 100)) + "%";
}

std::string factorText(double factor)
{
    return rounded(factor) + " x";
}

std::string memoryText(double bytes)
{
    if (bytes >= 0.9995e9)
        return rounded(bytes / 1e9) + " GB";
    if (bytes >= 0.9995e6)
        return rounded(bytes / 1e6) + " MB";
    return rounded(std::round(bytes / 1e3)) + " kB";
}

std::string countText(std::uint64_t count, const std::string &one)
{
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

} // namespace poolscope::sentence
