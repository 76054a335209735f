// SPDX-License-Identifier: GPL-3.0-or-later
// The plain data that events carry (events/event.h), and that a record keeps.
//
// Times are nanoseconds since the run's start, on one monotonic clock.
#pragma once

#include "spec/indexrange.h"
#include "system/processusage.h"
#include "wire/messages.h"
#include "wire/value.h"
#include "wire/workerid.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

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

/// The unfinished work of a worker when the pool looked at it.
struct OpenSpan {
    std::uint64_t begin = 0;
    std::uint64_t first = 0;
    /// 1 for that index, more for one of these, 0 if the worker was on none.
    std::uint64_t count = 0;
    std::uint64_t seen = 0; ///< when it was looked at

    std::uint64_t duration() const { return seen > begin ? seen - begin : 0; }
    friend bool operator==(const OpenSpan &, const OpenSpan &) = default;
};

/// The times of a chunk. A chunk that was cut short by its worker's death has none.
struct ChunkTimes {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
    std::uint64_t answered = 0;
    std::uint64_t decoded = 0;
    std::uint64_t spans = 0; ///< how many spans of its worker's lane are this chunk's
};

/// The usage of the pool's own thread since the run's start, in nanoseconds.
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

/// The cost of all processes that a worker has had.
struct WorkerCost {
    std::uint64_t cpu = 0; ///< nanoseconds
    std::uint64_t runQueue = 0; ///< nanoseconds of waiting for a core
    std::uint64_t maxRss = 0; ///< bytes of the largest process
    std::uint64_t decoding = 0; ///< nanoseconds of decoding inputs, as far as it was reported
    std::uint64_t setUpCpu = 0; ///< nanoseconds of `cpu`, until the processes were ready
    std::uint64_t setUpRunQueue = 0; ///< nanoseconds of `runQueue`, until they were ready
    std::uint32_t threads = 0; ///< the most at a time. 0 if unknown
    std::uint64_t threadRunQueue = 0; ///< nanoseconds for which all but the first waited for a core
    TaskLoading loading = {}; ///< in the last process. All zero if it was not measured

    friend bool operator==(const WorkerCost &, const WorkerCost &) = default;
};

/// Adds up the costs of earlier and later processes.
inline WorkerCost sum(const WorkerCost &earlier, const WorkerCost &later)
{
    return {earlier.cpu + later.cpu, earlier.runQueue + later.runQueue,
        std::max(earlier.maxRss, later.maxRss), earlier.decoding + later.decoding,
        earlier.setUpCpu + later.setUpCpu, earlier.setUpRunQueue + later.setUpRunQueue,
        std::max(earlier.threads, later.threads), earlier.threadRunQueue + later.threadRunQueue,
        later.loading == TaskLoading() ? earlier.loading : later.loading};
}

struct WorkerIdentity {
    std::uint32_t pid = 0;
    std::string host;
    std::string runtime;

    friend bool operator==(const WorkerIdentity &, const WorkerIdentity &) = default;
};

} // namespace poolscope
