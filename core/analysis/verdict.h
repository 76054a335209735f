// SPDX-License-Identifier: GPL-3.0-or-later
// Verdict: in one or two sentences, what a run's time mostly went by with, what to change, and what
// that is expected to give.
//
// A plain function of plain figures: the same figures give the same verdict. Each cause that was
// found has a loss, the share of all worker-time that it took; the greatest one is told. Where no
// cause takes enough to be worth a word nothing is wrong; where too much was not measured the
// verdict is that it is unknown, and what would tell. If loading the task took each worker long or
// much memory, copies of a process that has loaded it are advised besides, whatever the cause is.
#pragma once

#include "analysis/accounting.h"
#include "analysis/startcosts.h"
#include "spec/runspec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

enum class Finding : std::uint8_t {
    HandingOver, ///< handing over inputs takes longer than working on them
    CoordinatorSaturated, ///< workers wait since the coordinator is busy all the time
    Tail, ///< the last inputs left workers without work: one long input, or too few of them
    ChunksTooLarge, ///< the same, since a worker was given too much at once
    TooManyWorkers, ///< more workers than cores compete for these
    ThreadsOversubscribe, ///< threads within workers do
    MachineBusy, ///< other programs do
    WaitsWithin, ///< iterations wait for devices, other programs or sleeps: more workers help
    MemoryBandwidth, ///< iterations take longer as workers are added, though none is preempted
    StartUp, ///< starting takes longer than the work
    SlowWorker, ///< one worker takes longer for an iteration than the others
    Throttled, ///< the CPU quota of the control group
    OrderBlocks, ///< results wait for an earlier one until there is no room for more
    ConsumerBlocks, ///< results are not taken as fast as they come
    DiskBlocks, ///< they cannot be written
    InputsAreSlow, ///< more could be done than comes in
    Failures, ///< workers die and are replaced
    NeverFinished, ///< the run was stopped while one input took far longer than the others
    WorkersIdle, ///< for a reason that was not recorded, while inputs were still begun
    NothingWrong,
    Unknown,
};
inline constexpr std::size_t findingCount = 21;

/// "handing_over", "coordinator_saturated", ...
std::string_view findingName(Finding finding);

/// One setting of a run, and what to set it to.
struct Change {
    enum class Setting : std::uint8_t {
        Chunk, ///< PoolSpec::chunk
        Window, ///< PoolSpec::window
        Workers, ///< PoolSpec::workers
        Environment, ///< the variable `name`, for the workers
        Unordered, ///< results are written as they come
        Start, ///< PoolSpec::start: copies
    };
    Setting setting = Setting::Chunk;
    std::optional<std::uint64_t> number = {}; ///< nothing: automatic
    std::string name = {};
    std::string text = {}; ///< the variable's value

    friend bool operator==(const Change &, const Change &) = default;
};

/// "--chunk auto", "-j 8", "OMP_NUM_THREADS=1": as the command line has it.
std::string changeText(const Change &change);

/// The spec with those changes that it can hold: no environment, no order of writing.
RunSpec changed(const RunSpec &spec, const std::vector<Change> &changes);

struct Verdict {
    Finding finding = Finding::Unknown;
    std::string text; ///< one or two sentences, and two about loading if that matters
    std::vector<Change> advice; ///< all of them together; empty: none
    std::optional<double> gain; ///< the predicted factor of throughput, where one is predicted
    bool countsStartUp = false; ///< whether gain and rate include the start-up
    std::optional<double> rate; ///< the predicted iterations per second
    double loss = 0; ///< the share of all worker-time that the finding took
    std::string wouldTell; ///< what would tell more; may be empty
};

/// All that a verdict rests on. Times are in seconds.
struct RunFigures {
    std::uint32_t workers = 0; ///< wanted, at most
    std::uint32_t cores = 0; ///< usable; 0: unknown
    std::optional<std::uint64_t> chunk; ///< as it was set; nothing: automatic
    std::optional<std::uint64_t> window;
    bool startsPrograms = false; ///< see RunConditions
    bool hasSpansOnly = false; ///< the same
    double makespan = 0;
    double startUp = 0; ///< before the makespan
    CauseTimes times; ///< the pool's
    std::uint64_t iterations = 0; ///< all attempts that were finished
    std::uint64_t settled = 0;
    std::uint64_t chunks = 0;
    double busy = 0; ///< worker-time within iterations
    double workersCpu = 0; ///< CPU time of workers, since they were ready
    double coordinatorBusy = 0;
    double throttled = 0; ///< by the CPU quota, workers and this program, whatever they were at
    double longestIteration = 0;
    double longestChunk = 0;
    /// Of a run that was stopped: what had run longest then. Count 0: nothing.
    struct Unfinished {
        std::uint64_t first = 0;
        std::uint64_t count = 0; ///< more than 1: one of these inputs
        WorkerId worker = 0;
        double duration = 0;
    };
    Unfinished unfinished;
    std::uint32_t restarts = 0;
    std::uint64_t failed = 0;
    std::uint32_t threads = 0; ///< the most within a worker; 0: unknown
    double threadRunQueue = 0; ///< for which all threads but the workers' first waited for a core
    struct Pace {
        std::uint32_t which = 0; ///< the worker, or how many workers were wanted
        std::uint64_t iterations = 0;
        double busy = 0;
    };
    std::vector<Pace> byWorker; ///< without the longest iteration of each
    std::vector<Pace> bySize; ///< in the order of size
    bool couldBeCopies = false; ///< workers were new interpreters, and could have been copies
    StartCosts starts;
};

RunFigures figuresOf(const Accounting &accounting, const RunSpec &spec, const Timeline &timeline,
    const RunConditions &conditions);

Verdict verdictOf(const RunFigures &figures);

/// The accounting and the verdict of a run.
struct Analysis {
    Accounting accounting;
    Verdict verdict;
};
Analysis analyse(const RunRecord &record, std::uint32_t cores);

} // namespace poolscope
