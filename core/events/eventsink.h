// SPDX-License-Identifier: GPL-3.0-or-later
// EventSink: receives the events of a run, in their order.
//
// All calls are made on one thread, which waits for them: in a live run that of the pool. Times are
// nanoseconds since the run's start, on one monotonic clock.
#pragma once

#include "events/events.h"

#include <cstdint>
#include <string_view>

namespace poolscope {

class EventSink {
public:
    virtual ~EventSink() = default;

    virtual void workerChanged(WorkerId worker, WorkerState state, std::uint64_t time) = 0;
    virtual void workerIntroduced(WorkerId worker, const WorkerIdentity &identity) = 0;
    /// It ended without being told to; `running` are the indices one of which it was on, if any.
    virtual void workerDied(
        WorkerId worker, IndexRange running, std::string_view how, std::uint64_t time) = 0;
    virtual void workerUsed(WorkerId worker, const WorkerUsage &usage) = 0;
    /// What its process had cost when it became ready, where that is known.
    virtual void workerSetUp(WorkerId worker, const WorkerUsage &usage) = 0;
    /// Reports the cost of loading the task, if it was measured, when the worker becomes ready.
    virtual void taskLoaded(WorkerId worker, const TaskLoading &loading) = 0;
    /// What was seen of its process's threads.
    virtual void workerThreads(WorkerId worker, const ThreadUsage &usage) = 0;
    /// It has nothing to do, until the next chunk is sent to it.
    virtual void workerIdle(WorkerId worker, IdleReason reason, std::uint64_t time) = 0;
    virtual void coordinatorUsed(const CoordinatorUsage &usage) = 0;
    /// The worker or its task printed something, which need not be a line.
    virtual void workerPrinted(WorkerId worker, const Output &output, std::uint64_t time) = 0;

    /// What the worker is on, if that has taken some milliseconds; told every few hundredths of a
    /// second.
    virtual void workerRunning(WorkerId worker, const OpenSpan &span) = 0;
    virtual void spanDone(WorkerId worker, const Span &span) = 0;
    virtual void chunkDone(WorkerId worker, const ChunkTimes &chunkTimes) = 0;

    /// The indices came to numbers of this kind, which stand in the column.
    virtual void numbersDone(IndexRange indices, OutcomeKind kind, std::uint64_t time) = 0;
    /// The index came to this.
    virtual void outcomeDone(
        std::uint64_t index, const OutcomeView &outcome, WorkerId worker, std::uint64_t time) = 0;
    /// The index failed for good, since its worker died on it or was killed: there is no span of
    /// it.
    virtual void givenUp(
        std::uint64_t index, const FailureView &failure, WorkerId worker, std::uint64_t time) = 0;
    /// The index will be tried again. Comes before the attempt's span.
    virtual void attemptFailed(std::uint64_t index, WorkerId worker, std::uint64_t time) = 0;

    /// The index, which had failed for good, is to be tried again: what it came to counts no more.
    virtual void reopened(std::uint64_t index, std::uint64_t time) = 0;
    /// Something that a reader of the log should know; worker 0: of the pool as a whole.
    virtual void noted(WorkerId worker, std::string_view text, std::uint64_t time) = 0;

    virtual void resized(std::uint32_t workers, std::uint64_t time) = 0;
    virtual void paused(std::uint64_t time) = 0;
    virtual void resumed(std::uint64_t time) = 0;
    /// Neither the program nor its workers ran from `begin` to `end`, since they, or the machine,
    /// were stopped. Comes before whatever ends later.
    virtual void suspended(std::uint64_t begin, std::uint64_t end) = 0;
    virtual void firstDispatch(std::uint64_t time) = 0;
    /// The run ends before every input has an outcome; what runs now comes to nothing.
    virtual void stopped(std::uint64_t time) = 0;
};

} // namespace poolscope
