// SPDX-License-Identifier: GPL-3.0-or-later
// ChunkTimeLog: the chunk times of one worker, in about 6 bytes each.
//
// Begin and end are not stored, since the lane has them: a chunk began with the first of its spans
// and ended with the last. The other times are differences to the chunk before, in zigzag varints
// (as in Protocol Buffers), which take a byte each if chunks were sent together. One thread appends
// while others read.
#pragma once

#include "events/types.h"
#include "record/appendlog.h"
#include "record/lane.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

class ChunkTimeLog {
public:
    void append(const ChunkTimes &chunkTimes);

    std::uint64_t size() const { return m_count.load(std::memory_order_acquire); }

    /// Reads chunks from the first to the last. Begin and end are taken from the lane.
    class Reader {
    public:
        Reader(const ChunkTimeLog &log, const Lane &lane)
            : m_log(log)
            , m_lane(lane)
        {
        }
        /// Returns the next chunk. Nothing after the last chunk so far.
        std::optional<ChunkTimes> next();
        /// The lane position of the first span of the chunk that next() returned last.
        std::size_t firstSpan() const { return m_span - m_last.spans; }

    private:
        std::uint64_t readNumber();
        void readDifference(std::uint64_t &value);

        const ChunkTimeLog &m_log;
        const Lane &m_lane;
        std::uint64_t m_read = 0;
        std::size_t m_position = 0;
        std::size_t m_span = 0;
        ChunkTimes m_last;
    };

    /// Records that the worker died. The lane's spans before `lanePosition` without a chunk belong
    /// to chunks without times.
    void abandonSpansBefore(std::size_t lanePosition) { m_nextSpan = lanePosition; }

    /// The size of all chunks so far, in bytes.
    std::size_t packedSize() const { return m_bytes.size(); }
    /// Returns the bytes [from, to), for an Unpacker.
    std::string packed(std::size_t from, std::size_t to) const;
    /// Releases the memory of the bytes below `position`. See AppendLog::releaseBelow().
    void releaseBelow(std::size_t position) { m_bytes.releaseBelow(position); }
    /// Reads chunks from the bytes of a log, in their order, without the lane.
    class Unpacker {
    public:
        struct Chunk {
            std::uint64_t lostSpans = 0; ///< spans without a chunk before the first of this one
            ChunkTimes times; ///< without begin and end, which the spans have

            std::uint64_t spans() const { return lostSpans + times.spans; }
        };
        /// Reads the next chunk and removes its bytes from the front of `packed`. Returns false if
        /// no whole chunk is left. The bytes may be anything.
        bool next(std::string_view &packed, Chunk &chunk);

    private:
        ChunkTimes m_last;
    };

private:
    AppendLog<std::uint8_t> m_bytes;
    std::string m_packed; ///< the chunk that is being appended
    std::atomic<std::uint64_t> m_count = 0;
    ChunkTimes m_last;
    std::size_t m_nextSpan = 0; ///< the lane position of the next chunk's first span
    std::size_t m_lastSpan = 0; ///< the lane position after the last chunk's spans
};

} // namespace poolscope
