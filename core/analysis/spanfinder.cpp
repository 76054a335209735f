// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/spanfinder.h"

#include <algorithm>

namespace poolscope {

std::optional<SpanPlace> SpanFinder::find(std::uint64_t index)
{
    std::optional<SpanPlace> found;
    std::uint64_t latest = 0;
    for (std::size_t worker = 0; worker < m_timeline.workerCount(); ++worker) {
        learn(worker);
        const auto position = findIn(worker, index);
        if (!position)
            continue;
        const std::uint64_t begin = m_timeline.worker(worker).lane().span(*position).begin;
        if (!found || begin >= latest) {
            found = SpanPlace{static_cast<WorkerId>(worker + 1), *position};
            latest = begin;
        }
    }
    return found;
}

/// Takes in the whole stretches that the lane has grown by.
void SpanFinder::learn(std::size_t worker)
{
    if (m_stretches.size() <= worker)
        m_stretches.resize(worker + 1);
    std::vector<Stretch> &stretches = m_stretches[worker];
    const Lane &lane = m_timeline.worker(worker).lane();
    while ((stretches.size() + 1) * stretchSize <= lane.size()) {
        Stretch stretch;
        const std::size_t from = stretches.size() * stretchSize;
        lane.forEach(from, from + stretchSize, [&](const Span &span) {
            stretch.lowest = std::min(stretch.lowest, span.first);
            stretch.end = std::max(stretch.end, span.first + span.count);
        });
        stretches.push_back(stretch);
    }
}

std::optional<std::size_t> SpanFinder::findIn(std::size_t worker, std::uint64_t index) const
{
    const Lane &lane = m_timeline.worker(worker).lane();
    std::optional<std::size_t> found;
    const auto search = [&](std::size_t from, std::size_t to) {
        lane.forEach(from, to, [&](const Span &span) {
            if (index - span.first < span.count)
                found = from;
            ++from;
        });
    };
    const std::vector<Stretch> &stretches = m_stretches[worker];
    search(stretches.size() * stretchSize, lane.size());
    for (std::size_t i = stretches.size(); i > 0 && !found; --i) {
        if (index >= stretches[i - 1].lowest && index < stretches[i - 1].end)
            search((i - 1) * stretchSize, i * stretchSize);
    }
    return found;
}

} // namespace poolscope
