// SPDX-License-Identifier: GPL-3.0-or-later
// SpanFinder: finds the span in which an index was run.
//
// The range of indices in each block of 4096 spans is stored, 16 bytes per block. A search reads
// only blocks whose range contains the index. One thread. The timeline may grow meanwhile.
#pragma once

#include "record/timeline.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope {

/// A worker and a position in its lane.
struct SpanPosition {
    WorkerId worker = noWorker;
    std::size_t position = 0;
};

class SpanFinder {
public:
    /// `timeline` outlives this.
    explicit SpanFinder(const Timeline &timeline)
        : m_timeline(timeline)
    {
    }

    /// Returns the last span that ran the index, or nothing if there is none.
    std::optional<SpanPosition> find(std::uint64_t index);

private:
    static constexpr std::size_t blockSize = 4096;

    struct Block {
        std::uint64_t lowest = UINT64_MAX;
        std::uint64_t end = 0;
    };

    void learn(WorkerId worker);
    std::optional<std::size_t> findIn(WorkerId worker, std::uint64_t index) const;

    const Timeline &m_timeline;
    std::vector<std::vector<Block>> m_blocks; ///< complete ones, by lane
};

} // namespace poolscope
