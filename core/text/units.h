// SPDX-License-Identifier: GPL-3.0-or-later
// Types of quantities, so that a duration cannot be passed for a rate, or seconds for nanoseconds.
//
// Duration and Seconds are those of the standard library, so that each converts to the other and
// keeps its amount. The other types hold one number and convert to nothing.
#pragma once

#include <chrono>
#include <cstdint>

namespace poolscope {

using Duration = std::chrono::duration<double, std::nano>;
using Seconds = std::chrono::duration<double>;

inline double inSeconds(Duration duration)
{
    return Seconds(duration).count();
}

/// Iterations per second.
struct Rate {
    double perSecond = 0;
};

struct Bytes {
    std::uint64_t number = 0;
};

/// A part of a whole, 1 if the part is all of it.
struct Share {
    double ofWhole = 0;
};

inline constexpr double percent = 100; ///< a share of 1

/// The ratio of one amount to another.
struct Factor {
    double times = 0;
};

/// A number of things, which is exact.
struct Count {
    std::uint64_t number = 0;
};

} // namespace poolscope
