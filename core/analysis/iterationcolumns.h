// SPDX-License-Identifier: GPL-3.0-or-later
// IterationColumns: how many iterations a lane did in each column of a time grid.
//
// The iterations of a span are spread evenly over it, so a column may hold a part of one. The whole
// run is kept as some thousand columns, whose width doubles as the run grows; a finer grid is
// computed from the spans in view, of which there are then few.
#pragma once

#include "analysis/timegrid.h"
#include "record/lane.h"

#include <vector>

namespace poolscope {

class IterationColumns {
public:
    static constexpr std::size_t mostColumns = 4096;

    /// `lane` outlives this.
    explicit IterationColumns(const Lane &lane)
        : m_lane(lane)
    {
    }

    /// Takes in what the lane has grown by, visiting at most `mostSpans` spans. False if more
    /// are waiting.
    bool advance(std::size_t mostSpans);

    /// The iterations in each of the columns, of the spans taken in so far.
    std::vector<double> counts(TimeGrid grid, ColumnRange columns) const;
    /// The iterations before a time, of the spans taken in so far.
    double countBefore(std::uint64_t time) const;

private:
    void add(const Span &span);
    double countBeforeColumn(std::uint64_t column) const;
    void coarsen();

    const Lane &m_lane;
    std::size_t m_taken = 0; ///< spans
    TimeGrid m_grid{16}; ///< 65 us: finer is never asked of the whole run
    std::vector<double> m_counts;
    mutable std::vector<double> m_sums; ///< of all columns before each, as far as they are known
};

} // namespace poolscope
