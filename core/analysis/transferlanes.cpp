// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/transferlanes.h"

#include <algorithm>

namespace poolscope {

namespace {

void append(Lane &lane, std::uint64_t begin, std::uint64_t end)
{
    if (end > begin)
        lane.append({begin, end - begin, 0, 1});
}

} // namespace

bool TransferLanes::advance(std::uint64_t most)
{
    while (m_workers.size() < m_timeline.workerCount())
        m_workers.emplace_back(m_timeline.worker(m_workers.size()));
    const std::uint64_t ofEach = most / std::max<std::size_t>(m_workers.size(), 1) + 1;
    bool isAll = true;
    for (Worker &worker : m_workers) {
        std::uint64_t read = 0;
        for (; read < ofEach && m_read < mostChunks; ++read, ++m_read) {
            const auto chunk = worker.chunks.next();
            if (!chunk)
                break;
            append(worker.lane, chunk->received, chunk->begun);
            append(worker.lane, chunk->ended, chunk->answered);
        }
        isAll = isAll && read < ofEach;
    }
    return isAll;
}

} // namespace poolscope
