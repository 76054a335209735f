// SPDX-License-Identifier: GPL-3.0-or-later
// Accounting: the time of every worker of a run, divided by cause.
//
// Each worker's time from the first dispatch to the last outcome is divided without gap or overlap,
// in whole nanoseconds. A worker's causes add up exactly to the makespan, and the pool's to workers
// x makespan. `workers` are all that the run ever had. A worker that joined late or left early has
// Cause::Absent for the rest, which presentTime() leaves out. The time before the first dispatch is
// not part of the makespan; startUp has it.
//
// The causes are measured as follows:
// - Waiting and work come from chunk times (see record/timeaccount.h).
// - Work is divided by what the kernel counted for the process since it was ready. CPU time, up to
//   the length of the work, is OnCpu, which includes the handling of chunks. The run-queue delay of
//   the first thread is Preempted, or Throttled by the share that the CPU quota caused. The rest is
//   Waiting. The delay of programs that a worker starts is not known. If no core was free for long,
//   the rest is then Unknown.
// - Between the spans of a chunk a worker decodes inputs and sends results. The worker reports the
//   time of decoding, which is TransferIn. The rest is TransferOut.
// - An imported run has only spans. Work is Running. The time between spans is Idle, or Tail after
//   the last span of all workers has begun.
// - The time for which an answer waits for the coordinator is Coordinator in the share of the
//   makespan in which the coordinator was busy. The rest is UnderWay.
//
// Accountant reads a timeline in steps as it grows, and accountingOf() at once. One thread.
#pragma once

#include "record/runrecord.h"
#include "record/timeaccount.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace poolscope {

enum class Cause : std::uint8_t {
    OnCpu, ///< computing
    Running, ///< within an iteration, computing or waiting; which of the two was not recorded
    Waiting, ///< within an iteration, for a device, another program or a sleep
    Preempted, ///< within an iteration, waiting for a core
    Throttled, ///< within an iteration, stopped by the CPU quota
    Coordinator, ///< waiting for a chunk while the coordinator is busy
    UnderWay, ///< waiting for a chunk while a message is under way and the window is empty
    TransferIn, ///< receiving a chunk
    TransferOut, ///< sending results
    Order, ///< blocked: outcomes wait for an earlier one, to be read in order
    Consumer, ///< blocked: outcomes are not read as fast as they arrive
    Disk, ///< blocked: outcomes cannot be written
    Input, ///< idle: more inputs will arrive
    Tail, ///< idle: no work left while others still ran
    Idle, ///< idle: between iterations, for a reason that was not recorded
    Starting, ///< the process, the interpreter, imports
    Lost, ///< dead, being replaced, or on work that a death undid
    Paused,
    Absent, ///< not in the pool
    Unknown, ///< could not be measured
};
inline constexpr std::size_t causeCount = 20;

/// Returns the name for programs, such as "computing": one word, or several with underscores.
std::string_view causeName(Cause cause);
/// Returns the meaning of a cause, for a tooltip or a legend.
std::string_view causeText(Cause cause);
/// Returns the meaning in a run of this origin. Watched pools have other ways of dispatch.
std::string_view causeText(Cause cause, const Origin &origin);

/// Nanoseconds by cause.
class CauseTimes {
public:
    std::uint64_t &operator[](Cause cause) { return m_times[static_cast<std::size_t>(cause)]; }
    std::uint64_t operator[](Cause cause) const { return m_times[static_cast<std::size_t>(cause)]; }
    std::uint64_t sum() const;
    CauseTimes &operator+=(const CauseTimes &other);

private:
    std::array<std::uint64_t, causeCount> m_times{};
};

/// Returns the causes that took any time, the greatest first.
std::vector<Cause> causesByTime(const CauseTimes &times);

struct WorkerAccounting {
    WorkerId id = noWorker;
    CauseTimes times; ///< their sum is the makespan
    std::uint64_t busy = 0; ///< nanoseconds within spans
    std::uint64_t cpu = 0; ///< nanoseconds of its processes, since they were ready
    std::uint64_t runQueue = 0; ///< nanoseconds of its processes, since they were ready
    std::uint64_t decoding = 0; ///< nanoseconds of decoding inputs
    std::uint64_t iterations = 0;
    std::uint64_t chunks = 0;
    std::uint64_t longestChunk = 0; ///< nanoseconds
    std::uint64_t longestIteration = 0; ///< nanoseconds, by the mean of a span that has several
    std::uint32_t restarts = 0;
    std::uint32_t threads = 0; ///< the largest number seen. 0 if unknown
    std::uint64_t threadRunQueue = 0; ///< nanoseconds; see WorkerRecord
};

/// The work that was done while the pool wanted this number of workers.
struct SizeAccounting {
    std::uint64_t busy = 0; ///< nanoseconds
    std::uint64_t iterations = 0;
};

/// The values that would have waited for a reader in input order.
struct HeldBack {
    std::uint64_t mostValues = 0; ///< at once
    double mostBytes = 0; ///< estimate: mostValues of the mean size
    double meanTime = 0; ///< nanoseconds for which a value waited
};

struct Accounting {
    std::uint64_t begin = 0; ///< the first dispatch
    std::uint64_t end = 0; ///< the last outcome
    std::uint64_t startUp = 0; ///< from the run's start to the first dispatch
    std::vector<WorkerAccounting> workers; ///< by id, from 1
    CauseTimes times; ///< of the pool. Their sum is workers x makespan
    CoordinatorUsage coordinator;
    /// The work by number of workers wanted. Empty if spans were not stored.
    std::map<std::uint32_t, SizeAccounting> sizes;

    std::uint64_t makespan() const { return end - begin; }
    /// Returns the worker time in the pool: workers x makespan without Cause::Absent.
    std::uint64_t presentTime() const { return times.sum() - times[Cause::Absent]; }
    /// Returns the worker time within iterations.
    std::uint64_t busy() const;
    /// Returns busy() / presentTime(), or 0 if there is no time.
    double utilization() const;
};

/// The facts of a run that an accounting needs besides its timeline.
struct RunConditions {
    std::uint32_t cores = 0; ///< usable ones. 0 if unknown
    /// Whether the task starts programs of its own, as commands do.
    bool startsPrograms = false;
    /// Whether only spans are known, as in an imported run.
    bool hasSpansOnly = false;
};

/// Returns the conditions of a run on this number of usable cores, 0 if unknown.
RunConditions conditionsOf(const RunRecord &record, std::uint32_t cores);

class Accountant {
public:
    /// `timeline` outlives this. Without stored spans, accounting() is complete only after the run.
    Accountant(const Timeline &timeline, const RunConditions &conditions);
    ~Accountant();

    /// Reads new events, of about `mostChunks` chunks at most. Returns false if there are more.
    bool advance(std::size_t mostChunks);
    /// Returns the accounting up to the last outcome, of the events read so far.
    Accounting accounting() const;

private:
    struct Worker;

    void takeMarks();
    std::size_t advanceWorker(Worker &worker, std::size_t mostChunks);
    std::uint32_t sizeAt(std::uint64_t time) const;

    const Timeline &m_timeline;
    RunConditions m_conditions;
    std::size_t m_marksTaken = 0;
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::map<std::uint64_t, std::uint32_t> m_wanted; ///< workers, since when
    std::map<std::uint32_t, SizeAccounting> m_sizes;
};

Accounting accountingOf(const Timeline &timeline, const RunConditions &conditions);

/// Returns nothing if spans were not stored or the run is imported. Visits every span.
std::optional<HeldBack> heldBackOf(const RunRecord &record);

} // namespace poolscope
