// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/stationlog.h"

#include <array>

namespace poolscope {

namespace {

std::uint64_t zigzag(std::uint64_t difference)
{
    const auto value = static_cast<std::int64_t>(difference);
    return (difference << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::uint64_t unzigzag(std::uint64_t number)
{
    return (number >> 1) ^ (0 - (number & 1));
}

/// Numbers on their way to the log.
class Packer {
public:
    void number(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            m_bytes[m_size++] = static_cast<std::uint8_t>(value | 0x80);
        m_bytes[m_size++] = static_cast<std::uint8_t>(value);
    }
    void difference(std::uint64_t value, std::uint64_t last) { number(zigzag(value - last)); }
    std::span<const std::uint8_t> bytes() const { return {m_bytes.data(), m_size}; }

private:
    std::array<std::uint8_t, 60> m_bytes{};
    std::size_t m_size = 0;
};

} // namespace

void StationLog::append(const ChunkStations &stations)
{
    Packer packer;
    packer.number(m_nextSpan - m_lastSpan);
    packer.number(stations.spans);
    packer.difference(stations.sent, m_last.sent);
    packer.difference(stations.received, m_last.received);
    packer.difference(stations.answered, m_last.answered);
    packer.difference(stations.decoded, m_last.decoded);
    m_bytes.append(packer.bytes());
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

} // namespace poolscope
