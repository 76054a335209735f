// SPDX-License-Identifier: GPL-3.0-or-later
// SelectedIterations: the iterations of a run whose duration is in a range, so that charts and
// tables can highlight them.
//
// Contains what the run had recorded when find() was called, and does not change. Any thread.
#pragma once

#include "analysis/latency.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace poolscope {

class SelectedIterations {
public:
    /// Searches all spans. Returns nothing if it was stopped.
    static std::optional<SelectedIterations> find(
        const Timeline &timeline, const DurationRange &range, const std::stop_token &stop = {});

    const DurationRange &range() const { return m_range; }
    /// Returns the number of iterations. All attempts at an index count.
    std::uint64_t iterations() const { return m_iterations; }
    /// Returns the spans of the iterations, with a lane for each worker of the run.
    const std::vector<std::unique_ptr<Lane>> &lanes() const { return m_lanes; }

    /// Returns the number of different inputs.
    std::uint64_t inputCount() const;
    /// Returns the index at a position below inputCount(), in the order of indices.
    std::uint64_t indexAt(std::uint64_t position) const;
    /// Returns the position of an index, or nothing if it is not selected.
    std::optional<std::uint64_t> positionOf(std::uint64_t index) const;

private:
    /// Consecutive indices, and the number of selected indices before them.
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
