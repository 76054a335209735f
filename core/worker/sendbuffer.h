// SPDX-License-Identifier: GPL-3.0-or-later
// SendBuffer: the frames of the worker that were not yet written to its channel, and the worker's
// side of the status page (wire/statuspage.h).
//
// Frames are stored on the status page, where they outlive the worker, and flush() writes them
// together. Without a status page they are stored in memory of the worker.
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

class SendBuffer {
public:
    explicit SendBuffer(OwnDescriptor channel)
        : m_channel(std::move(channel))
    {
    }

    /// Stores frames on this status page from now on. The buffer is empty.
    void useStatusPage(SharedMapping page);

    void add(std::string_view frame);
    bool empty() const { return m_waiting == 0; }
    /// Writes all frames. Returns false if the pool has ended.
    bool flush();
    bool isChannelIntact() const { return m_channel.isIntact(); }

    /// The number of bytes that the pool has sent, by the status page. 0 without one.
    std::uint64_t sentByPool() const;

    /// Publishes that the worker begins these indices. `endPosition` is the number of inputs that
    /// it had received with the last of them.
    void beginBatch(
        std::uint64_t first, std::uint64_t count, std::uint64_t endPosition, std::uint64_t begun);
    void endBatch();
    /// Publishes that the worker ends within its batch, and that any of its iterations may be the
    /// cause.
    void suspectWholeBatch();
    /// The gate by which the pool ends a batch. Valid until useStatusPage().
    IterationGate gate();
    /// Returns the end of the inputs that the pool wants to be returned, if it has requested that
    /// since the last call. To be called after beginBatch().
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
    std::string m_buffer; ///< frames, if there is no status page
    std::uint64_t m_appended = 0;
    std::size_t m_waiting = 0;
    std::uint64_t m_request = 0; ///< the last request that was read
    bool m_poolGone = false;
};

} // namespace poolscope::worker
