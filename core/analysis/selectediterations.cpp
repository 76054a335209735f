// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/selectediterations.h"

#include <algorithm>

namespace poolscope {

std::optional<SelectedIterations> SelectedIterations::find(
    const Timeline &timeline, const DurationRange &range, const std::stop_token &stop)
{
    constexpr std::size_t spansBetweenLooks = 100'000;
    SelectedIterations selected;
    selected.m_range = range;
    while (selected.m_lanes.size() < timeline.workerCount())
        selected.m_lanes.push_back(std::make_unique<Lane>());
    std::vector<IndexRange> indices;
    const auto visit = [&](SpanPosition place, const Span &span) {
        selected.take(place, span, indices);
    };
    DurationSearch search(timeline, range);
    while (!search.advance(spansBetweenLooks, visit)) {
        if (stop.stop_requested())
            return std::nullopt;
    }
    selected.order(std::move(indices));
    return selected;
}

void SelectedIterations::take(
    SpanPosition place, const Span &span, std::vector<IndexRange> &indices)
{
    while (m_lanes.size() < numberOf(place.worker)) // the worker has joined meanwhile
        m_lanes.push_back(std::make_unique<Lane>());
    m_lanes[laneOf(place.worker)]->append(span);
    m_iterations += span.count;
    append(indices, {span.first, span.count});
}

void SelectedIterations::order(std::vector<IndexRange> indices)
{
    std::sort(indices.begin(), indices.end(),
        [](const IndexRange &a, const IndexRange &b) { return a.first < b.first; });
    for (const IndexRange &range : indices) {
        const std::uint64_t end = m_ranges.empty() ? 0 : m_ranges.back().indices.end();
        if (m_ranges.empty() || range.first > end)
            m_ranges.push_back({range, inputCount()});
        else if (range.end() > end)
            m_ranges.back().indices.count += range.end() - end;
    }
}

std::uint64_t SelectedIterations::inputCount() const
{
    return m_ranges.empty() ? 0 : m_ranges.back().before + m_ranges.back().indices.count;
}

std::uint64_t SelectedIterations::indexAt(std::uint64_t position) const
{
    const auto behind = std::upper_bound(m_ranges.begin(), m_ranges.end(), position,
        [](std::uint64_t wanted, const CountedRange &range) { return wanted < range.before; });
    const CountedRange &range = *std::prev(behind);
    return range.indices.first + (position - range.before);
}

std::optional<std::uint64_t> SelectedIterations::positionOf(std::uint64_t index) const
{
    const auto behind = std::upper_bound(m_ranges.begin(), m_ranges.end(), index,
        [](std::uint64_t wanted, const CountedRange &range) {
            return wanted < range.indices.first;
        });
    if (behind == m_ranges.begin() || !std::prev(behind)->indices.contains(index))
        return std::nullopt;
    const CountedRange &range = *std::prev(behind);
    return range.before + (index - range.indices.first);
}

} // namespace poolscope
