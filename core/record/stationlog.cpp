// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/stationlog.h"

#include "record/varint.h"

#include <algorithm>

namespace poolscope {

void StationLog::append(const ChunkStations &stations)
{
    m_packed.clear();
    VarintWriter packer(m_packed);
    packer.number(m_nextSpan - m_lastSpan);
    packer.number(stations.spans);
    packer.difference(stations.sent, m_last.sent);
    packer.difference(stations.received, m_last.received);
    packer.difference(stations.answered, m_last.answered);
    packer.difference(stations.decoded, m_last.decoded);
    m_bytes.append(
        std::span(reinterpret_cast<const std::uint8_t *>(m_packed.data()), m_packed.size()));
    m_last = stations;
    m_nextSpan += stations.spans;
    m_lastSpan = m_nextSpan;
    m_count.store(m_count.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

std::uint64_t StationLog::Reader::readNumber()
{
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const std::uint8_t byte = m_log.m_bytes[m_position++];
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
}

void StationLog::Reader::readDifference(std::uint64_t &value)
{
    value += unzigzag(readNumber());
}

std::optional<ChunkStations> StationLog::Reader::next()
{
    if (m_read == m_log.size())
        return std::nullopt;
    ++m_read;
    m_span += readNumber();
    m_last.spans = readNumber();
    readDifference(m_last.sent);
    readDifference(m_last.received);
    readDifference(m_last.answered);
    readDifference(m_last.decoded);
    const Span first = m_lane.span(m_span);
    const Span last = m_lane.span(m_span + m_last.spans - 1);
    m_last.begun = first.begin;
    m_last.ended = last.begin + last.duration;
    m_span += m_last.spans;
    return m_last;
}

std::string StationLog::packed(std::size_t from, std::size_t to) const
{
    std::string bytes;
    bytes.reserve(to - from);
    for (; from < to; ++from)
        bytes += static_cast<char>(m_bytes[from]);
    return bytes;
}

std::optional<std::size_t> StationLog::restore(std::string_view packed, const Lane &lane)
{
    constexpr std::uint64_t latest = 1ULL << 62;
    VarintReader reader(packed);
    std::size_t whole = 0;
    while (!reader.atEnd()) {
        const std::uint64_t abandoned = reader.number();
        ChunkStations stations;
        stations.spans = reader.number();
        stations.sent = reader.difference(m_last.sent);
        stations.received = reader.difference(m_last.received);
        stations.answered = reader.difference(m_last.answered);
        stations.decoded = reader.difference(m_last.decoded);
        if (!reader.ok())
            break;
        const std::size_t left = lane.size() - m_lastSpan;
        if (stations.spans == 0 || abandoned > left || stations.spans > left - abandoned
            || std::max({stations.sent, stations.received, stations.answered, stations.decoded})
                > latest)
            return std::nullopt;
        m_nextSpan = m_lastSpan + abandoned;
        append(stations);
        whole = packed.size() - reader.left();
    }
    return whole;
}

} // namespace poolscope
