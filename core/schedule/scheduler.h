// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduler: decides which worker gets which inputs next, and which inputs are retried.
//
// It decides and starts nothing: report to it what happened (a worker joined, answered, died, left)
// and ask it for the next inputs of a worker. It promises that every index is settled exactly once:
// by an answer, by a failure after its last retry, or by quarantine. An index is quarantined when a
// worker has died on it twice, the second time while it was tried alone; each retry that a failed
// index has, it has after a death, too, since the cause of the death may have nothing to do with
// it. A worker that the pool killed over a limit accuses the index that it was on of a failure, not
// of a death; if it may have been on one of several, each is tried alone, and none is accused.
//
// No input that has not begun stays with a worker while another has nothing to do: nextToReclaim()
// returns the worker from which such inputs should be reclaimed, and reclaim() makes them available
// to others. The inputs that a worker has been sent are counted, and a position is such a count:
// the inputs of a chunk have the positions from sentTo() on, in their order, however often inputs
// before them were reclaimed.
//
// No clock, no threads, no processes: the same calls give the same decisions.
#pragma once

#include "schedule/attempts.h"
#include "schedule/chunksizer.h"
#include "spec/indexrange.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace poolscope {

/// Work of less time is not reclaimed before a worker has had nothing to do for reclaimInterval.
inline constexpr std::chrono::nanoseconds reclaimedAtOnce = std::chrono::microseconds(500);
inline constexpr std::chrono::milliseconds reclaimInterval{1};

struct ScheduleOptions {
    ChunkOptions chunks;
    std::uint32_t retries = 0; ///< how often an index that failed or killed is tried again
    std::uint64_t recycle = UINT64_MAX; ///< iterations that a worker is given before it is replaced
};

enum class DeathCause {
    Unknown, ///< the index that it was on may be to blame
    OverLimit, ///< the pool killed it, because an index took too long or too much
};

class Scheduler {
public:
    struct AfterDeath {
        std::vector<TriedIndex> quarantined; ///< settled now, as failures
        std::vector<TriedIndex> failed; ///< over a limit; settled now, as failures
        std::uint64_t requeued = 0; ///< indices that will be tried again
    };

    /// Whether more inputs may come.
    enum class Inputs { Complete, Growing };

    Scheduler(
        const ScheduleOptions &options, std::uint64_t inputCount, Inputs inputs = Inputs::Complete);

    /// Sets the number of inputs so far, and whether more will come.
    void inputsCame(std::uint64_t inputCount, Inputs inputs);
    /// Sets the largest automatic chunk.
    void setLargestChunk(std::uint64_t inputs) { m_sizer.setLargestChunk(inputs); }

    /// Marks these indices, sorted and disjoint, as settled. To be called before any chunk is sent.
    void skip(const std::vector<IndexRange> &settled);

    void addWorker(WorkerId worker);
    /// Sends the worker nothing more. It may still answer what it has.
    void removeWorker(WorkerId worker);
    /// The worker has ended in good order; what it did not answer goes to others.
    void workerLeft(WorkerId worker);
    /// The worker has died. `suspects` are the indices one of which it was on, empty if it was on
    /// none; where that is unknown, the rest of the chunk it had begun (see unansweredOf).
    AfterDeath workerDied(
        WorkerId worker, IndexRange suspects, DeathCause cause = DeathCause::Unknown);

    /// The chunk to send to the worker now: nothing when its window is full, when no input is
    /// waiting, when the next lies beyond the limit, when the worker is to be replaced, or when it
    /// holds something and others come first: where those that have nothing to do can take all that
    /// waits, and of what another worker returned or left, while any holds fewer chunks.
    std::optional<IndexRange> nextChunk(WorkerId id);

    /// The worker answered these indices, in `busy`. False if it was not their turn: a worker
    /// answers what it was given, in order.
    [[nodiscard]] bool answered(WorkerId id, IndexRange indices, std::chrono::nanoseconds busy);
    /// One index of those last answered has failed in the task. Returns how often it was tried if
    /// that settles it, and nothing if it will be tried again.
    std::optional<std::uint32_t> failed(std::uint64_t index);
    /// Retries an index that was settled as a failure, with a fresh count of retries.
    void tryAgain(const TriedIndex &settled);
    /// Records how often an index that is not settled has failed before this run was resumed. To be
    /// called in ascending order, before anything is handed out.
    void failedBefore(const TriedIndex &tried) { m_attempts.addEarlier(tried); }
    /// Whether the worker has done all that it may do before it is replaced.
    bool isExhausted(WorkerId id) const;

