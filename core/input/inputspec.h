// SPDX-License-Identifier: GPL-3.0-or-later
// InputSpec: which inputs a run has, as plain data.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace poolscope {

/// The integers of Python's range(start, stop, step); step is not 0.
struct RangeInput {
    std::int64_t start = 0;
    std::int64_t stop = 0;
    std::int64_t step = 1;
};

/// The lines of a text file, without their line endings (\n, \r\n or \r).
struct LinesInput {
    std::string path;
};

using InputSpec = std::variant<RangeInput, LinesInput>;

} // namespace poolscope
