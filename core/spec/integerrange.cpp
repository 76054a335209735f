// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/integerrange.h"

#include <charconv>
#include <vector>

namespace poolscope {

namespace {

Result<std::int64_t> parseBound(std::string_view text, std::string_view whole)
{
    const std::string where = " in the range '" + std::string(whole) + "'";
    std::string_view digits = text;
    if (digits.starts_with('+') && !digits.starts_with("+-"))
        digits.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range)
        return failure("'" + std::string(text) + "'" + where + " does not fit 64 bits");
    if (error != std::errc() || end != digits.data() + digits.size())
        return failure("'" + std::string(text) + "'" + where
            + " is not an integer; a range is START:STOP or START:STOP:STEP");
    return value;
}

std::vector<std::string_view> split(std::string_view text)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto colon = text.find(':');
        parts.push_back(text.substr(0, colon));
        if (colon == std::string_view::npos)
            return parts;
        text.remove_prefix(colon + 1);
    }
}

} // namespace

std::uint64_t size(const RangeInput &range)
{
    const auto start = static_cast<std::uint64_t>(range.start);
    const auto stop = static_cast<std::uint64_t>(range.stop);
    const auto step = static_cast<std::uint64_t>(range.step);
    if (range.step > 0 && range.start < range.stop)
        return (stop - start - 1) / step + 1;
    if (range.step < 0 && range.start > range.stop)
        return (start - stop - 1) / (0 - step) + 1;
    return 0;
}

Result<RangeInput> parseRange(std::string_view text)
{
    const auto parts = split(text);
    if (parts.size() < 2 || parts.size() > 3)
        return failure(
            "'" + std::string(text) + "' is not a range; a range is START:STOP or START:STOP:STEP");
    RangeInput range;
    const auto start = parseBound(parts[0], text);
    if (!start)
        return tl::unexpected(start.error());
    const auto stop = parseBound(parts[1], text);
    if (!stop)
        return tl::unexpected(stop.error());
    range.start = *start;
    range.stop = *stop;
    if (parts.size() == 3) {
        const auto step = parseBound(parts[2], text);
        if (!step)
            return tl::unexpected(step.error());
        if (*step == 0)
            return failure("the step of the range '" + std::string(text) + "' is 0");
        range.step = *step;
    }
    return range;
}

std::string toString(const RangeInput &range)
{
    std::string text = std::to_string(range.start) + ":" + std::to_string(range.stop);
    if (range.step != 1)
        text += ":" + std::to_string(range.step);
    return text;
}

} // namespace poolscope
