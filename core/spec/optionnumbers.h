// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of options as text, checked against the range of the option.
#pragma once

#include "result.h"
#include "spec/option.h"

#include <optional>
#include <string>
#include <vector>

namespace poolscope {

/// A whole number in the option's range. A failure calls the option `name`.
Result<std::uint64_t> parseCount(
    const Option &option, const std::string &text, std::string_view name);
/// A whole number in the option's range. A failure calls the option by its own name.
Result<std::uint64_t> parseCount(const Option &option, const std::string &text);

/// Numbers with commas between them, each once, in their order. Nothing stands for the option's
/// alternative.
Result<std::vector<std::optional<std::uint64_t>>> parseCounts(
    const Option &option, const std::string &text, std::string_view name);

/// A size in bytes, such as "500M".
Result<std::uint64_t> parseSize(const Option &option, const std::string &text);
Result<double> parseSeconds(const Option &option, const std::string &text);

/// Reads the value of an option into its member of the spec.
Result<void> readPoolOption(const Option &option, const std::string &text, PoolSpec &pool);
/// The value that the spec has for the option, as readPoolOption() reads it.
std::string poolOptionText(const Option &option, const PoolSpec &pool);

/// Whether the option is one of those that fill a PoolSpec.
inline bool isOfPool(const Option &option)
{
    return !std::holds_alternative<std::monostate>(option.member);
}

} // namespace poolscope
