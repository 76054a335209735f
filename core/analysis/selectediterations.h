// SPDX-License-Identifier: GPL-3.0-or-later
// SelectedIterations: the iterations of a run whose duration is in a range, so that charts and
// tables can highlight them.
//
// What the run had by the time it was made; plain C++, any thread.
#pragma once

#include "analysis/latency.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace poolscope {

class SelectedIterations {
public:
    /// Looks through all spans; nothing when it was stopped.
    static std::optional<SelectedIterations> find(
        const Timeline &timeline, const DurationRange &range, const std::stop_token &stop = {});

    const DurationRange &range() const { return m_range; }
    /// Attempts at the same index count each.
    std::uint64_t iterations() const { return m_iterations; }
    /// Their spans; a lane for each worker that the run had.
    const std::vector<std::unique_ptr<Lane>> &lanes() const { return m_lanes; }

    /// How many inputs these were.
    std::uint64_t inputCount() const;
    /// The index at a position, which is less than inputCount(), in the order of indices.
    std::uint64_t indexAt(std::uint64_t position) const;
    /// The position of an index, if it is one of them.
    std::optional<std::uint64_t> positionOf(std::uint64_t index) const;

private:
    /// Consecutive indices, and how many come before them.
    struct CountedRange {
        IndexRange indices;
        std::uint64_t before = 0;
    };

    void take(SpanPosition place, const Span &span, std::vector<IndexRange> &indices);
    void order(std::vector<IndexRange> indices);

    DurationRange m_range;
    std::uint64_t m_iterations = 0;
    std::vector<std::unique_ptr<Lane>> m_lanes;
    std::vector<CountedRange> m_ranges; ///< sorted and disjoint
};

} // namespace poolscope
