// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as a person reads them, and tables of them.
#pragma once

#include <string>
#include <vector>

namespace poolscope::table {

/// Four figures at the most: 4087, 12.35, 123.0 M.
std::string rateText(double rate);

/// The same with a unit: 2.4 ns, 13.1 us, 20.0 ms, 75.0 s.
std::string durationText(double nanoseconds);

/// Three figures: 0.0123, 1.42, 1.4e+06.
std::string shortText(double value);

std::string fixedText(double value, int digits);

/// A line for each row, which all have as many fields; fields stand right in their column.
std::string tableText(const std::vector<std::vector<std::string>> &rows);

} // namespace poolscope::table
