// SPDX-License-Identifier: GPL-3.0-or-later
// ParentTimes: for how long the process that made a call was busy with it, over time.
//
// Time since the call is divided into the columns of a grid, which becomes coarser when there would
// be more than mostColumns. A thread of its own sends chunks, another one receives
// results, and the user's loop uses them, so that the activities of a column can add up to more
// than its width.
#pragma once

#include "events/timegrid.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope {

enum class ParentActivity : std::uint8_t {
    Sending, ///< pickling chunks and writing them to the workers
    Receiving, ///< unpickling results and handing them out
    Looping, ///< the user's code between two results
};
inline constexpr std::array allParentActivities{
    ParentActivity::Sending, ParentActivity::Receiving, ParentActivity::Looping};
inline constexpr std::size_t parentActivities = allParentActivities.size();

class ParentTimes {
public:
    static constexpr std::size_t mostColumns = 256;
    static constexpr TimeGrid finest{20}; ///< columns of about 1 ms
    static constexpr TimeGrid coarsest{54}; ///< of which 256 columns are longer than a century

    /// Busy nanoseconds of each activity in a column.
    using Column = std::array<std::uint64_t, parentActivities>;

    ParentTimes() = default;
    /// A grid between finest and coarsest is used, and columns beyond mostColumns are dropped.
    ParentTimes(TimeGrid grid, std::vector<Column> columns);

    /// Adds `busy` nanoseconds, evenly spread over [begin, end), which are nanoseconds since the
    /// call. No more than the length of the interval is added.
    void add(ParentActivity activity, std::uint64_t begin, std::uint64_t end, std::uint64_t busy);

    bool isEmpty() const { return m_columns.empty(); }
    TimeGrid grid() const { return m_grid; }
    const std::vector<Column> &columns() const { return m_columns; }
    /// The activities that took any time.
    std::vector<ParentActivity> activities() const;
    /// Nanoseconds of all columns.
    std::uint64_t total(ParentActivity activity) const;
    /// Returns the share of [begin, end) for which the parent was busy, from 0 to 1, as if columns
    /// were busy evenly.
    double share(ParentActivity activity, std::uint64_t begin, std::uint64_t end) const;

    bool operator==(const ParentTimes &) const = default;

private:
    void coarsen();

    TimeGrid m_grid = finest;
    std::vector<Column> m_columns;
};

} // namespace poolscope
