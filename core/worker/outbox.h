// SPDX-License-Identifier: GPL-3.0-or-later
// Outbox: what the worker has to tell, until it is on its channel.
//
// Frames are kept on the status page (wire/statuspage.h), where they outlive the worker, and are
// written together by flush(). Without a status page they are kept in the worker's own memory.
#pragma once

#include "task/iterationgate.h"
#include "wire/messages.h"
#include "worker/owndescriptor.h"
#include "worker/sharedmapping.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace poolscope::worker {

class Outbox {
public:
    explicit Outbox(OwnDescriptor channel)
        : m_channel(std::move(channel))
    {
    }

    /// Keeps frames on this status page from now on; nothing is waiting.
    void useStatusPage(SharedMapping page);

    void add(std::string_view frame);
    bool empty() const { return m_waiting == 0; }
    /// Writes what is waiting. False when the pool is gone.
    bool flush();
    bool isChannelIntact() const { return m_channel.isIntact(); }

    /// Bytes that the pool has sent, as the status page says; 0 without one.
    std::uint64_t sentByPool() const;

    /// Publishes that the worker begins these indices, which end at that position.
    void beginBatch(
        std::uint64_t first, std::uint64_t count, std::uint64_t endPosition, std::uint64_t begun);
    void endBatch();
    /// The worker ends within its batch, and any of its iterations may be the cause.
    void suspectWholeBatch();
    /// What the pool may have a batch end by; valid until useStatusPage().
    IterationGate gate();
    /// Behind beginBatch(): the end of the inputs that the pool wants returned, if it has asked
    /// since the last call.
    std::optional<std::uint64_t> newRequest();

private:
    bool write(std::string_view bytes);
    std::uint64_t *field(std::size_t offset) const
    {
        return reinterpret_cast<std::uint64_t *>(m_statusPage.data() + offset);
    }
    std::uint64_t get(std::size_t offset) const
    {
        return std::atomic_ref(*field(offset)).load(std::memory_order_acquire);
    }
    void setField(std::size_t offset, std::uint64_t value)
    {
        std::atomic_ref(*field(offset)).store(value, std::memory_order_release);
    }

    OwnDescriptor m_channel;
    SharedMapping m_statusPage;
    std::string m_buffer; ///< where there is no status page
    std::uint64_t m_appended = 0;
    std::size_t m_waiting = 0;
    std::uint64_t m_request = 0; ///< that was seen last
    bool m_poolGone = false;
};

} // namespace poolscope::worker
