// SPDX-License-Identifier: GPL-3.0-or-later
// CallReporter: reports one call of a watched pool as the events of a run.
//
// Lanes are slots of the pool: a process or thread that replaces one that ended has its lane.
// Workers that began before the call are reported from the call's start on. The caller adds chunks
// of a slot in their order. One thread.
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
    std::optional<WorkerUsage> usage = {}; ///< as it was read last
};

struct FailedInput {
    std::uint64_t job = 0, index = 0; ///< of the chunk
    std::uint64_t input = none; ///< in the chunk. none if unknown
    std::string type;
    std::string message;
    std::string traceback;
};

struct InputText {
    std::uint64_t job = 0, index = 0; ///< of the chunk
    std::uint64_t input = 0; ///< in the chunk
    std::string text;
};

/// A chunk that a worker has ended.
struct EndedChunk {
    Chunk chunk{};
    bool isTimed = false; ///< whether all times of the chunk are known, or only begun and ended
    std::vector<ChunkSpan> spans; ///< empty if the chunk is one span
    std::vector<FailedInput> failures;
    std::vector<InputText> texts;
    std::uint64_t sentAt = 0; ///< when the parent had sent the chunk. 0 if unknown
};

class CallReporter {
public:
    static constexpr std::uint64_t mostInputs = 1ULL << 32;
    static constexpr std::size_t mostTexts = 10'000; ///< of inputs of one call

    /// The sink outlives this. `begin` is the time of the call, of CLOCK_MONOTONIC.
    CallReporter(EventSink &sink, WatchedCall call, std::uint64_t begin);

    const WatchedCall &call() const { return m_call; }
    CallCost &cost() { return m_call.cost; }
    /// The number of inputs. Nothing while it is unknown.
    std::optional<std::uint64_t> inputs() const { return m_inputs; }
    void setInputs(std::uint64_t inputs) { m_inputs = inputs; }
    std::uint64_t settled() const { return m_settled; }
    bool isComplete() const { return m_inputs && m_settled >= *m_inputs; }
    bool hasEnded() const { return m_hasEnded; }
    std::uint64_t begin() const { return m_clock.origin; }

    void workerBegan(std::size_t slot, const PoolWorker &worker);
    void workerEnded(std::size_t slot, std::uint64_t time, WorkerState how);
    /// `firstInput` is the input of the call with which the chunk begins.
    void chunkEnded(std::size_t slot, const EndedChunk &ended, std::uint64_t firstInput);
    /// Reports chunks of which only the sum is known, as if their inputs were the first that have
    /// no outcome. `failures` are some of the inputs that failed, with their inputs in the call.
    void chunksLost(
        std::size_t slot, const LostChunks &lost, const std::vector<FailedInput> &failures);
    /// Reports the chunk that the slot runs now, or that it runs none. `inputs` are those of the
    /// chunk, of the call.
    void chunkOpen(std::size_t slot, const OpenChunk &open, IndexRange inputs, std::uint64_t now);
    /// Reports that the worker died on this input, which has no value.
    void inputLost(
        std::size_t slot, std::uint64_t index, const std::string &why, std::uint64_t time);
    /// Nanoseconds in spans of the slot since the last addCost(). At least 1 while it runs a chunk.
    std::uint64_t newWork(std::size_t slot) const;
    /// Adds what the process of the slot used for this call. `threads` are those that it has now.
    void addCost(std::size_t slot, const WorkerUsage &used, const ThreadUsage &threads);
    void parentCostSeen(const WorkerUsage &now);
    /// Adds what the parent did for a chunk, for a result, and between results. A record stands for
    /// a number of chunks or results, which took as long each, up to this one.
    void chunkSent(const Put &put, std::uint64_t chunks);
    void resultReceived(const Got &got, std::uint64_t results);
    void resultsUsed(const Consumed &consumed);
    void log(const std::string &line);
    /// Ends the workers and the call. Nothing is reported afterwards.
    void end(std::uint64_t time);

private:
    struct Lane {
        bool isThere = false;
        std::uint64_t answered = 0; ///< the last chunk
        std::uint64_t reached = 0; ///< the end of the last span
        std::uint64_t busy = 0; ///< of all spans
        std::uint64_t busyWhenSeen = 0; ///< at the last addCost()
        WorkerCost cost;
        bool isOpen = false;
    };
    struct MeanTimes {
        std::uint64_t count = 0;
        std::uint64_t in = 0;
        std::uint64_t out = 0;
    };

    /// Reports an event, unless no run can have it.
    template <typename Any> void take(const Any &event) { (void)m_events.take(event); }
    Lane &lane(std::size_t slot);
    std::uint64_t since(std::uint64_t time) const;
    std::uint64_t reportSpans(std::size_t slot, const EndedChunk &ended, std::uint64_t first);
    /// Reports a span of these inputs of the call. The times are of CLOCK_MONOTONIC.
    void reportSpan(std::size_t slot, std::uint64_t begun, std::uint64_t ended, IndexRange inputs);
    void reportOutcomes(std::size_t slot, const EndedChunk &ended, std::uint64_t first);
    void addTexts(const EndedChunk &ended, std::uint64_t first);
    void settle(IndexRange indices, std::uint64_t time);
    void fail(std::size_t slot, std::uint64_t index, const FailedInput &why, std::uint64_t time);
    void settleAsFailure(std::size_t slot, std::uint64_t index, const FailureView &why,
        event::Attempt attempt, std::uint64_t time);
    bool isSettled(std::uint64_t index) const;
    std::uint64_t firstMissing();
    void noteCost(const Chunk &chunk);
    /// A step of the parent, in times of CLOCK_MONOTONIC, which stands for a number of them.
    struct ParentStep {
        std::uint64_t begin, end, busy, steps;
    };
    void addParentStep(ParentActivity activity, std::uint64_t &last, const ParentStep &step);

    WatchedCall m_call;
    RunClock m_clock;
    std::optional<std::uint64_t> m_inputs;
    std::vector<bool> m_outcomes; ///< by index
    std::uint64_t m_settled = 0;
    std::uint64_t m_missing = 0; ///< all indices below have outcomes
    std::uint64_t m_lastOutcome = 0;
    std::vector<Lane> m_lanes;
    MeanTimes m_times;
    std::uint64_t m_lastSent = 0; ///< end of the last recorded step. 0 if there was none
    std::uint64_t m_lastReceived = 0;
    std::optional<WorkerUsage> m_parentAtBegin;
    bool m_hasEnded = false;
    EventCheck m_events;
};

} // namespace poolscope::watch
