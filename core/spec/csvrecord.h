// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that write and parse one CSV record, as text that the user reads and types.
#pragma once

#include "result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// Returns the fields as one record without a line ending. parseCsvRecord() returns the same
/// fields, whatever they contain.
std::string csvRecord(std::span<const std::string> fields, char delimiter = ',');

/// Appends a field in quotes.
void appendQuotedCsvField(std::string &out, std::string_view field);

/// Returns the fields of a text that is one record. Fails if a quote is out of place, or if the
/// text has no record or a second one.
Result<std::vector<std::string>> parseCsvRecord(std::string_view text);

} // namespace poolscope
