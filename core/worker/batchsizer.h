// SPDX-License-Identifier: GPL-3.0-or-later
// BatchSizer: chooses the number of iterations between two readings of the clock.
//
// An iteration of 10 µs or more is a batch of its own. Shorter ones share a batch of about 80 µs,
// so that the overhead of a batch stays far below its work.
#pragma once

#include "wire/messages.h"

#include <algorithm>
#include <cstdint>

namespace poolscope::worker {

class BatchSizer {
public:
    std::uint64_t next() const { return m_size; }

    /// Records how long a batch of 1 iteration or more took.
    void measured(const wire::Done &batch)
    {
        const std::uint64_t count = batch.count;
        const std::uint64_t duration = batch.duration;
        const std::uint64_t cost = duration / count;
        if (cost >= ownBatch)
            m_size = 1;
        else
            m_size = std::clamp<std::uint64_t>(
                batchTime * count / std::max<std::uint64_t>(duration, 1), 1, m_size * growth);
    }

private:
    static constexpr std::uint64_t ownBatch = 10'000;
    static constexpr std::uint64_t batchTime = 80'000;
    static constexpr std::uint64_t growth = 8;

    std::uint64_t m_size = 1;
};

} // namespace poolscope::worker
