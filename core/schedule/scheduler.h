// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduler: who gets which inputs next, and what is tried again.
//
// It decides and starts nothing: tell it what happened (a worker joined, answered, died, left) and
// ask it what a worker should be given. It promises that every index is settled exactly once: by an
// answer, by a failure after its last retry, or by quarantine. An index is quarantined when a
// worker has died on it twice, the second time while it was tried alone; each retry that a failed
// index has, it has after a death, too, since what killed the worker may have nothing to do with
// it.
//
// No clock, no threads, no processes: the same calls give the same decisions.
#pragma once

#include "schedule/chunksizer.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace poolscope {

using WorkerId = std::uint32_t; ///< from 1; a replaced worker keeps its number

/// The half-open range of indices [first, first + count).
struct IndexRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    std::uint64_t end() const { return first + count; }
    bool contains(std::uint64_t index) const { return index - first < count; }
    friend bool operator==(const IndexRange &, const IndexRange &) = default;
};

struct ScheduleOptions {
    ChunkOptions chunks;
    std::uint32_t retries = 0; ///< how often an index that failed or killed is tried again
};

class Scheduler {
public:
    enum class AfterFailure { Retry, Settled };

    struct AfterDeath {
        std::vector<std::uint64_t> quarantined; ///< settled now, as failures
        std::uint64_t requeued = 0; ///< indices that will be tried again
    };

    Scheduler(const ScheduleOptions &options, std::uint64_t inputCount);

    void addWorker(WorkerId worker);
    /// The worker is given nothing more; what it holds it may still answer.
    void retireWorker(WorkerId worker);
    /// The worker has ended in good order; what it did not answer goes to others.
    void workerLeft(WorkerId worker);
    /// The worker has died. `suspects` are the indices one of which it was on, empty if it was on
    /// none; where that is unknown, the rest of the chunk it had begun (see unansweredOf).
    AfterDeath workerDied(WorkerId worker, IndexRange suspects);

    /// The chunk to send to the worker now: nothing when its window is full, when no input is
    /// waiting, or when the next lies beyond the limit.
    std::optional<IndexRange> nextChunk(WorkerId worker);

    /// The worker answered these indices, in `busy`. False if it was not their turn: a worker
    /// answers what it was given, in order.
    [[nodiscard]] bool answered(WorkerId worker, IndexRange indices, std::chrono::nanoseconds busy);
    /// One index of those last answered has failed in the task.
    AfterFailure failed(std::uint64_t index);

    void measuredHandover(std::chrono::nanoseconds cost) { m_sizer.measuredHandover(cost); }

    /// Only indices below `limit` are handed out; there is no limit at first.
    void setLimit(std::uint64_t limit) { m_limit = limit; }

    /// The unanswered rest of the chunk that the worker is on; count is 0 where it holds none.
    IndexRange unansweredOf(WorkerId worker) const;
    /// How often the index has been tried and has come to nothing.
    std::uint32_t failedAttempts(std::uint64_t index) const;

    /// How often a worker has died on the index.
    std::uint32_t deaths(std::uint64_t index) const;

    std::uint64_t inputCount() const { return m_inputCount; }
    std::uint64_t settledCount() const { return m_settled; }
    bool allSettled() const { return m_settled == m_inputCount; }
    /// Whether the next fresh input waits only for the limit to move.
    bool heldByLimit() const;
    std::uint64_t chunkSizeNow() const;
    std::uint64_t windowNow() const;

private:
    struct Held {
        IndexRange rest; ///< what is unanswered of the chunk
        std::uint64_t size = 0; ///< of the whole chunk
    };
    struct Worker {
        std::deque<Held> held; ///< in the order in which they were given
        bool retired = false;
    };
    struct Attempts {
        std::uint32_t failures = 0;
        std::uint32_t deaths = 0;
    };
    /// Indices to be tried again.
    struct Retry {
        IndexRange range;
        bool alone = false; ///< in chunks of one
    };

    std::optional<IndexRange> nextRetry();
    std::optional<IndexRange> nextFresh();
    std::uint64_t requeue(const IndexRange &range, const IndexRange &suspects);
    std::uint32_t deathsToQuarantine() const { return 2 + m_retries; }
    std::uint64_t waitingCount() const { return m_inputCount - m_nextFresh; }

    ChunkSizer m_sizer;
    std::uint32_t m_retries;
    std::uint64_t m_inputCount;
    std::uint64_t m_nextFresh = 0;
    std::uint64_t m_settled = 0;
    std::uint64_t m_limit = UINT64_MAX;
    std::deque<Retry> m_waitingRetries;
    std::unordered_map<WorkerId, Worker> m_workers;
    std::size_t m_activeWorkers = 0;
    std::unordered_map<std::uint64_t, Attempts> m_attempts;
};

} // namespace poolscope
