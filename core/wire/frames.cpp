// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/frames.h"

#include "wire/fields.h"

#include <algorithm>
#include <cstring>

namespace poolscope::wire {

namespace {

constexpr std::uint32_t shortBody = 1U << 20;

bool belongsTo(Direction direction, MessageType type)
{
    switch (type) {
    case MessageType::Setup:
    case MessageType::Work:
    case MessageType::PoolGoodbye:
    case MessageType::Continue:
    case MessageType::Fork:
        return direction == Direction::ToWorker;
    case MessageType::Hello:
    case MessageType::Ready:
    case MessageType::Refused:
    case MessageType::Done:
    case MessageType::BatchReport:
    case MessageType::WorkerGoodbye:
    case MessageType::Printed:
    case MessageType::WrongValues:
    case MessageType::Returned:
    case MessageType::Loaded:
        return direction == Direction::ToPool;
    }
    return false;
}

} // namespace

std::uint32_t maxBodySize(MessageType type)
{
    switch (type) {
    case MessageType::Work:
    case MessageType::Done:
        return maxFrameBody;
    case MessageType::Setup:
    case MessageType::Hello:
    case MessageType::Refused:
    case MessageType::Printed:
    case MessageType::WrongValues:
    case MessageType::Loaded:
        return shortBody;
    case MessageType::Fork:
        return 4;
    case MessageType::Ready:
        return 32;
    case MessageType::Returned:
        return 8;
    case MessageType::BatchReport:
        return 48;
    case MessageType::PoolGoodbye:
    case MessageType::Continue:
    case MessageType::WorkerGoodbye:
        return 0;
    }
    return 0;
}

char *FrameDecoder::prepare(std::size_t size)
{
    if (m_begin == m_end)
        m_begin = m_end = 0;
    if (m_end + size > m_buffer.size() && m_begin > 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_end -= m_begin;
        m_begin = 0;
    }
    if (m_end + size > m_buffer.size())
        m_buffer.resize(std::max(m_end + size, m_buffer.size() * 2));
    return m_buffer.data() + m_end;
}

void FrameDecoder::feed(std::string_view bytes)
{
    if (bytes.empty())
        return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    commit(bytes.size());
}

std::optional<Frame> FrameDecoder::next()
{
    if (!m_error.empty() || m_end - m_begin < frameHeaderSize)
        return std::nullopt;
    FieldReader header({m_buffer.data() + m_begin, frameHeaderSize});
    const auto length = header.number<std::uint32_t>();
    const auto type = static_cast<MessageType>(header.number<std::uint8_t>());
    if (!belongsTo(m_direction, type)) {
        m_error = "a frame of unknown type " + std::to_string(static_cast<int>(type));
        return std::nullopt;
    }
    if (length > maxBodySize(type)) {
        m_error =
            "a frame of " + std::to_string(length) + " bytes, which is more than its type allows";
        return std::nullopt;
    }
    if (m_end - m_begin < frameHeaderSize + length)
        return std::nullopt;
    const Frame frame{type, {m_buffer.data() + m_begin + frameHeaderSize, length}};
    m_begin += frameHeaderSize + length;
    return frame;
}

} // namespace poolscope::wire
