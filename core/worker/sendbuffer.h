// SPDX-License-Identifier: GPL-3.0-or-later
// SendBuffer: the frames that the worker has not yet written to its channel, and the worker's side
// of the status page (wire/statuspage.h). A frame is an encoded message. Positions count the inputs
// that this worker has received.
//
// Frames are stored on the status page, where they outlive the worker, and flush() writes them
// together. Without a status page they are stored in memory of the worker, functions that publish
// do nothing, and the gate is always open. One thread.
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
    /// The channel is blocking.
    explicit SendBuffer(OwnDescriptor channel)
        : m_channel(std::move(channel))
    {
    }

    /// Stores frames on this status page from now on. Requires that the page is mapped, and that
    /// the buffer is empty.
    void useStatusPage(SharedMapping page);

    /// Stores a frame. If the status page has no room, first writes all frames before it, and also
    /// this one if it is larger than the page.
    void add(std::string_view frame);
    bool empty() const { return m_waiting == 0; }
    /// Writes all frames, and waits until the channel has taken them. Returns false, now and later,
    /// if the pool has ended.
    bool flush();
    /// Whether the task has left the channel open (worker/owndescriptor.h).
    bool isChannelIntact() const { return m_channel.isIntact(); }

    /// The number of bytes that the pool has sent to this worker since its start, as the status
    /// page shows. 0 without a page.
    std::uint64_t sentByPool() const;

    /// The indices that the worker runs now.
    struct BegunBatch {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
        std::uint64_t endPosition = 0; ///< position after the last of them
        std::uint64_t begun = 0; ///< the present time (worker/clock.h)
    };
    /// Publishes that the worker runs them.
    void beginBatch(const BegunBatch &batch);
    /// Publishes that the worker runs nothing. To be called after add() of the batch's outcomes.
    void endBatch();
    /// Publishes that the worker is about to end, and that any iteration of the batch may have
    /// caused that.
    void suspectWholeBatch();
    /// Returns the gate that the pool closes to end a batch early. Valid until useStatusPage().
    IterationGate gate();
    /// Returns the position before which the worker begins no further inputs, if the pool has
    /// requested that since the last call. The worker then returns these inputs to the pool. To be
    /// called between beginBatch() and the first iteration.
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
    std::uint64_t m_appended = 0; ///< bytes that were written, and those on the status page
    std::size_t m_waiting = 0; ///< bytes that are stored and not yet written
    std::uint64_t m_request = 0; ///< the number of the last request that was read
    bool m_poolGone = false;
};

} // namespace poolscope::worker
