// SPDX-License-Identifier: GPL-3.0-or-later
// IndexRange: a range of consecutive indices.
#pragma once

#include <cstdint>
#include <vector>

namespace poolscope {

/// The half-open range of indices [first, first + count).
struct IndexRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    std::uint64_t end() const { return first + count; }
    bool contains(std::uint64_t index) const { return index - first < count; }
    friend bool operator==(const IndexRange &, const IndexRange &) = default;
};

/// Appends indices to a list. Extends the last range if it ends where `indices` begin.
inline void append(std::vector<IndexRange> &ranges, IndexRange indices)
{
    if (!ranges.empty() && ranges.back().end() == indices.first)
        ranges.back().count += indices.count;
    else
        ranges.push_back(indices);
}

/// Returns the number of indices in disjoint ranges.
inline std::uint64_t countOf(const std::vector<IndexRange> &ranges)
{
    std::uint64_t count = 0;
    for (const IndexRange &range : ranges)
        count += range.count;
    return count;
}

} // namespace poolscope
