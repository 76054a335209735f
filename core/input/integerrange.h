// SPDX-License-Identifier: GPL-3.0-or-later
// Integer ranges, with the meaning of Python's range(), over the whole of 64 bits.
#pragma once

#include "result.h"
#include "spec/inputspec.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope {

/// How many integers the range has: 0 for an empty one, 2^64 - 1 at the most.
std::uint64_t size(const RangeInput &range);

/// The integer at `index`, which is less than size(range).
inline std::int64_t at(const RangeInput &range, std::uint64_t index)
{
    return static_cast<std::int64_t>(
        static_cast<std::uint64_t>(range.start) + index * static_cast<std::uint64_t>(range.step));
}

/// Reads "START:STOP[:STEP]". The message of a failure quotes what cannot be read.
Result<RangeInput> parseRange(std::string_view text);

/// "1:5000", or "10:0:-2" where the step is not 1.
std::string toString(const RangeInput &range);

} // namespace poolscope
