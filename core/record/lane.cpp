// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/lane.h"

#include <algorithm>
#include <limits>

namespace poolscope {

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();

/// The number of leading positions in [0, size) for which `before` holds.
template <typename Before> std::size_t partitionPoint(std::size_t size, Before before)
{
    std::size_t low = 0;
    while (low < size) {
        const std::size_t middle = low + (size - low) / 2;
        if (before(middle))
            low = middle + 1;
        else
            size = middle;
    }
    return low;
}

/// Returns partitionPoint(), in O(log result), for a result that is likely near 0.
template <typename Before> std::size_t gallop(std::size_t size, Before before)
{
    std::size_t bound = 1;
    while (bound < size && before(bound - 1))
        bound *= 2;
    const std::size_t low = bound / 2;
    return low + partitionPoint(std::min(bound, size) - low, [&](std::size_t position) {
        return before(low + position);
    });
}

} // namespace

void Lane::append(const Span &given)
{
    Span span = given;
    const std::uint64_t end = std::max(span.begin + span.duration, m_end);
    span.begin = std::max(span.begin, m_end);
    span.duration = end - span.begin;
    span.count = std::min(span.count, most);
    if (!fits(span))
        m_bases.append(Base{span.begin, m_busy, span.first, m_entries.size(),
            span.duration > most ? span.duration : 0});
    const Base &base = m_bases[m_bases.size() - 1];
    m_entries.append(Entry{static_cast<std::uint32_t>(span.begin - base.begin),
        static_cast<std::uint32_t>(std::min(m_busy + span.duration - base.busy, most)),
        static_cast<std::int32_t>(static_cast<std::int64_t>(span.first - base.first)),
        static_cast<std::uint32_t>(span.count)});
    m_end = end;
    m_busy += span.duration;
}

bool Lane::fits(const Span &span) const
{
    if (m_bases.empty())
        return false;
    const Base &base = m_bases[m_bases.size() - 1];
    const auto distance = static_cast<std::int64_t>(span.first - base.first);
    return base.longDuration == 0 && span.begin - base.begin <= most
        && m_busy + span.duration - base.busy <= most
        && distance >= std::numeric_limits<std::int32_t>::min()
        && distance <= std::numeric_limits<std::int32_t>::max();
}

void Lane::releaseBelow(std::size_t position)
{
    // The duration of a span is computed from the end of the one before.
    m_entries.releaseBelow(position > 0 ? position - 1 : 0);
}

Span Lane::span(std::size_t position) const
{
    return spanIn(m_bases[baseOfEntry(position)], position);
}

std::size_t Lane::baseOfEntry(std::size_t position) const
{
    return partitionPoint(m_bases.size(), [&](std::size_t base) {
        return m_bases[base].firstEntry <= position;
    }) - 1;
}

/// The end of the entries of `base` among the first `size` entries.
std::size_t Lane::entriesOf(std::size_t base, std::size_t size) const
{
    return base + 1 < m_bases.size() ? std::min<std::size_t>(m_bases[base + 1].firstEntry, size)
                                     : size;
}

std::uint64_t Lane::busyBeforeEntry(const Base &base, std::size_t position) const
{
    return base.busy + (position > base.firstEntry ? m_entries[position - 1].busyEnd : 0);
}

Span Lane::spanIn(const Base &base, std::size_t position) const
{
    const Entry &entry = m_entries[position];
    Span span;
    span.begin = base.begin + entry.begin;
    span.duration = base.longDuration > 0
        ? base.longDuration
        : base.busy + entry.busyEnd - busyBeforeEntry(base, position);
    span.first = base.first + static_cast<std::uint64_t>(std::int64_t{entry.first});
    span.count = entry.count;
    return span;
}

std::size_t Lane::countBefore(std::uint64_t time) const
{
    const std::size_t size = m_entries.size();
    const std::size_t bases = partitionPoint(m_bases.size(), [&](std::size_t base) {
        return m_bases[base].begin < time && m_bases[base].firstEntry < size;
    });
    if (bases == 0)
        return 0;
    const Base &base = m_bases[bases - 1];
    const std::size_t entries = entriesOf(bases - 1, size) - base.firstEntry;
    return base.firstEntry + partitionPoint(entries, [&](std::size_t entry) {
        return base.begin + m_entries[base.firstEntry + entry].begin < time;
    });
}

std::uint64_t Lane::BusyCursor::busyBefore(std::uint64_t time)
{
    const auto beginsBefore = [&](std::size_t base) {
        return m_lane.m_bases[base].begin < time && m_lane.m_bases[base].firstEntry < m_size;
    };
    const std::size_t nextBase = m_base + 1;
    const std::size_t bases = m_lane.m_bases.size();
    if (m_size == 0 || !beginsBefore(0))
        return 0;
    if (nextBase < bases && beginsBefore(nextBase)) {
        m_base += gallop(bases - nextBase,
            [&](std::size_t distance) { return beginsBefore(nextBase + distance); });
        m_count = m_lane.m_bases[m_base].firstEntry;
    }
    const Base &base = m_lane.m_bases[m_base];
    m_count += gallop(m_lane.entriesOf(m_base, m_size) - m_count, [&](std::size_t distance) {
        return base.begin + m_lane.m_entries[m_count + distance].begin < time;
    });
    const Span last = m_lane.spanIn(base, m_count - 1);
    return m_lane.busyBeforeEntry(base, m_count - 1) + std::min(last.duration, time - last.begin);
}

Lane::Reader::Reader(const Lane &lane, std::size_t position)
    : m_lane(&lane)
    , m_position(position)
    , m_base(position < lane.size() ? lane.baseOfEntry(position) : 0)
{
}

Span Lane::Reader::peek() const
{
    while (
        m_base + 1 < m_lane->m_bases.size() && m_lane->m_bases[m_base + 1].firstEntry <= m_position)
        ++m_base;
    return m_lane->spanIn(m_lane->m_bases[m_base], m_position);
}

std::uint64_t Lane::busyBefore(std::uint64_t time) const
{
    const std::size_t count = countBefore(time);
    if (count == 0)
        return 0;
    const Base &base = m_bases[baseOfEntry(count - 1)];
    const Span last = spanIn(base, count - 1);
    return busyBeforeEntry(base, count - 1) + std::min(last.duration, time - last.begin);
}

} // namespace poolscope
