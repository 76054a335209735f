// SPDX-License-Identifier: GPL-3.0-or-later
// IterationColumns: the number of iterations of a lane in each column of a time grid.
//
// The iterations of a span are spread evenly over it, so a column may contain a part of one. The
// whole run is stored as up to 4096 columns, whose width doubles as the run grows. Columns of a
// finer grid are computed from the spans in view, of which there are then few.
#pragma once

#include "events/timegrid.h"
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

    /// Reads new spans, `mostSpans` at most. Returns false if there are more.
    bool advance(std::size_t mostSpans);

    /// Returns the iterations in each of the columns, of the spans read so far.
    std::vector<double> counts(TimeGrid grid, ColumnRange columns) const;
    /// Returns the iterations before a time, of the spans read so far.
    double countBefore(std::uint64_t time) const;

private:
    void add(const Span &span);
    double countBeforeColumn(std::uint64_t column) const;
    void coarsen();

    const Lane &m_lane;
    std::size_t m_taken = 0; ///< spans
    TimeGrid m_grid{16}; ///< 65 µs, the finest grid of a whole run
    std::vector<double> m_counts;
    mutable std::vector<double> m_sums; ///< of all columns before each, as far as computed
};

} // namespace poolscope
