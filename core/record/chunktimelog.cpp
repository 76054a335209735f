// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/chunktimelog.h"

#include "record/varint.h"

namespace poolscope {

void ChunkTimeLog::append(const ChunkTimes &chunkTimes)
{
    m_packed.clear();
    VarintWriter packer(m_packed);
    packer.number(m_nextSpan - m_lastSpan);
    packer.number(chunkTimes.spans);
    packer.difference(chunkTimes.sent, m_last.sent);
    packer.difference(chunkTimes.received, m_last.received);
    packer.difference(chunkTimes.answered, m_last.answered);
    packer.difference(chunkTimes.decoded, m_last.decoded);
    m_bytes.append(
        std::span(reinterpret_cast<const std::uint8_t *>(m_packed.data()), m_packed.size()));
    m_last = chunkTimes;
    m_nextSpan += chunkTimes.spans;
    m_lastSpan = m_nextSpan;
    m_count.store(m_count.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

std::uint64_t ChunkTimeLog::Reader::readNumber()
{
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const std::uint8_t byte = m_log.m_bytes[m_position++];
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
}

void ChunkTimeLog::Reader::readDifference(std::uint64_t &value)
{
    value += unzigzag(readNumber());
}

std::optional<ChunkTimes> ChunkTimeLog::Reader::next()
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

std::string ChunkTimeLog::packed(std::size_t from, std::size_t to) const
{
    std::string bytes;
    bytes.reserve(to - from);
    for (; from < to; ++from)
        bytes += static_cast<char>(m_bytes[from]);
    return bytes;
}

bool ChunkTimeLog::Unpacker::next(std::string_view &packed, Chunk &chunk)
{
    VarintReader reader(packed);
    chunk.lostSpans = reader.number();
    chunk.times.spans = reader.number();
    // One by one: to copy the structure, the processor would have to wait for these writes.
    chunk.times.sent = m_last.sent = reader.difference(m_last.sent);
    chunk.times.received = m_last.received = reader.difference(m_last.received);
    chunk.times.answered = m_last.answered = reader.difference(m_last.answered);
    chunk.times.decoded = m_last.decoded = reader.difference(m_last.decoded);
    if (!reader.ok())
        return false;
    packed.remove_prefix(packed.size() - reader.left());
    return true;
}

} // namespace poolscope
