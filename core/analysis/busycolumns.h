// SPDX-License-Identifier: GPL-3.0-or-later
// BusyColumns: which share of each column of a time grid a lane was busy.
//
// Exact at any zoom: the shares come from the lane's prefix sums, not from samples. Columns that
// were asked for stay known; a lane that has grown costs only the columns that it grew into, and a
// new stretch of n columns O(n log d), where d is how many spans a column has.
#pragma once

#include "analysis/timegrid.h"
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

    /// A share from 0 to 1 for each of the columns, as of now; valid until the next call.
    std::span<const float> shares(TimeGrid grid, ColumnRange columns);

private:
    void compute(ColumnRange columns);

    const Lane &m_lane;
    TimeGrid m_grid;
    std::uint64_t m_first = 0; ///< the column of m_shares[0]
    std::uint64_t m_settled = 0; ///< columns before this one will not change any more
    std::vector<float> m_shares;
};

} // namespace poolscope
