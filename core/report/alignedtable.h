// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of texts as a table for a terminal.
#pragma once

#include <string>
#include <vector>

namespace poolscope {

/// A line for each row, which all have as many fields. Fields are aligned right in their column.
std::string alignedTable(const std::vector<std::vector<std::string>> &rows);

} // namespace poolscope
