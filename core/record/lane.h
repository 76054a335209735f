// SPDX-License-Identifier: GPL-3.0-or-later
// Lane: one worker's spans, sorted by time and disjoint, at 16 bytes each.
//
// The busy time in any interval is exact, from two look-ups in a prefix sum, in O(log n). The span
// at a time is found in O(log n). One thread appends while others read. A reader sees a growing
// prefix of the spans.
//
// Spans are stored relative to a base, with 32 bits each for begin and for the busy time up to the
// span's end, both in nanoseconds, for the first index and for the count. A new base (40 bytes)
// begins if one of these does not fit, at the latest after 4.29 s. A longer span has a base of its
// own.
#pragma once

#include "events/types.h"
#include "record/appendlog.h"

#include <cstdint>

namespace poolscope {

class Lane {
public:
    /// Appends the next span in the order of time. If it begins before the end of the last, as
    /// clocks of different hosts may report, only the part after that end is stored. A count above
    /// 2^32 - 1 is reduced to it.
    void append(const Span &given);

    std::size_t size() const { return m_entries.size(); }
    /// The span at `position`, which is less than size().
    Span span(std::size_t position) const;
    /// Calls visit(span) for spans [from, to), in order. Faster than calling span() for each.
    template <typename Visit> void forEach(std::size_t from, std::size_t to, Visit visit) const;

    /// Releases the memory of spans below `position`. See AppendLog::releaseBelow().
    void releaseBelow(std::size_t position);

    /// The number of spans that begin before `time`.
    std::size_t countBefore(std::uint64_t time) const;
    /// Nanoseconds for which the worker was busy before `time`.
    std::uint64_t busyBefore(std::uint64_t time) const;
    /// Nanoseconds for which the worker was busy in [begin, end).
    std::uint64_t busyBetween(std::uint64_t begin, std::uint64_t end) const
    {
        return busyBefore(end) - busyBefore(begin);
    }

    /// Computes busyBefore() for times that never decrease, in O(log d) if d spans are between one
    /// time and the next.
    class BusyCursor {
    public:
        explicit BusyCursor(const Lane &lane)
            : m_lane(lane)
            , m_size(lane.size())
        {
        }
        std::uint64_t busyBefore(std::uint64_t time);

    private:
        const Lane &m_lane;
        std::size_t m_size; ///< spans in the lane when the cursor was made
        std::size_t m_base = 0;
        std::size_t m_count = 0; ///< spans that begin before the last time
    };

    /// Reads spans in order, each in O(1).
    class Reader {
    public:
        explicit Reader(const Lane &lane, std::size_t position = 0);
        std::size_t position() const { return m_position; }
        bool atEnd() const { return m_position >= m_lane->size(); }
        /// The span at position(), which is not the end.
        Span peek() const;
        void advance() { ++m_position; }

    private:
        const Lane *m_lane;
        std::size_t m_position;
        mutable std::size_t m_base = 0;
    };

private:
    struct Entry {
        std::uint32_t begin;
        std::uint32_t busyEnd; ///< busy time since the base, up to the span's end
        std::int32_t first;
        std::uint32_t count;
    };
    struct Base {
        std::uint64_t begin;
        std::uint64_t busy; ///< busy time before this base
        std::uint64_t first;
        std::uint64_t firstEntry;
        std::uint64_t longDuration; ///< of its only span if 32 bits are too few. 0 otherwise
    };

    std::size_t baseOfEntry(std::size_t position) const;
    std::size_t entriesOf(std::size_t base, std::size_t size) const;
    std::uint64_t busyBeforeEntry(const Base &base, std::size_t position) const;
    Span spanIn(const Base &base, std::size_t position) const;
    bool fits(const Span &span) const;

    AppendLog<Entry> m_entries;
    AppendLog<Base> m_bases;
    std::uint64_t m_end = 0; ///< of the last span. Used by the appending thread
    std::uint64_t m_busy = 0; ///< of all spans. Used by the appending thread
};

template <typename Visit> void Lane::forEach(std::size_t from, std::size_t to, Visit visit) const
{
    if (from >= to)
        return;
    for (std::size_t base = baseOfEntry(from); from < to; ++base) {
        const std::size_t end = std::min(entriesOf(base, to), to);
        for (; from < end; ++from)
            visit(spanIn(m_bases[base], from));
    }
}

} // namespace poolscope
