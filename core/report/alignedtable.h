// SPDX-License-Identifier: GPL-3.0-or-later
// A table of texts for a terminal.
#pragma once

#include <string>
#include <vector>

namespace poolscope {

/// Returns a line for each row. All rows have the same number of fields, which are aligned right.
std::string alignedTable(const std::vector<std::vector<std::string>> &rows);

} // namespace poolscope
