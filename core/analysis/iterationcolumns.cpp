// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/iterationcolumns.h"

#include <algorithm>

namespace poolscope {

namespace {

/// Calls add(column, iterations) for each column in the range that the span overlaps.
template <typename Add> void spread(const Span &span, TimeGrid grid, ColumnRange columns, Add add)
{
    const std::uint64_t end = span.begin + std::max<std::uint64_t>(span.duration, 1);
    const std::uint64_t first = std::max(grid.columnAt(span.begin), columns.first);
    const std::uint64_t last = std::min(grid.columnAt(end - 1) + 1, columns.end());
    const double perNanosecond =
        static_cast<double>(span.count) / static_cast<double>(end - span.begin);
    for (std::uint64_t column = first; column < last; ++column) {
        const std::uint64_t from = std::max(span.begin, grid.beginOf(column));
        const std::uint64_t to = std::min(end, grid.beginOf(column + 1));
        add(column, static_cast<double>(to - from) * perNanosecond);
    }
}

} // namespace

bool IterationColumns::advance(std::size_t mostSpans)
{
    const std::size_t size = m_lane.size();
    const std::size_t end = size - m_taken > mostSpans ? m_taken + mostSpans : size;
    m_lane.forEach(m_taken, end, [this](const Span &span) { add(span); });
    m_taken = end;
    return m_taken == size;
}

void IterationColumns::add(const Span &span)
{
    const std::uint64_t end = span.begin + std::max<std::uint64_t>(span.duration, 1);
    while (m_grid.columnAt(end - 1) >= mostColumns)
        coarsen();
    const std::uint64_t needed = m_grid.columnAt(end - 1) + 1;
    if (m_counts.size() < needed)
        m_counts.resize(needed);
    if (const std::size_t known = m_grid.columnAt(span.begin) + 1; m_sums.size() > known)
        m_sums.resize(known);
    spread(span, m_grid, {0, needed},
        [this](std::uint64_t column, double iterations) { m_counts[column] += iterations; });
}

void IterationColumns::coarsen()
{
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        const double count = m_counts[i];
        m_counts[i] = 0;
        m_counts[i / 2] += count;
    }
    m_counts.resize((m_counts.size() + 1) / 2);
    m_sums.clear();
    ++m_grid.level;
}

std::vector<double> IterationColumns::counts(TimeGrid grid, ColumnRange columns) const
{
    std::vector<double> counts(columns.count);
    if (grid.level < m_grid.level) {
        const std::size_t before = m_lane.countBefore(grid.beginOf(columns.first));
        const std::size_t end = m_lane.countBefore(grid.beginOf(columns.end()));
        m_lane.forEach(before > 0 ? before - 1 : 0, std::min(end, m_taken), [&](const Span &span) {
            spread(span, grid, columns, [&](std::uint64_t column, double iterations) {
                counts[column - columns.first] += iterations;
            });
        });
        return counts;
    }
    const int shift = grid.level - m_grid.level;
    for (std::uint64_t column = columns.first << shift;
         column < std::min<std::uint64_t>(columns.end() << shift, m_counts.size()); ++column)
        counts[(column >> shift) - columns.first] += m_counts[column];
    return counts;
}

double IterationColumns::countBeforeColumn(std::uint64_t column) const
{
    if (m_sums.empty())
        m_sums.push_back(0);
    while (m_sums.size() <= column)
        m_sums.push_back(m_sums.back() + m_counts[m_sums.size() - 1]);
    return m_sums[column];
}

double IterationColumns::countBefore(std::uint64_t time) const
{
    const std::uint64_t column = std::min<std::uint64_t>(m_grid.columnAt(time), m_counts.size());
    double count = countBeforeColumn(column);
    if (column == m_counts.size())
        return count;
    const std::uint64_t begin = m_grid.beginOf(column);
    const std::size_t before = m_lane.countBefore(begin);
    const std::size_t end = std::min(m_lane.countBefore(time), m_taken);
    m_lane.forEach(before > 0 ? before - 1 : 0, end, [&](const Span &span) {
        const auto duration = static_cast<double>(std::max<std::uint64_t>(span.duration, 1));
        const std::uint64_t from = std::max(span.begin, begin);
        const std::uint64_t to =
            std::min(span.begin + std::max<std::uint64_t>(span.duration, 1), time);
        if (to > from)
            count += static_cast<double>(span.count) * static_cast<double>(to - from) / duration;
    });
    return count;
}

} // namespace poolscope
