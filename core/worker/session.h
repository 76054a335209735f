// SPDX-License-Identifier: GPL-3.0-or-later
// Session: the worker's side of the protocol with its pool, from Hello to Goodbye.
#pragma once

#include "wire/codec.h"
#include "worker/batchsizer.h"
#include "worker/process.h"
#include "worker/sendbuffer.h"
#include "worker/taskrunner.h"
#include "worker/usage.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace poolscope::worker {

class Session {
public:
    explicit Session(Channel channel)
        : m_input(std::move(channel.input))
        , m_sendBuffer(std::move(channel.output))
    {
    }

    /// Runs until the pool ends the session. Returns the program's exit status: 0 after a Goodbye,
    /// 1 if the pool has ended or the task cannot be set up, 2 if the pool breaks the protocol, 4
    /// if the task closed the channel. The last two are reported on standard error. To be called
    /// once.
    int run();

private:
    struct Chunk {
        std::uint64_t position = 0; ///< the number of inputs that were received before the chunk
        std::uint64_t first = 0;
        std::uint32_t count = 0;
        std::string items;
    };
    enum class End { None, Goodbye, PoolGone, Malformed };

    bool greet();
    std::optional<wire::Setup> readSetup();
    std::unique_ptr<TaskRunner> setUp(const wire::Setup &setup);
    void workUntilEnd(TaskRunner &runner);
    void runChunk(TaskRunner &runner, const Chunk &chunk);
    void returnInputs(std::uint64_t position);
    void awaitContinue();
    bool readMore();
    void awaitBriefly() const;
    void printed(std::uint64_t index, std::string_view text);
    void reportWrongValues(const TaskRunner &runner);
    void readPending(std::uint64_t now);
    void takeFrames();
    void flush(std::uint64_t now);
    bool isChannelIntact() const;
    bool hasLostChannel() const { return m_foreignCode == ForeignCode::Yes && !isChannelIntact(); }
    int exitStatus() const;

    OwnDescriptor m_input;
    SendBuffer m_sendBuffer;
    wire::FrameDecoder m_decoder{wire::Direction::ToWorker};
    BatchSizer m_sizer;
    Usage m_usage;
    std::deque<Chunk> m_chunks;
    std::string m_frame;
    End m_end = End::None;
    ForeignCode m_foreignCode = ForeignCode::No;
    bool m_items = false; ///< whether messages contain the inputs, which are not a range then
    bool m_stopsAtFailure = false;
    bool m_hasFailed = false; ///< whether the last iteration failed, if that stops the worker
    bool m_mayContinue = false;
    std::uint64_t m_receivedInputs = 0;
    std::uint64_t m_returnedBelow = 0; ///< inputs before that position are not begun any more
    std::uint64_t m_receivedBytes = 0;
    std::uint64_t m_received = 0; ///< clock time at which bytes last arrived
    std::uint64_t m_flushed = 0; ///< clock time of the last flush
    std::uint64_t m_polled = 0; ///< clock time at which the channel was last read or checked
};

} // namespace poolscope::worker
