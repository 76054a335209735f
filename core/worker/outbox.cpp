// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/outbox.h"

#include "wire/board.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace poolscope::worker {

void Outbox::useBoard(SharedMapping board)
{
    m_board = std::move(board);
    setField(wire::boardBase, m_appended);
    setField(wire::boardAppended, m_appended);
}

void Outbox::add(std::string_view frame)
{
    if (!m_board.data()) {
        m_buffer.append(frame);
        m_waiting += frame.size();
        return;
    }
    if (m_waiting + frame.size() > wire::boardBufferSize)
        flush();
    m_appended += frame.size();
    if (frame.size() > wire::boardBufferSize) {
        write(frame);
        setField(wire::boardBase, m_appended);
        setField(wire::boardAppended, m_appended);
        return;
    }
    std::memcpy(m_board.data() + wire::boardBuffer + m_waiting, frame.data(), frame.size());
    m_waiting += frame.size();
    setField(wire::boardAppended, m_appended);
}

bool Outbox::flush()
{
    if (m_waiting > 0 && m_board.data()) {
        write({reinterpret_cast<const char *>(m_board.data()) + wire::boardBuffer, m_waiting});
        setField(wire::boardBase, m_appended);
    } else if (m_waiting > 0) {
        write(m_buffer);
        m_appended += m_waiting;
        m_buffer.clear();
    }
    m_waiting = 0;
    return !m_poolGone;
}

void Outbox::beginBatch(std::uint64_t first, std::uint64_t count, std::uint64_t begun)
{
    if (!m_board.data())
        return;
    setField(wire::boardBatchFirst, first);
    setField(wire::boardBatchBegun, begun);
    setField(wire::boardBatchCount, count);
}

void Outbox::endBatch()
{
    if (m_board.data())
        setField(wire::boardBatchCount, 0);
}

std::uint64_t Outbox::sentByPool() const
{
    if (!m_board.data())
        return 0;
    auto *sent = reinterpret_cast<std::uint64_t *>(m_board.data() + wire::boardSent);
    return std::atomic_ref(*sent).load(std::memory_order_acquire);
}

bool Outbox::write(std::string_view bytes)
{
    while (!bytes.empty() && !m_poolGone) {
        const ssize_t written = ::write(m_channel, bytes.data(), bytes.size());
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            m_poolGone = true;
    }
    return !m_poolGone;
}

void Outbox::setField(std::size_t offset, std::uint64_t value)
{
    auto *field = reinterpret_cast<std::uint64_t *>(m_board.data() + offset);
    std::atomic_ref(*field).store(value, std::memory_order_release);
}

} // namespace poolscope::worker
