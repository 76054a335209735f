// SPDX-License-Identifier: GPL-3.0-or-later
// TimeGrid: columns of 2^level nanoseconds, the first of which begins with the run.
//
// Charts draw columns of such a grid, whose content does not change when the view moves.
#pragma once

#include <cstdint>

namespace poolscope {

struct TimeGrid {
    int level = 0; ///< 0 to 62

    constexpr std::uint64_t width() const { return std::uint64_t{1} << level; } ///< nanoseconds
    std::uint64_t columnAt(std::uint64_t time) const { return time >> level; }
    std::uint64_t beginOf(std::uint64_t column) const { return column << level; }
    friend bool operator==(const TimeGrid &, const TimeGrid &) = default;
};

/// Consecutive columns of a grid.
struct ColumnRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    std::uint64_t end() const { return first + count; }
    friend bool operator==(const ColumnRange &, const ColumnRange &) = default;
};

/// Returns the finest grid whose columns are at least `nanoseconds` wide.
inline TimeGrid gridFor(double nanoseconds)
{
    TimeGrid grid;
    while (grid.level < 62 && static_cast<double>(grid.width()) < nanoseconds)
        ++grid.level;
    return grid;
}

} // namespace poolscope
