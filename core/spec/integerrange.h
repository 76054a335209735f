// SPDX-License-Identifier: GPL-3.0-or-later
// Functions of ranges of 64-bit integers, which have the meaning of Python's range().
#pragma once

#include "result.h"
#include "spec/inputspec.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope {

/// Returns the number of integers in the range, from 0 to 2^64 - 1.
std::uint64_t size(const RangeInput &range);

/// Returns the integer at `index`, which is less than size(range).
inline std::int64_t at(const RangeInput &range, std::uint64_t index)
{
    return static_cast<std::int64_t>(
        static_cast<std::uint64_t>(range.start) + index * static_cast<std::uint64_t>(range.step));
}

/// Parses "START:STOP[:STEP]". The error quotes the part that is wrong.
Result<RangeInput> parseRange(std::string_view text);

/// Returns "1:5000", or "10:0:-2" if the step is not 1.
std::string toString(const RangeInput &range);

} // namespace poolscope
