// SPDX-License-Identifier: GPL-3.0-or-later
// CallReporter: reports one call of a watched pool as the events of a run.
//
// Lanes are slots of the pool: a process or thread that takes the place of one that ended has its
// lane. Workers may have begun before the call; they are reported from the call's start on. The
// caller adds chunks of a slot in their order. One thread.
#pragma once

#include "events/eventcheck.h"
#include "events/origin.h"
#include "system/processusage.h"
#include "system/runclock.h"
#include "watch/records.h"
#include "watch/ring.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::watch {

/// A process or thread that works for a pool. Times are of CLOCK_MONOTONIC.
struct PoolWorker {
    WorkerIdentity identity;
    std::uint64_t started = 0;
    std::uint64_t ready = 0;
    std::optional<WorkerUsage> usage = {}; ///< when it was last looked at
};

struct FailedInput {
    std::uint64_t job = 0, index = 0; ///< of the chunk
    std::uint64_t input = none; ///< in the chunk; none if unknown
    std::string type;
    std::string message;
    std::string traceback;
};

/// A chunk that a worker has ended.
struct EndedChunk {
    Chunk chunk{};
    bool isTimed = false; ///< whether all times of the chunk are known, or only begun and ended
    std::vector<ChunkSpan> spans; ///< none: the chunk is one
    std::vector<FailedInput> failures;
};

class CallReporter {
public:
    static constexpr std::uint64_t mostInputs = 1ULL << 32;

    /// The sink outlives this. `begin` is the time of the call, of CLOCK_MONOTONIC.
    CallReporter(EventSink &sink, WatchedCall call, std::uint64_t begin);

    const WatchedCall &call() const { return m_call; }
    CallCost &cost() { return m_call.cost; }
    /// Nothing while it is unknown.
    std::optional<std::uint64_t> inputs() const { return m_inputs; }
    void setInputs(std::uint64_t inputs) { m_inputs = inputs; }
    std::uint64_t settled() const { return m_settled; }
    bool isComplete() const { return m_inputs && m_settled >= *m_inputs; }
    bool hasEnded() const { return m_hasEnded; }
    std::uint64_t begin() const { return m_clock.origin; }

    void workerBegan(std::size_t slot, const PoolWorker &worker);
    void workerEnded(std::size_t slot, std::uint64_t time, WorkerState how);
    /// `sent` is when the parent had sent it, 0 if unknown.
    void chunkEnded(
        std::size_t slot, const EndedChunk &ended, std::uint64_t firstInput, std::uint64_t sent);
    /// Chunks of which only the sum is known. Their inputs are taken to be the first ones that have
    /// no outcome. `failures` are reasons of some that failed, with their inputs in the call.
    void chunksLost(
        std::size_t slot, const LostChunks &lost, const std::vector<FailedInput> &failures);
    /// The chunk that the slot is on now, or none.
    void chunkOpen(
        std::size_t slot, const OpenChunk &open, std::uint64_t firstInput, std::uint64_t now);
    /// The worker died on this input, which has no value.
    void inputLost(
        std::size_t slot, std::uint64_t index, const std::string &why, std::uint64_t time);
    /// Nanoseconds in spans of the slot since the last addCost(); at least 1 if it is on a chunk.
    std::uint64_t newWork(std::size_t slot) const;
    /// Adds what the process of the slot used for this call. `threads` are those that it has now.
    void addCost(std::size_t slot, const WorkerUsage &used, const ThreadUsage &threads);
    void parentCostSeen(const WorkerUsage &now);
    void log(const std::string &line);
    /// Nothing more is reported afterwards.
    void end(std::uint64_t time);

private:
    struct Lane {
        bool isThere = false;
        std::uint64_t answered = 0; ///< the last chunk
        std::uint64_t reached = 0; ///< the end of the last span
        std::uint64_t busy = 0; ///< of all spans
        std::uint64_t busyWhenSeen = 0; ///< at the last look at its cost
        WorkerCost cost;
        bool isOpen = false;
    };
    struct MeanTimes {
        std::uint64_t count = 0;
        std::uint64_t in = 0;
        std::uint64_t out = 0;
    };

    /// Leaves out what no run can have.
    template <typename Any> void take(const Any &event) { (void)m_events.take(event); }
    Lane &lane(std::size_t slot);
    std::uint64_t since(std::uint64_t time) const;
    std::uint64_t reportSpans(std::size_t slot, const EndedChunk &ended, std::uint64_t first);
    void reportSpan(std::size_t slot, std::uint64_t begun, std::uint64_t ended, std::uint64_t first,
        std::uint64_t count);
    void reportOutcomes(std::size_t slot, const EndedChunk &ended, std::uint64_t first);
    void settle(IndexRange indices, std::uint64_t time);
    void fail(std::size_t slot, std::uint64_t index, const FailedInput &why, std::uint64_t time);
    void settleAsFailure(std::size_t slot, std::uint64_t index, const FailureView &why,
        event::Attempt attempt, std::uint64_t time);
    bool isSettled(std::uint64_t index) const;
    std::uint64_t firstMissing();
    void noteCost(const Chunk &chunk);

    WatchedCall m_call;
    RunClock m_clock;
    std::optional<std::uint64_t> m_inputs;
    std::vector<bool> m_outcomes; ///< by index
    std::uint64_t m_settled = 0;
    std::uint64_t m_missing = 0; ///< all below have outcomes
    std::uint64_t m_lastOutcome = 0;
    std::vector<Lane> m_lanes;
    MeanTimes m_times;
    std::optional<WorkerUsage> m_parentAtBegin;
    bool m_hasEnded = false;
    EventCheck m_events;
};

} // namespace poolscope::watch
