// SPDX-License-Identifier: GPL-3.0-or-later
// Accounting: where every worker-second of a run went, by cause.
//
// Each worker's time from the first dispatch to the last outcome is cut up without gap or overlap,
// in whole nanoseconds; so a worker's causes add up exactly to the makespan, and the pool's to
// workers x makespan. `workers` are all that there ever were: one that joined late or left early
// has Cause::Absent for the rest, and presentTime() leaves that out. What happens before the first
// dispatch is not part of a makespan; startUp has it.
//
// What was measured how:
// - Stretches of waiting and of work come from chunk times (see record/timeaccount.h).
// - Work is split by what the kernel counted for the process since it was ready: CPU time, as far
//   as it fits, is OnCpu (the handling of chunks is in it, at most); the run-queue delay of its
//   first thread is Preempted, or Throttled in the share in which the quota was to blame; the rest
//   is Waiting. A worker that starts programs of its own is told no run-queue delay of theirs:
//   where no core was free all the time, the rest is then Unknown.
// - Between the spans of a chunk a worker decodes inputs and sends results. The worker reports how
//   long it decoded, which is TransferIn; the rest is TransferOut.
// - Of a run that was read from elsewhere only spans are known: work is Running, and what lies
//   between spans is Idle, or Tail once the last span of all has begun.
// - While an answer lay with the coordinator, that was busy with others for the share of time in
//   which it was busy at all; the rest is UnderWay.
//
// Accountant takes a timeline in bit by bit while it grows. accountingOf() does it at once.
// Plain C++, one thread.
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
    Running, ///< within an iteration, computing or waiting: which of them was not recorded
    Waiting, ///< within an iteration, for a device, another program or a sleep
    Preempted, ///< within an iteration, for a core
    Throttled, ///< within an iteration, until the CPU quota allowed more
    Coordinator, ///< for a chunk, since the coordinator was busy
    UnderWay, ///< for a chunk, while a frame was under way and the window was empty
    TransferIn, ///< taking in a chunk
    TransferOut, ///< sending what came of it
    Order, ///< blocked: outcomes wait for an earlier one, to be read in order
    Consumer, ///< blocked: outcomes are not read as fast as they come
    Disk, ///< blocked: what there is cannot be written
    Input, ///< idle: more inputs are to come
    Tail, ///< idle: no work left while others still ran
    Idle, ///< idle: between iterations, for a reason that was not recorded
    Starting, ///< the process, the interpreter, imports
    Lost, ///< dead, being replaced, or on what a death undid
    Paused,
    Absent, ///< not in the pool
    Unknown, ///< could not be measured
};
inline constexpr std::size_t causeCount = 20;

/// "computing", "waiting", "preempted", ...: one word, or several with underscores.
std::string_view causeName(Cause cause);
/// The meaning of a cause, for a tooltip or a legend.
std::string_view causeText(Cause cause);
/// The text for a run of this origin. Watched pools have other ways of dispatch.
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

/// The causes that took any time, the greatest first.
std::vector<Cause> causesByTime(const CauseTimes &times);

struct WorkerAccounting {
    WorkerId id = 0;
    CauseTimes times; ///< their sum is the makespan
    std::uint64_t busy = 0; ///< nanoseconds within spans
    std::uint64_t cpu = 0; ///< of its processes, since they were ready
    std::uint64_t runQueue = 0; ///< the same
    std::uint64_t decoding = 0; ///< nanoseconds for which it decoded inputs
    std::uint64_t iterations = 0;
    std::uint64_t chunks = 0;
    std::uint64_t longestChunk = 0; ///< nanoseconds
    std::uint64_t longestIteration = 0; ///< nanoseconds; of the mean of a span that holds several
    std::uint32_t restarts = 0;
    std::uint32_t threads = 0; ///< the most that were seen. 0 if unknown
    std::uint64_t threadRunQueue = 0; ///< nanoseconds; see WorkerRecord
};

/// The work that was done while the pool wanted this number of workers.
struct SizeAccounting {
    std::uint64_t busy = 0; ///< nanoseconds
    std::uint64_t iterations = 0;
};

/// The values that a reader in input order would have had waiting.
struct HeldBack {
    std::uint64_t mostValues = 0; ///< at once
    double mostBytes = 0; ///< about: so many values of the mean size
    double meanTime = 0; ///< nanoseconds for which a value waited
};

struct Accounting {
    std::uint64_t begin = 0; ///< the first dispatch
    std::uint64_t end = 0; ///< the last outcome
    std::uint64_t startUp = 0; ///< from the run's start to the first dispatch
    std::vector<WorkerAccounting> workers; ///< by id, from 1
    CauseTimes times; ///< the pool's: their sum is workers x makespan
    CoordinatorUsage coordinator;
    /// By number of workers wanted. Empty if spans were not kept.
    std::map<std::uint32_t, SizeAccounting> sizes;

    std::uint64_t makespan() const { return end - begin; }
    /// Worker-time in the pool: workers x makespan without Cause::Absent.
    std::uint64_t presentTime() const { return times.sum() - times[Cause::Absent]; }
    /// Worker-time within iterations.
    std::uint64_t busy() const;
    /// busy() / presentTime(), or 0 if there is no time.
    double utilization() const;
};

/// The facts of a run that an accounting needs beside its timeline.
struct RunConditions {
    std::uint32_t cores = 0; ///< usable ones. 0 if unknown
    /// Whether the task starts programs of its own, as commands do.
    bool startsPrograms = false;
    /// Whether only spans are known, as in an imported run.
    bool hasSpansOnly = false;
};

/// The conditions of a run on this number of usable cores.
RunConditions conditionsOf(const RunRecord &record, std::uint32_t cores);

class Accountant {
public:
    /// `timeline` outlives this. One whose spans were not kept is to be accounted for once the run
    /// has ended.
    Accountant(const Timeline &timeline, const RunConditions &conditions);
    ~Accountant();

    /// Reads new events, about `mostChunks` at most. Returns false if there are more.
    bool advance(std::size_t mostChunks);
    /// The accounting up to the last outcome, of the events read so far.
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

/// Nothing where spans were not kept, or the record has no values. Visits every span.
std::optional<HeldBack> heldBackOf(const RunRecord &record);

} // namespace poolscope
