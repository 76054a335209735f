// SPDX-License-Identifier: GPL-3.0-or-later
// Timeline: the events of a run, by worker and time.
//
// Contains every iteration in a lane of spans for each worker, with chunk times and cost, and the
// marks of rare events. A Recorder may omit or release lanes, chunk times and marks (see
// hasSpans()). The pool's thread writes and any thread reads, at any time. Times are nanoseconds
// since the run's start.
#pragma once

#include "events/types.h"
#include "record/appendlog.h"
#include "record/chunktimelog.h"
#include "record/iterationtimes.h"
#include "record/lane.h"
#include "record/timeaccount.h"
#include "system/stopdetector.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace poolscope {

/// A rare event, for the pool (noWorker) or for one worker.
struct Mark {
    enum class Kind : std::uint8_t {
        State, ///< value is the WorkerState
        Resized, ///< value is the number of workers
        Paused,
        Resumed, ///< value is the time for which the program was stopped before, or 0
        Failed, ///< value is the index, which failed for good
        Quarantined, ///< value is the index, which has no span
        GivenUp, ///< value is the index, which failed for good and has no span
        Retried, ///< value is the index, whose attempt failed
        Reopened, ///< value is the index, whose outcome was removed for a new attempt
        Continued, ///< the run was resumed after it had been stopped
        Idle, ///< value is the IdleReason of a worker that has nothing to do
        Lost, ///< value is the index, whose attempt ended with its worker and has no span
    };
    std::uint64_t time = 0;
    std::uint64_t value = 0;
    WorkerId worker = noWorker;
    Kind kind = Kind::State;
};

/// The state of the worker since a State mark. Nothing for other marks.
inline std::optional<WorkerState> stateOf(const Mark &mark)
{
    return mark.kind == Mark::Kind::State ? std::optional(static_cast<WorkerState>(mark.value))
                                          : std::nullopt;
}

inline bool hasState(const Mark &mark, WorkerState state)
{
    return stateOf(mark) == state;
}

/// Whether the mark is of an index that failed for good.
inline bool isFailure(const Mark &mark)
{
    return mark.kind == Mark::Kind::Failed || mark.kind == Mark::Kind::Quarantined
        || mark.kind == Mark::Kind::GivenUp;
}

inline constexpr std::uint8_t markKindCount = 12;

/// The stop of the program that a Resumed mark ends. Nothing for a pause by the user, and for other
/// marks.
std::optional<StopInterval> stopOf(const Mark &mark);

/// The record of one worker. Counters cover all its processes.
class WorkerRecord {
public:
    explicit WorkerRecord(WorkerId id)
        : m_id(id)
    {
    }

    WorkerId id() const { return m_id; }
    const Lane &lane() const { return m_lane; }
    const ChunkTimeLog &chunkTimes() const { return m_chunkTimes; }

    WorkerState state() const { return m_state; }
    std::uint64_t iterations() const { return m_iterations; }
    std::uint64_t busy() const { return m_busy; } ///< nanoseconds
    std::uint64_t cpu() const { return m_cpu; } ///< nanoseconds
    std::uint64_t runQueue() const { return m_runQueue; } ///< nanoseconds
    std::uint64_t maxRss() const { return m_maxRss; } ///< bytes
    /// Nanoseconds of decoding inputs.
    std::uint64_t decoding() const { return m_decoding; }
    std::uint32_t starts() const { return m_starts; }
    std::uint32_t restarts() const { return m_starts > 0 ? m_starts - 1 : 0; }
    std::uint64_t setUpCpu() const { return m_setUpCpu; } ///< of cpu(), until the worker was ready
    std::uint64_t setUpRunQueue() const { return m_setUpRunQueue; } ///< of runQueue(), likewise
    std::uint32_t threads() const { return m_threads; } ///< the most at a time. 0 if unknown
    /// Nanoseconds for which threads other than the first waited for a core, as far as known.
    std::uint64_t threadRunQueue() const { return m_threadRunQueue; }
    WorkerIdentity identity() const;
    /// The cost of loading the task for the last process. All zero if it was not measured.
    TaskLoading loading() const;
    WorkerCost cost() const;
    /// The unfinished span of the worker when the pool last checked, or when the run was stopped.
    /// Its count is 0 if there was none.
    OpenSpan openSpan() const;
    /// The account of the worker's time if the timeline does not have spans. Only the pool's thread
    /// may read it before the run has ended.
    const TimeAccount *account() const { return m_account.get(); }

private:
    friend class Recorder;

