// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/parenttimes.h"

#include <algorithm>

namespace poolscope {

namespace {

/// A part of a time interval that lies in one column.
struct ColumnPart {
    std::size_t column;
    std::uint64_t length; ///< nanoseconds
};

/// Calls visit(part) for each column that [begin, end) touches.
template <typename Visit>
void forEachPart(TimeGrid grid, std::uint64_t begin, std::uint64_t end, Visit visit)
{
    while (begin < end) {
        const std::uint64_t column = grid.columnAt(begin);
        const std::uint64_t until = std::min(grid.beginOf(column + 1), end);
        visit(ColumnPart{static_cast<std::size_t>(column), until - begin});
        begin = until;
    }
}

} // namespace

ParentTimes::ParentTimes(TimeGrid grid, std::vector<Column> columns)
    : m_grid{std::clamp(grid.level, finest.level, coarsest.level)}
    , m_columns(std::move(columns))
{
    if (m_columns.size() > mostColumns)
        m_columns.resize(mostColumns);
}

/// Joins each two columns.
void ParentTimes::coarsen()
{
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const Column column = m_columns[i];
        if (i % 2 == 0)
            m_columns[i / 2] = column;
        else
            for (std::size_t activity = 0; activity < parentActivities; ++activity)
                m_columns[i / 2][activity] += column[activity];
    }
    m_columns.resize((m_columns.size() + 1) / 2);
    ++m_grid.level;
}

void ParentTimes::add(
    ParentActivity activity, std::uint64_t begin, std::uint64_t end, std::uint64_t busy)
{
    end = std::min(end, coarsest.beginOf(mostColumns));
    if (begin >= end)
        return;
    while (m_grid.columnAt(end - 1) >= mostColumns)
        coarsen();
    m_columns.resize(std::max<std::size_t>(m_columns.size(), m_grid.columnAt(end - 1) + 1));
    const double share =
        std::min(static_cast<double>(busy) / static_cast<double>(end - begin), 1.0);
    forEachPart(m_grid, begin, end, [&](ColumnPart part) {
        m_columns[part.column][static_cast<std::size_t>(activity)] +=
            static_cast<std::uint64_t>(share * static_cast<double>(part.length));
    });
}

std::vector<ParentActivity> ParentTimes::activities() const
{
    std::vector<ParentActivity> found;
    for (const ParentActivity activity : allParentActivities) {
        if (total(activity) > 0)
            found.push_back(activity);
    }
    return found;
}

std::uint64_t ParentTimes::total(ParentActivity activity) const
{
    std::uint64_t sum = 0;
    for (const Column &column : m_columns)
        sum += column[static_cast<std::size_t>(activity)];
    return sum;
}

double ParentTimes::share(ParentActivity activity, std::uint64_t begin, std::uint64_t end) const
{
    const std::uint64_t last = std::min(end, m_grid.beginOf(m_columns.size()));
    const auto width = static_cast<double>(m_grid.width());
    double busy = 0;
    forEachPart(m_grid, begin, last, [&](ColumnPart part) {
        busy += static_cast<double>(m_columns[part.column][static_cast<std::size_t>(activity)])
            * static_cast<double>(part.length) / width;
    });
    return end > begin ? std::min(busy / static_cast<double>(end - begin), 1.0) : 0;
}

} // namespace poolscope
