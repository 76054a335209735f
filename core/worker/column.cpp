// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/column.h"

#include <algorithm>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace poolscope::worker {

namespace {

constexpr std::uint64_t cellSize = sizeof(std::uint64_t);
constexpr std::uint64_t blockCells = (2U << 20) / cellSize;

} // namespace

Column::Column(const std::string &path, std::uint64_t cells)
    : m_cells(cells)
{
    if (!path.empty() && cells > 0)
        m_mapping = SharedMapping(path, cells * cellSize);
}

std::uint64_t *Column::cells(std::uint64_t first, std::uint64_t *count) const
{
    const std::uint64_t cell = first % m_cells;
    *count = std::min(*count, m_cells - cell);
    return reinterpret_cast<std::uint64_t *>(m_mapping.data()) + cell;
}

void Column::populate(const std::uint64_t *cells, std::uint64_t count)
{
    const auto begin = static_cast<std::uint64_t>(
        cells - reinterpret_cast<const std::uint64_t *>(m_mapping.data()));
    const std::uint64_t lastBlock = (begin + count - 1) / blockCells;
    if (lastBlock >= m_populated.size())
        m_populated.resize(lastBlock + 1);
    for (std::uint64_t block = begin / blockCells; block <= lastBlock; ++block) {
        if (m_populated[block])
            continue;
        const std::uint64_t length = std::min(blockCells, m_cells - block * blockCells);
        madvise(m_mapping.data() + block * blockCells * cellSize, length * cellSize,
            MADV_POPULATE_WRITE);
        m_populated[block] = true;
    }
}

} // namespace poolscope::worker
