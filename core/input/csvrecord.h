// SPDX-License-Identifier: GPL-3.0-or-later
// One CSV record as text, both ways: what a person types and reads.
#pragma once

#include "result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// The fields as one record, without a line ending; reads back the same, whatever is in them.
std::string csvRecord(std::span<const std::string> fields, char delimiter = ',');

/// Appends a field in quotes.
void appendQuotedCsvField(std::string &out, std::string_view field);

/// The fields of a text that holds one record. Fails on a quote out of place, on a second record,
/// and where there is none.
Result<std::vector<std::string>> parseCsvRecord(std::string_view text);

} // namespace poolscope
