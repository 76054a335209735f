// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/spanfinder.h"

#include <algorithm>

namespace poolscope {

std::optional<SpanPosition> SpanFinder::find(std::uint64_t index)
{
    std::optional<SpanPosition> found;
    std::uint64_t latest = 0;
    for (WorkerId worker{1}; numberOf(worker) <= m_timeline.workerCount(); ++worker) {
        learn(worker);
        const auto position = findIn(worker, index);
        if (!position)
            continue;
        const std::uint64_t begin = m_timeline.worker(worker).lane().span(*position).begin;
        if (!found || begin >= latest) {
            found = SpanPosition{worker, *position};
            latest = begin;
        }
    }
    return found;
}

/// Reads the blocks that were completed since the last call.
void SpanFinder::learn(WorkerId worker)
{
    if (m_blocks.size() < numberOf(worker))
        m_blocks.resize(numberOf(worker));
    std::vector<Block> &blocks = m_blocks[laneOf(worker)];
    const Lane &lane = m_timeline.worker(worker).lane();
    while ((blocks.size() + 1) * blockSize <= lane.size()) {
        Block block;
        const std::size_t from = blocks.size() * blockSize;
        lane.forEach(from, from + blockSize, [&](const Span &span) {
            block.lowest = std::min(block.lowest, span.first);
            block.end = std::max(block.end, span.first + span.count);
        });
        blocks.push_back(block);
    }
}

std::optional<std::size_t> SpanFinder::findIn(WorkerId worker, std::uint64_t index) const
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
    const std::vector<Block> &blocks = m_blocks[laneOf(worker)];
    search(blocks.size() * blockSize, lane.size());
    for (std::size_t i = blocks.size(); i > 0 && !found; --i) {
        if (index >= blocks[i - 1].lowest && index < blocks[i - 1].end)
            search((i - 1) * blockSize, i * blockSize);
    }
    return found;
}

} // namespace poolscope
