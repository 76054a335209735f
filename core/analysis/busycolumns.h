// SPDX-License-Identifier: GPL-3.0-or-later
// BusyColumns: the share of each column of a time grid for which a lane was busy.
//
// The shares are exact at any zoom, since they come from the lane's prefix sums. Computed columns
// are stored, so a lane that has grown costs only the columns that it grew into. A new range of n
// columns costs O(n log d), where d is the number of spans in a column.
#pragma once

#include "events/timegrid.h"
#include "record/lane.h"

#include <span>
#include <vector>

namespace poolscope {

class BusyColumns {
public:
    /// `lane` outlives this.
    explicit BusyColumns(const Lane &lane)
        : m_lane(lane)
    {
    }

    /// Returns a share from 0 to 1 for each of the columns, as of now. Valid until the next call.
    std::span<const float> shares(TimeGrid grid, ColumnRange columns);

private:
    void compute(ColumnRange columns);

    const Lane &m_lane;
    TimeGrid m_grid;
    std::uint64_t m_first = 0; ///< the column of m_shares[0]
    std::uint64_t m_settled = 0; ///< columns before this one do not change any more
    std::vector<float> m_shares;
};

} // namespace poolscope
