// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/outbox.h"

#include "wire/board.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace poolscope::worker {

void Outbox::useBoard(SharedMapping board)
{
    m_board = std::move(board);
    setField(wire::boardProceed, 1);
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

void Outbox::beginBatch(
    std::uint64_t first, std::uint64_t count, std::uint64_t endPosition, std::uint64_t begun)
{
    if (!m_board.data())
        return;
    if (get(wire::boardProceed) == 0)
        setField(wire::boardProceed, 1);
    setField(wire::boardBatchFirst, first);
    setField(wire::boardBatchBegun, begun);
    setField(wire::boardBatchEnd, endPosition);
    setField(wire::boardBatchStarted, 0);
    setField(wire::boardBatchCount, count);
}

void Outbox::endBatch()
{
    if (m_board.data())
        setField(wire::boardBatchCount, 0);
}

void Outbox::suspectWholeBatch()
{
    if (m_board.data())
        setField(wire::boardBatchStarted, wire::boardStartedUnknown);
}

IterationGate Outbox::gate()
{
    if (!m_board.data())
        return {};
    return {*field(wire::boardProceed), *field(wire::boardBatchStarted)};
}

std::optional<std::uint64_t> Outbox::newRequest()
{
    if (!m_board.data())
        return std::nullopt;
    // The stores of beginBatch() become visible within some microseconds after this load, when the
    // core has written them out. The pool waits longer than that before it relies on them.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const std::uint64_t request = get(wire::boardRequest);
    if (std::exchange(m_request, request) == request)
        return std::nullopt;
    return get(wire::boardRequestEnd);
}

std::uint64_t Outbox::sentByPool() const
{
    return m_board.data() ? get(wire::boardSent) : 0;
}

bool Outbox::write(std::string_view bytes)
{
    while (!bytes.empty() && !m_poolGone) {
        const ssize_t written = ::write(m_channel.number(), bytes.data(), bytes.size());
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            m_poolGone = true;
    }
    return !m_poolGone;
}

} // namespace poolscope::worker
