// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduler: decides which worker gets which inputs next, and which inputs are retried.
//
// Starts nothing itself: the caller reports what happened (a worker joined, answered, died, left)
// and requests the next inputs of a worker. Every index is settled exactly once: by an answer, by a
// failure after its last retry, or by quarantine. An index is quarantined when a worker has died on
// it twice, the second time while it was tried alone. Each retry allows one more death, since the
// cause of a death may have nothing to do with the index. If the pool killed a worker over a limit,
// the index that the worker was on has failed. If it may have been on one of several, each is tried
// alone, and none has failed.
//
// An input that has not begun does not stay with a worker while another has nothing to do:
// nextToReclaim() returns the worker from which such inputs should be reclaimed, and reclaim()
// makes them available to others. The position of an input is the number of inputs that its worker
// was sent before it, including reclaimed ones. The next chunk begins at sentTo().
//
// The class uses no clock, threads or processes: the same calls result in the same decisions.
#pragma once

#include "schedule/attempts.h"
#include "schedule/chunksizer.h"
#include "spec/indexrange.h"
#include "wire/workerid.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace poolscope {

/// Shorter work is reclaimed only after a worker has had nothing to do for reclaimInterval.
inline constexpr std::chrono::nanoseconds reclaimedAtOnce = std::chrono::microseconds(500);
inline constexpr std::chrono::milliseconds reclaimInterval{1};

struct ScheduleOptions {
    ChunkOptions chunks;
    std::uint32_t retries = 0; ///< of an index that failed or killed its worker
    std::uint64_t recycle = UINT64_MAX; ///< iterations of a worker before it is replaced
};

enum class DeathCause {
    Unknown, ///< the index that the worker was on may be the reason
    OverLimit, ///< the pool killed the worker, since an index took too much time or memory
};

class Scheduler {
public:
    struct AfterDeath {
        std::vector<TriedIndex> quarantined; ///< settled now, as failures
        std::vector<TriedIndex> failed; ///< over a limit, settled now, as failures
        std::uint64_t requeued = 0; ///< number of indices that will be tried again
    };

    /// Whether more inputs may arrive.
    enum class Inputs { Complete, Growing };

    Scheduler(
        const ScheduleOptions &options, std::uint64_t inputCount, Inputs inputs = Inputs::Complete);

    /// Sets the number of inputs so far, and whether more may arrive.
    void inputsArrived(std::uint64_t inputCount, Inputs inputs);
    /// Sets the largest automatic chunk.
    void setLargestChunk(std::uint64_t inputs) { m_sizer.setLargestChunk(inputs); }

    /// Marks these indices, sorted and disjoint, as settled. To be called before any chunk is sent.
    void skip(const std::vector<IndexRange> &settled);

    void addWorker(WorkerId worker);
    /// Sends the worker nothing more. It may still answer its chunks.
    void removeWorker(WorkerId worker);
    /// Records that the worker has ended as requested. Others receive what it did not answer.
    void workerLeft(WorkerId worker);
    /// Records that the worker has died on one of the indices `suspects`, which are empty if it was
    /// on none. If that is unknown, they are the rest of its chunk (see unansweredOf()).
    AfterDeath workerDied(
        WorkerId worker, IndexRange suspects, DeathCause cause = DeathCause::Unknown);

    /// Returns the chunk to send to the worker now. Nothing if its window is full, if no input
    /// below the limit waits, or if the worker is to be replaced. Also nothing if the worker has a
    /// chunk and workers without any can take all that waits or, for inputs that were sent before,
    /// if another worker has fewer chunks.
    std::optional<IndexRange> nextChunk(WorkerId id);

    /// Records that the worker answered these indices, which took `busy`. Returns false if they are
    /// not the next of those that it was sent.
    [[nodiscard]] bool answered(WorkerId id, IndexRange indices, std::chrono::nanoseconds busy);
    /// Records that an index of the last answer has failed in the task. Returns the number of its
    /// attempts if it is settled, and nothing if it will be tried again.
    std::optional<std::uint32_t> failed(std::uint64_t index);
    /// Retries an index that was settled as a failure, with a fresh count of retries.
    void retry(const TriedIndex &settled);
    /// Records the attempts of an unsettled index before this run was resumed. To be called in
    /// ascending order, before any chunk is sent.
    void failedBefore(const TriedIndex &tried) { m_attempts.addEarlier(tried); }
    /// Whether the worker has done all iterations that it may do before it is replaced.
    bool isExhausted(WorkerId id) const;