    const WorkerId m_id;
    Lane m_lane;
    ChunkTimeLog m_chunkTimes;
    std::atomic<WorkerState> m_state = WorkerState::Starting;
    std::atomic<std::uint64_t> m_iterations = 0;
    std::atomic<std::uint64_t> m_busy = 0;
    std::atomic<std::uint64_t> m_cpu = 0;
    std::atomic<std::uint64_t> m_runQueue = 0;
    std::atomic<std::uint64_t> m_maxRss = 0;
    std::atomic<std::uint64_t> m_decoding = 0;
    std::atomic<std::uint32_t> m_starts = 0;
    std::atomic<std::uint64_t> m_setUpCpu = 0;
    std::atomic<std::uint64_t> m_setUpRunQueue = 0;
    std::atomic<std::uint32_t> m_threads = 0;
    std::atomic<std::uint64_t> m_threadRunQueue = 0;
    std::unique_ptr<TimeAccount> m_account;
    mutable std::mutex m_identityMutex;
    WorkerIdentity m_identity;
    TaskLoading m_loading; ///< guarded by m_identityMutex
    mutable std::mutex m_openSpanMutex; ///< only the pool's thread reads m_openSpan without it
    OpenSpan m_openSpan;
};

class Timeline {
public:
    std::size_t workerCount() const { return m_workers.size(); }
    /// The record of worker `position` + 1.
    const WorkerRecord &worker(std::size_t position) const { return *m_workers[position]; }
    const WorkerRecord &worker(WorkerId id) const { return worker(laneOf(id)); }
    const AppendLog<Mark> &marks() const { return m_marks; }
    /// Whether lanes, chunk times and marks can be read. Otherwise each worker has an account().
    bool hasSpans() const { return m_hasSpans; }

    std::uint64_t firstDispatch() const { return m_firstDispatch; }
    /// The time of the last outcome so far.
    std::uint64_t lastOutcome() const { return m_lastOutcome; }
    /// The time at which the run was stopped before every input had an outcome, or 0.
    std::uint64_t stopped() const { return m_stopped; }
    /// The time of the last outcome so far, or of the stop.
    std::uint64_t end() const { return std::max(lastOutcome(), stopped()); }
    /// The time from the first dispatch to end(). 0 before the first outcome.
    std::uint64_t makespan() const;
    /// The time in [begin, end) for which the pool was paused. A pause that has not ended ends at
    /// `end`.
    std::uint64_t pausedBetween(std::uint64_t begin, std::uint64_t end) const;
    /// The time of the makespan for which the pool was paused.
    std::uint64_t pausedOfMakespan() const;

    /// The approximate median of the durations of iterations so far, in nanoseconds.
    std::optional<double> medianIteration() const { return m_iterationTimes.median(); }
    CoordinatorUsage coordinator() const;

    std::uint64_t succeeded() const { return m_succeeded; }
    std::uint64_t failed() const { return m_failed; } ///< quarantined ones included
    std::uint64_t quarantined() const { return m_quarantined; }
    std::uint64_t attempts() const { return m_attempts; }
    std::uint64_t settled() const { return m_succeeded + m_failed; }

private:
    friend class Recorder;

    AppendLog<std::unique_ptr<WorkerRecord>> m_workers;
    AppendLog<Mark> m_marks;
    bool m_hasSpans = true;
    AppendLog<std::uint64_t> m_paceChanges; ///< times of pauses and resumptions, in turn
    struct AtomicCoordinatorUsage {
        std::atomic<std::uint64_t> cpu = 0;
        std::atomic<std::uint64_t> busy = 0;
        std::atomic<std::uint64_t> throttled = 0;
    };
    AtomicCoordinatorUsage m_coordinator;
    IterationTimes m_iterationTimes;
    std::atomic<std::uint64_t> m_firstDispatch = 0;
    std::atomic<std::uint64_t> m_lastOutcome = 0;
    std::atomic<std::uint64_t> m_stopped = 0;
    std::atomic<std::uint64_t> m_succeeded = 0;
    std::atomic<std::uint64_t> m_failed = 0;
    std::atomic<std::uint64_t> m_quarantined = 0;
    std::atomic<std::uint64_t> m_attempts = 0;
};

} // namespace poolscope
