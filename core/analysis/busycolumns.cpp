// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/busycolumns.h"

#include <algorithm>

namespace poolscope {

std::span<const float> BusyColumns::shares(TimeGrid grid, ColumnRange columns)
{
    const bool extends =
        grid == m_grid && columns.first >= m_first && columns.first <= m_first + m_shares.size();
    if (!extends) {
        m_grid = grid;
        m_first = m_settled = columns.first;
        m_shares.clear();
    }
    // Columns that have scrolled out of view are released when they are most of the stored ones.
    const std::uint64_t before = columns.first - m_first;
    if (before > 3 * columns.count) {
        m_shares.erase(m_shares.begin(), m_shares.begin() + static_cast<std::ptrdiff_t>(before));
        m_first = columns.first;
    }
    const std::uint64_t from = std::clamp(m_settled, m_first, m_first + m_shares.size());
    if (from < columns.end())
        compute({from, columns.end() - from});
    return std::span<const float>(m_shares).subspan(columns.first - m_first, columns.count);
}

void BusyColumns::compute(ColumnRange columns)
{
    const std::size_t size = m_lane.size();
    const Span last = size > 0 ? m_lane.span(size - 1) : Span{};
    m_shares.resize(columns.end() - m_first);
    Lane::BusyCursor cursor(m_lane);
    std::uint64_t before = cursor.busyBefore(m_grid.beginOf(columns.first));
    for (std::uint64_t column = columns.first; column < columns.end(); ++column) {
        const std::uint64_t after = cursor.busyBefore(m_grid.beginOf(column + 1));
        m_shares[column - m_first] =
            static_cast<float>(after - before) / static_cast<float>(m_grid.width());
        before = after;
    }
    m_settled = std::min(columns.end(), m_grid.columnAt(last.begin + last.duration));
}

} // namespace poolscope
