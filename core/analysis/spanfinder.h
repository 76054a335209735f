// SPDX-License-Identifier: GPL-3.0-or-later
// SpanFinder: where in the lanes an index was run.
//
// Keeps which indices each block of 4096 spans has between them, 16 bytes a block; a search
// looks into those blocks alone that may hold the index. One thread; the timeline may grow.
#pragma once

#include "record/timeline.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope {

/// A worker and a position in its lane.
struct SpanPosition {
    WorkerId worker = 0;
    std::size_t position = 0;
};

class SpanFinder {
public:
    /// `timeline` outlives this.
    explicit SpanFinder(const Timeline &timeline)
        : m_timeline(timeline)
    {
    }

    /// The last span that ran the index, if there is one.
    std::optional<SpanPosition> find(std::uint64_t index);

private:
    static constexpr std::size_t blockSize = 4096;

    struct Block {
        std::uint64_t lowest = UINT64_MAX;
        std::uint64_t end = 0;
    };

    void learn(std::size_t worker);
    std::optional<std::size_t> findIn(std::size_t worker, std::uint64_t index) const;

    const Timeline &m_timeline;
    std::vector<std::vector<Block>> m_blocks; ///< whole ones, by worker
};

} // namespace poolscope