    /// The number of inputs that the worker was sent, including reclaimed ones.
    std::uint64_t sentTo(WorkerId worker) const { return m_workers.at(worker).sent; }
    /// Returns the worker that should be asked to return inputs, since another has nothing to do:
    /// the worker with most inputs besides the one that it may be on. With a `leastWork` above 0
    /// these must take at least so long, as far as known, and be enough for two chunks, since
    /// inputs for one chunk would be reclaimed before they begin, again and again. Nothing if
    /// inputs wait to be sent, if there is a request for each worker without work, or if no worker
    /// has enough inputs.
    std::optional<WorkerId> nextToReclaim(std::chrono::nanoseconds leastWork) const;
    /// Records that the worker was asked to return inputs that it has not begun. While it has any
    /// chunk, it is sent nothing more until reclaimAnswered().
    void reclaimAsked(WorkerId id);
    /// Reclaims inputs from this position on, which the worker does not begin, of those that it had
    /// been sent when it was asked. They wait to be sent again. Returns their number.
    std::uint64_t reclaim(WorkerId id, std::uint64_t position);
    /// Records that the worker has answered the request.
    void reclaimAnswered(WorkerId worker);
    /// Records that the worker cannot return inputs.
    void setKeepsChunks(WorkerId worker) { m_workers.at(worker).request = Request::Impossible; }

    void measuredDispatchCosts(std::chrono::nanoseconds cost)
    {
        m_sizer.measuredDispatchCosts(cost);
    }

    /// Sends only indices below `limit`. There is no limit at first.
    void setLimit(std::uint64_t limit) { m_limit = limit; }
    std::uint64_t limit() const { return m_limit; }

    /// The unanswered rest of the chunk that the worker is on. Count is 0 if it has no chunk.
    IndexRange unansweredOf(WorkerId worker) const;
    std::uint64_t inputCount() const { return m_inputCount; } ///< so far
    bool areInputsComplete() const { return m_inputs == Inputs::Complete; }
    /// The unsettled indices, sorted. The last range contains all that were never sent, including
    /// inputs that may still arrive.
    std::vector<IndexRange> unsettled() const;
    std::uint64_t firstUnsettled() const;
    std::uint64_t settledCount() const { return m_settled; }
    std::uint64_t failedCount() const { return m_failed; } ///< settled as failures
    bool allSettled() const { return areInputsComplete() && m_settled == m_inputCount; }
    /// Whether inputs that were sent before wait to be sent again.
    bool hasReturned() const { return returnedCount() > 0; }
    /// Whether the next input is not sent only because of the limit.
    bool heldByLimit() const;
    std::uint64_t chunkSizeNow() const;
    std::uint64_t windowNow() const;

private:
    struct Held {
        IndexRange rest; ///< the unanswered part of the chunk
        std::uint64_t size = 0; ///< of the whole chunk
        std::uint64_t endPosition = 0;
    };
    /// A request to return inputs.
    enum class Request : std::uint8_t {
        None,
        Asked,
        Reclaimed, ///< inputs were reclaimed, and the worker has not answered yet
        Impossible,
    };
    struct Worker {
        std::deque<Held> held; ///< in the order in which they were sent
        std::uint64_t given = 0; ///< inputs sent, without reclaimed ones
        std::uint64_t sent = 0; ///< inputs sent, with reclaimed ones
        Request request = Request::None;
        std::uint64_t requestEnd = 0; ///< `sent` at the last request
        bool removed = false;
    };

    IndexRange nextReturned(std::uint64_t most);
    IndexRange nextPutBack(std::uint64_t most);
    std::optional<IndexRange> nextFresh(std::uint64_t most);
    template <typename Visit> void forEachUnsettledButFresh(const Visit &visit) const;
    bool isForOthersFirst(const Worker &worker) const;
    bool mayBeGiven(const Worker &worker) const;
    bool hasNothingToDo(const Worker &worker) const;
    void putBack(const IndexRange &range);
    void requeue(
        const IndexRange &range, const IndexRange &suspects, DeathCause cause, AfterDeath &result);
    void accuse(std::uint64_t index, DeathCause cause, AfterDeath &result);
    std::uint32_t deathsToQuarantine() const { return 2 + m_retries; }
    void stepOverSettled();
    std::uint64_t freshCount() const { return m_inputCount - m_nextFresh - m_skippedAhead; }
    std::uint64_t waitingCount() const { return freshCount() + returnedCount(); }
    std::uint64_t returnedCount() const { return m_putBackCount + m_attempts.waiting().size(); }

    ChunkSizer m_sizer;
    std::uint32_t m_retries;
    std::uint64_t m_recycle;
    std::uint64_t m_inputCount;
    Inputs m_inputs;
    std::uint64_t m_nextFresh = 0;
    std::deque<IndexRange> m_skipped; ///< settled before this run, above m_nextFresh
    std::uint64_t m_skippedAhead = 0; ///< number of indices in m_skipped
    std::uint64_t m_settled = 0;
    std::uint64_t m_failed = 0;
    std::uint64_t m_limit = UINT64_MAX;
    std::deque<IndexRange> m_putBack; ///< sent to a worker and not answered
    std::uint64_t m_putBackCount = 0; ///< number of indices in m_putBack
    std::unordered_map<WorkerId, Worker> m_workers;
    std::size_t m_activeWorkers = 0;
    Attempts m_attempts;
};

} // namespace poolscope
