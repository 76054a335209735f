// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/sendbuffer.h"

#include "wire/statuspage.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace poolscope::worker {

void SendBuffer::useStatusPage(SharedMapping page)
{
    m_statusPage = std::move(page);
    setField(wire::statusPageProceed, 1);
    setField(wire::statusPageBase, m_appended);
    setField(wire::statusPageAppended, m_appended);
}

void SendBuffer::add(std::string_view frame)
{
    if (!m_statusPage.data()) {
        m_buffer.append(frame);
        m_waiting += frame.size();
        return;
    }
    if (m_waiting + frame.size() > wire::statusPageBufferSize)
        flush();
    m_appended += frame.size();
    if (frame.size() > wire::statusPageBufferSize) {
        write(frame);
        setField(wire::statusPageBase, m_appended);
        setField(wire::statusPageAppended, m_appended);
        return;
    }
    std::memcpy(
        m_statusPage.data() + wire::statusPageBuffer + m_waiting, frame.data(), frame.size());
    m_waiting += frame.size();
    setField(wire::statusPageAppended, m_appended);
}

bool SendBuffer::flush()
{
    if (m_waiting > 0 && m_statusPage.data()) {
        write({reinterpret_cast<const char *>(m_statusPage.data()) + wire::statusPageBuffer,
            m_waiting});
        setField(wire::statusPageBase, m_appended);
    } else if (m_waiting > 0) {
        write(m_buffer);
        m_appended += m_waiting;
        m_buffer.clear();
    }
    m_waiting = 0;
    return !m_poolGone;
}

void SendBuffer::beginBatch(const BegunBatch &batch)
{
    if (!m_statusPage.data())
        return;
    if (get(wire::statusPageProceed) == 0)
        setField(wire::statusPageProceed, 1);
    setField(wire::statusPageBatchFirst, batch.first);
    setField(wire::statusPageBatchBegun, batch.begun);
    setField(wire::statusPageBatchEnd, batch.endPosition);
    setField(wire::statusPageBatchStarted, 0);
    setField(wire::statusPageBatchCount, batch.count);
}

void SendBuffer::endBatch()
{
    if (m_statusPage.data())
        setField(wire::statusPageBatchCount, 0);
}

void SendBuffer::suspectWholeBatch()
{
    if (m_statusPage.data())
        setField(wire::statusPageBatchStarted, wire::statusPageStartedUnknown);
}

IterationGate SendBuffer::gate()
{
    if (!m_statusPage.data())
        return {};
    return {*field(wire::statusPageProceed), *field(wire::statusPageBatchStarted)};
}

std::optional<std::uint64_t> SendBuffer::newRequest()
{
    if (!m_statusPage.data())
        return std::nullopt;
    // The stores of beginBatch() become visible within some microseconds after this load, when the
    // core has written them out. The pool waits longer than that before it relies on them.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const std::uint64_t request = get(wire::statusPageRequest);
    if (std::exchange(m_request, request) == request)
        return std::nullopt;
    return get(wire::statusPageRequestEnd);
}

std::uint64_t SendBuffer::sentByPool() const
{
    return m_statusPage.data() ? get(wire::statusPageSent) : 0;
}

bool SendBuffer::write(std::string_view bytes)
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