    /// How many inputs the worker has been sent, reclaimed ones included.
    std::uint64_t sentTo(WorkerId worker) const { return m_workers.at(worker).sent; }
    /// The worker that should be asked to return inputs, since another has nothing to do: the one
    /// that holds most beyond the input that it may be on. With a `leastWork` above 0 that must
    /// take at least so long, as far as is known, and be enough for two chunks: what cannot be
    /// divided would be sent to one worker and asked for before it is begun, again and again.
    /// Nothing where inputs wait to be sent, where each worker without work has a request under way
    /// for it already, or where nobody holds so much.
    std::optional<WorkerId> nextToReclaim(std::chrono::nanoseconds leastWork) const;
    /// The worker was asked to return what it has not begun. While it holds something, it is sent
    /// nothing more until reclaimAnswered().
    void reclaimAsked(WorkerId id);
    /// Takes back inputs: of those that it had been sent when it was asked, the worker begins none
    /// at this position or beyond. Those that it still has go to others. Returns how many these
    /// are.
    std::uint64_t reclaim(WorkerId id, std::uint64_t position);
    /// The worker has answered the request.
    void reclaimAnswered(WorkerId worker);
    /// The worker keeps what it is sent.
    void setKeepsChunks(WorkerId worker) { m_workers.at(worker).request = Request::Impossible; }

    void measuredDispatchCosts(std::chrono::nanoseconds cost)
    {
        m_sizer.measuredDispatchCosts(cost);
    }

    /// Sends only indices below `limit`. There is no limit at first.
    void setLimit(std::uint64_t limit) { m_limit = limit; }
    std::uint64_t limit() const { return m_limit; }

    /// The unanswered rest of the chunk that the worker is on; count is 0 where it holds none.
    IndexRange unansweredOf(WorkerId worker) const;
    std::uint64_t inputCount() const { return m_inputCount; } ///< so far
    bool areInputsComplete() const { return m_inputs == Inputs::Complete; }
    /// The unsettled indices, sorted. The last range is all that was never sent, and includes
    /// inputs that will still come.
    std::vector<IndexRange> unsettled() const;
    std::uint64_t firstUnsettled() const;
    std::uint64_t settledCount() const { return m_settled; }
    std::uint64_t failedCount() const { return m_failed; } ///< of these, failures
    bool allSettled() const { return areInputsComplete() && m_settled == m_inputCount; }
    /// Whether inputs wait that were sent before.
    bool hasReturned() const { return returnedCount() > 0; }
    /// Whether the next fresh input waits only for the limit to move.
    bool heldByLimit() const;
    std::uint64_t chunkSizeNow() const;
    std::uint64_t windowNow() const;

private:
    struct Held {
        IndexRange rest; ///< what is unanswered of the chunk
        std::uint64_t size = 0; ///< of the whole chunk
        std::uint64_t endPosition = 0;
    };
    /// A request to return inputs.
    enum class Request : std::uint8_t {
        None,
        Asked,
        Reclaimed, ///< what it was made for is done, and the worker has not answered it yet
        Impossible,
    };
    struct Worker {
        std::deque<Held> held; ///< in the order in which they were given
        std::uint64_t given = 0; ///< iterations, in all
        std::uint64_t sent = 0; ///< inputs, reclaimed ones included
        Request request = Request::None;
        std::uint64_t requestEnd = 0; ///< `sent` when it was asked last
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
    std::deque<IndexRange> m_skipped; ///< settled before, beyond m_nextFresh
    std::uint64_t m_skippedAhead = 0; ///< how many these are
    std::uint64_t m_settled = 0;
    std::uint64_t m_failed = 0;
    std::uint64_t m_limit = UINT64_MAX;
    std::deque<IndexRange> m_putBack; ///< that a worker had and did not answer
    std::uint64_t m_putBackCount = 0; ///< inputs in these
    std::unordered_map<WorkerId, Worker> m_workers;
    std::size_t m_activeWorkers = 0;
    Attempts m_attempts;
};

} // namespace poolscope
