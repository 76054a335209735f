// SPDX-License-Identifier: GPL-3.0-or-later
// TransferLanes: when each worker received chunks and sent results, as lanes.
//
// A span of such a lane lasts from the arrival of a chunk until its first input begins, or from the
// end of its last input until its results are sent. For runs of very many chunks the lanes end
// after mostChunks.
#pragma once

#include "record/timeline.h"

#include <cstdint>
#include <deque>

namespace poolscope {

class TransferLanes {
public:
    static constexpr std::uint64_t mostChunks = 4'000'000; ///< of all workers

    /// The timeline outlives this, and may grow.
    explicit TransferLanes(const Timeline &timeline)
        : m_timeline(timeline)
    {
    }

    /// Adds about `most` chunks. Returns whether no more are there now.
    bool advance(std::uint64_t most);
    /// May be fewer than the workers of the timeline.
    std::size_t workerCount() const { return m_workers.size(); }
    const Lane &lane(std::size_t worker) const { return m_workers[worker].lane; }

private:
    struct Worker {
        explicit Worker(const WorkerRecord &record)
            : chunks(record.chunkTimes(), record.lane())
        {
        }
        ChunkTimeLog::Reader chunks;
        Lane lane;
    };

    const Timeline &m_timeline;
    std::deque<Worker> m_workers;
    std::uint64_t m_read = 0; ///< chunks of all workers
};

} // namespace poolscope
