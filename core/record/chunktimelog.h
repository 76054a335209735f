// SPDX-License-Identifier: GPL-3.0-or-later
// ChunkTimeLog: the chunk times of one worker, in some 6 bytes each.
//
// What follows from the lane is not kept: a chunk began with the first of its spans and ended with
// the last. The others are differences to the chunk before, in zigzag varints (as Protocol Buffers
// encode them), which take a byte each where chunks travelled together. One thread appends while
// others read.
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

    /// Reads chunks from the first to the last, with what the lane knows of them.
    class Reader {
    public:
        Reader(const ChunkTimeLog &log, const Lane &lane)
            : m_log(log)
            , m_lane(lane)
        {
        }
        /// The next chunk; nothing when all that were there have been read.
        std::optional<ChunkTimes> next();
        /// The lane position of the first span of the chunk that next() has given.
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

    /// Tells that a worker died: the lane's spans before `lanePosition` that belong to no chunk so
    /// far belong to chunks that have no times.
    void abandonSpansBefore(std::size_t lanePosition) { m_nextSpan = lanePosition; }

    /// How many bytes the chunks so far take, and some of these bytes, for an Unpacker.
    std::size_t packedSize() const { return m_bytes.size(); }
    std::string packed(std::size_t from, std::size_t to) const;
    /// Gives back the memory of the bytes below `position`: see AppendLog::releaseBelow().
    void releaseBelow(std::size_t position) { m_bytes.releaseBelow(position); }
    /// Reads the chunks of bytes that a log has packed, in their order, without the lane.
    class Unpacker {
    public:
        struct Chunk {
            std::uint64_t lostSpans = 0; ///< spans before its first one that belong to no chunk
            ChunkTimes times; ///< without begin and end, which its spans have

            std::uint64_t spans() const { return lostSpans + times.spans; }
        };
        /// Returns the next chunk and removes its bytes from the front of `packed`. Nothing where
        /// no whole chunk is left: the bytes may be anything.
        std::optional<Chunk> next(std::string_view &packed);

    private:
        ChunkTimes m_last;
    };

private:
    AppendLog<std::uint8_t> m_bytes;
    std::string m_packed; ///< the chunk that is being appended
    std::atomic<std::uint64_t> m_count = 0;
    ChunkTimes m_last;
    std::size_t m_nextSpan = 0; ///< the lane position of the next chunk's first span
    std::size_t m_lastSpan = 0; ///< where the last chunk's spans ended
};

} // namespace poolscope
