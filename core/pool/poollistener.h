// SPDX-License-Identifier: GPL-3.0-or-later
// PoolListener: who is told what the pool does. Everything that a run records comes through here.
//
// All calls come on the pool's thread and must be quick: the pool waits for them. Times are
// nanoseconds since the run's start, on one monotonic clock.
#pragma once

#include "schedule/indexrange.h"
#include "wire/messages.h"
#include "wire/value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

enum class WorkerState : std::uint8_t {
    Starting, ///< its process was started
    Ready, ///< it can be given work
    Leaving, ///< it is given nothing more and will end
    Dead, ///< it ended without a goodbye
    Gone, ///< it ended as it was told to
};

/// Why a worker that could work has nothing to do.
enum class IdleReason : std::uint8_t {
    NothingLeft, ///< every input was handed out
    NoInputYet, ///< more inputs are to come
    Order, ///< no room for outcomes: those there are wait for an earlier one, to be read in order
    Consumer, ///< no room for outcomes: they are not read as fast as they come
    Disk, ///< what there is cannot be written
    Paused,
};
inline constexpr std::uint8_t idleReasonCount = 6;

/// A stretch of time in which a worker ran consecutive indices back to back.
struct Span {
    std::uint64_t begin = 0;
    std::uint64_t duration = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

/// What a worker was on when it was looked at, and had not ended.
struct OpenSpan {
    std::uint64_t begin = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0; ///< 1: that index; more: one of these; 0: the worker was on nothing
    std::uint64_t seen = 0; ///< when it was looked at

    std::uint64_t duration() const { return seen > begin ? seen - begin : 0; }
    friend bool operator==(const OpenSpan &, const OpenSpan &) = default;
};

/// When a chunk was where. A chunk cut short by its worker's death has none.
struct ChunkStations {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
    std::uint64_t answered = 0;
    std::uint64_t decoded = 0;
    std::uint64_t spans = 0; ///< how many spans of its worker's lane are this chunk's
};

/// What a worker's process has cost since its start.
struct WorkerUsage {
    std::uint64_t cpu = 0; ///< nanoseconds
    std::uint64_t runQueue = 0; ///< nanoseconds for which it waited for a core
    std::uint64_t maxRss = 0; ///< bytes
    std::uint64_t decoding = 0; ///< nanoseconds for which it decoded inputs, as far as it has told
};

/// What the threads of a worker's process were at when they were looked at.
struct ThreadUsage {
    std::uint32_t count = 0; ///< with the first; 0: unknown
    std::uint64_t runQueue = 0; ///< nanoseconds for which all but the first waited for a core
};

/// What the pool's own thread has done since the run's start, in nanoseconds.
struct CoordinatorUsage {
    std::uint64_t cpu = 0; ///< it also computes while it watches for what comes next
    std::uint64_t busy = 0; ///< it handled what workers sent, and gave them more
    std::uint64_t throttled = 0; ///< the CPU quota of the control group held back its processes

    friend bool operator==(const CoordinatorUsage &, const CoordinatorUsage &) = default;
};

/// Something that a worker or its task printed.
struct Output {
    enum class Source : std::uint8_t {
        TaskOutput, ///< the task's standard output, as far as the worker sees it being written
        TaskError, ///< its standard error, the same
        Process, ///< the process's standard error, whoever wrote it
    };
    Source source = Source::Process;
    IndexRange running; ///< it was on one of these; count 0: unknown
    std::string_view text;
};

/// The cost of loading the task in the process of a worker, or in the process that was copied.
struct TaskLoading {
    wire::LoadCost cost;
    bool isShared = false; ///< the worker is a copy

    friend bool operator==(const TaskLoading &, const TaskLoading &) = default;
};

struct WorkerIdentity {
    std::uint32_t pid = 0;
    std::string host;
    std::string runtime;

    friend bool operator==(const WorkerIdentity &, const WorkerIdentity &) = default;
};

class PoolListener {
public:
    virtual ~PoolListener() = default;

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
    virtual void chunkDone(WorkerId worker, const ChunkStations &stations) = 0;

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
    /// The worker cannot be sure that its values belong to their inputs, from those on whose spans
    /// began at `time`. Comes before them.
    virtual void doubted(WorkerId worker, std::uint64_t time) = 0;
    /// They do, or are taken to; so are those that come now.
    virtual void trusted(WorkerId worker, std::uint64_t time) = 0;
    /// These values, which were in doubt, count no more; the worker gives no others.
    virtual void takenBack(
        WorkerId worker, const std::vector<IndexRange> &values, std::uint64_t time) = 0;
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
