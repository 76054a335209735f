// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that parse the numbers of options and check them against the range of the option.
#pragma once

#include "result.h"
#include "spec/option.h"

#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// Parses a whole number in the option's range. The error calls the option `name`.
Result<std::uint64_t> parseCount(
    const Option &option, const std::string &text, std::string_view name);
/// Parses a whole number in the option's range. The error calls the option by its own name.
Result<std::uint64_t> parseCount(const Option &option, const std::string &text);

/// Parses numbers that are separated by commas. Drops repetitions. The option's alternative is
/// nothing.
Result<std::vector<std::optional<std::uint64_t>>> parseCounts(
    const Option &option, const std::string &text, std::string_view name);

/// Parses a size in bytes, such as "500M".
Result<std::uint64_t> parseSize(const Option &option, const std::string &text);
Result<double> parseSeconds(const Option &option, const std::string &text);

/// Reads the value of an option into its member of the spec.
Result<void> readPoolOption(const Option &option, const std::string &text, PoolSpec &pool);
/// Returns the value of the option in the spec, in the format of readPoolOption().
std::string poolOptionText(const Option &option, const PoolSpec &pool);

/// Whether the option is a member of PoolSpec.
inline bool isOfPool(const Option &option)
{
    return !std::holds_alternative<std::monostate>(option.member);
}

} // namespace poolscope
