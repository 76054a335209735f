// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/optionnumbers.h"

#include "spec/options.h"
#include "spec/sizetext.h"
#include "text/wholenumber.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace poolscope {

namespace {

bool isIn(const OptionRange &range, double value)
{
    return value >= range.least && value <= range.most;
}

/// Returns an error such as "--workers takes a number from 1 to 1024, not 'x'; or 'auto'".
tl::unexpected<Error> notIn(
    const Option &option, const std::string &text, std::string_view name, std::string_view kind)
{
    const bool isBounded = std::isfinite(option.range.most) && option.type != OptionType::Size;
    std::string message = std::string(name) + " takes " + std::string(kind)
        + (isBounded ? " from " : ", ") + numbersText(option) + ", not '" + text + "'";
    if (!option.alternative.empty())
        message += "; or '" + std::string(option.alternative) + "'";
    return failure(message);
}

Result<void> readValue(const Option &option, const std::string &text, double &to)
{
    return parseSeconds(option, text).map([&to](double seconds) { to = seconds; });
}

template <std::unsigned_integral Number>
Result<void> readValue(const Option &option, const std::string &text, Number &to)
{
    const auto number =
        option.type == OptionType::Size ? parseSize(option, text) : parseCount(option, text);
    return number.map([&to](std::uint64_t value) { to = static_cast<Number>(value); });
}

Result<void> readValue(const Option &option, const std::string &text, WorkerStart &to)
{
    const auto start = workerStartFrom(text);
    if (!start)
        return failure(std::string(option.name) + " takes 'spawn' or 'fork', not '" + text + "'");
    to = *start;
    return {};
}

template <typename Value>
Result<void> readValue(const Option &option, const std::string &text, std::optional<Value> &to)
{
    to.reset();
    if (text == option.alternative)
        return {};
    Value value{};
    return readValue(option, text, value).map([&] { to = value; });
}

std::string valueText(const Option &, double value)
{
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

template <std::unsigned_integral Number>
std::string valueText(const Option &option, const Number &value)
{
    return option.type == OptionType::Size ? sizeText(value) : std::to_string(value);
}

std::string valueText(const Option &, WorkerStart value)
{
    return std::string(workerStartWord(value));
}

template <typename Value>
std::string valueText(const Option &option, const std::optional<Value> &value)
{
    return value ? valueText(option, *value) : std::string(option.alternative);
}

struct ReadMember {
    const Option &option;
    const std::string &text;
    PoolSpec &pool;

    Result<void> operator()(std::monostate) const { return {}; }
    template <typename Value> Result<void> operator()(Value PoolSpec::*member) const
    {
        return readValue(option, text, pool.*member);
    }
};

struct MemberText {
    const Option &option;
    const PoolSpec &pool;

    std::string operator()(std::monostate) const { return {}; }
    template <typename Value> std::string operator()(Value PoolSpec::*member) const
    {
        return valueText(option, pool.*member);
    }
};

} // namespace

Result<std::uint64_t> parseCount(
    const Option &option, const std::string &text, std::string_view name)
{
    const auto value = wholeNumber<std::uint64_t>(text);
    if (!value || !isIn(option.range, static_cast<double>(*value)))
        return notIn(option, text, name, "a number");
    return *value;
}

Result<std::uint64_t> parseCount(const Option &option, const std::string &text)
{
    return parseCount(option, text, option.name);
}

Result<std::vector<std::optional<std::uint64_t>>> parseCounts(
    const Option &option, const std::string &text, std::string_view name)
{
    std::vector<std::optional<std::uint64_t>> counts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        std::optional<std::uint64_t> count;
        if (part != option.alternative) {
            const auto number = parseCount(option, part, name);
            if (!number)
                return tl::unexpected(number.error());
            count = *number;
        }
        if (std::find(counts.begin(), counts.end(), count) == counts.end())
            counts.push_back(count);
        begin = end + 1;
    }
    return counts;
}

Result<std::uint64_t> parseSize(const Option &option, const std::string &text)
{
    const auto size = parseSize(text);
    if (!size || !isIn(option.range, static_cast<double>(*size)))
        return notIn(option, text, option.name, "a size such as 500M");
    return *size;
}

Result<double> parseSeconds(const Option &option, const std::string &text)
{
    const auto seconds = wholeNumber<double>(text);
    if (!seconds || !isIn(option.range, *seconds))
        return notIn(option, text, option.name, "seconds");
    return *seconds;
}

Result<void> readPoolOption(const Option &option, const std::string &text, PoolSpec &pool)
{
    return std::visit(ReadMember{option, text, pool}, option.member);
}

std::string poolOptionText(const Option &option, const PoolSpec &pool)
{
    return std::visit(MemberText{option, pool}, option.member);
}

} // namespace poolscope
