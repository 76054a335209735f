// SPDX-License-Identifier: GPL-3.0-or-later
// Verdict: the cause that took most of a run's time, the figures that show it, the settings that
// are advised against it, and the predicted gain.
//
// The same figures always have the same verdict. Each cause that was found has a loss, the share of
// all worker time that it took, and the cause with the greatest loss is reported. If no cause took
// enough, nothing is wrong. If too much was not measured, the verdict is unknown. If loading the
// task took each worker much time or memory, copies of a process that has loaded it are advised,
// too. report/verdicttext.h has the text of a verdict.
#pragma once

#include "analysis/callprediction.h"
#include "analysis/change.h"
#include "analysis/runfigures.h"
#include "text/units.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace poolscope {

enum class Finding : std::uint8_t {
    Dispatch, ///< the dispatch of inputs takes longer than computing them
    CoordinatorSaturated, ///< workers wait since the coordinator is busy all the time
    Tail, ///< the last inputs left workers idle, since one was long or there were few
    ChunksTooLarge, ///< the last inputs left workers idle, since a worker had too many at once
    TooManyWorkers, ///< more workers than cores compete for the cores
    ThreadsOversubscribe, ///< threads within workers compete for the cores
    MachineBusy, ///< other programs compete for the cores
    WaitsWithin, ///< iterations wait for devices, programs or sleeps, so more workers help
    MemoryBandwidth, ///< iterations take longer as workers are added, though none is preempted
    StartUp, ///< starting takes longer than the work
    SlowWorker, ///< one worker takes longer for an iteration than the others
    Throttled, ///< the CPU quota of the control group stops workers
    OrderBlocks, ///< results wait for an earlier one, and there is no room for more
    ConsumerBlocks, ///< results are not read as fast as they arrive
    DiskBlocks, ///< results cannot be written
    InputsAreSlow, ///< inputs arrive slower than they are processed
    Failures, ///< workers die and are replaced
    NeverFinished, ///< the run was stopped while one input took far longer than the others
    WorkersIdle, ///< idle for a reason that was not recorded, while inputs still began
    // Findings of watched calls:
    PickledByValue, ///< the code of the function is pickled with each chunk
    ChunksTooSmall, ///< the messages take longer than the inputs in them
    LargeFunction, ///< the function, or data bound to it, is large to send with each chunk
    LargeInputs, ///< inputs take longer to send than to process
    LargeResults, ///< results take longer to send than to compute
    LoopIsSlow, ///< the user's loop takes longer than the pool
    InterpreterLock, ///< threads that compute wait for the interpreter lock
    HeldBack, ///< the user's loop waits for one result while others are there
    OneAtATime, ///< the user's code waits for each result before it sends the next input
    PoolCostsMore, ///< sending inputs and results takes longer than the work, even in large chunks
    NothingWrong,
    Unknown,
};
inline constexpr std::size_t findingCount = 31;

/// Returns the name for programs, such as "dispatch".
std::string_view findingName(Finding finding);

// A cause with this share of all worker time is reported. Two runs of a setting differ by less.
inline constexpr double worthAWord = 0.10;

/// The figures that show a finding. Shares are of worker time, unless noted.
namespace evidence {

struct NothingFinished { };

/// The figures of Dispatch and CoordinatorSaturated.
struct Dispatch {
    std::uint32_t workers = 0;
    Share time; ///< spent on dispatch
    Share coordinatorBusy; ///< of the makespan
    Duration perInput{}; ///< cost of dispatch
    Duration perChunk{}; ///< cost of dispatch
    Duration iteration{}; ///< the mean
    Duration chunk{}; ///< mean computing time of a chunk
    std::uint64_t iterations = 0;
    std::uint64_t chunks = 0;
    bool chunksAreGrown = false; ///< automatic chunks had reached their final size
};

/// The figures of Tail and ChunksTooLarge.
struct Tail {
    enum class Why : std::uint8_t { LargeChunks, FewInputs, UnevenInputs, LongInput };
    Why why = Why::LongInput;
    Share idle;
    std::uint64_t iterations = 0;
    std::uint32_t workers = 0;
    Duration longestChunk{};
    Duration longestIteration{};
    Duration iteration{}; ///< the mean
};

/// The figures of TooManyWorkers, ThreadsOversubscribe and MachineBusy.
struct Contention {
    std::uint32_t workers = 0;
    std::uint32_t cores = 0;
    std::uint32_t threads = 0; ///< the most within a worker
    Share waited; ///< waiting for a core
};

/// The figures of WaitsWithin. Shares are of the time within iterations.
struct Waits {
    Share waited;
    Share computed;
    bool moreWorkersHelp = false;
};

struct StartUp {
    Duration startUp{};
    Share time; ///< spent on starting
    Duration makespan{};
};

struct SlowWorker {
    WorkerId worker = noWorker;
    Duration iteration{}; ///< mean of the worker
    Duration othersIteration{};
};

struct Bandwidth {
    std::uint32_t few = 0; ///< workers
    Duration withFew{}; ///< mean iteration
    std::uint32_t many = 0;
    Duration withMany{};
};

/// The figures of Throttled, OrderBlocks, ConsumerBlocks, DiskBlocks and InputsAreSlow.
struct Blocked {
    Share time;
    Duration longestIteration{};
};

struct Failures {
    std::uint64_t restarts = 0;
    Share lost;
    std::uint64_t failed = 0;
};

struct NeverFinished {
    RunFigures::Unfinished unfinished;
    std::optional<Duration> othersIteration; ///< the mean, if there were others
};

/// The figures of NothingWrong, WorkersIdle and Tail in a run with spans only.
struct SpansOnly {
    std::uint32_t workers = 0;
    Share busy;
    Share idle; ///< at the end if the finding is Tail
    std::uint64_t iterations = 0;
    Duration longestIteration{};
    Duration iteration{}; ///< the mean
    bool hasOneLongInput = false;
};

struct NotMeasured {
    Share time;
};

struct Computing {
    std::uint32_t workers = 0;
    Share busy;
};

/// The figures of a watched call for any finding, and the advised change.
struct OfCall {
    PooledCall call;
    std::optional<std::uint64_t> chunk; ///< advised
    std::optional<std::uint32_t> processes; ///< advised
    std::optional<ExpectedRate> expected; ///< with the advised change
};

} // namespace evidence

using Evidence = std::variant<evidence::NothingFinished, evidence::Dispatch, evidence::Tail,
    evidence::Contention, evidence::Waits, evidence::StartUp, evidence::SlowWorker,
    evidence::Bandwidth, evidence::Blocked, evidence::Failures, evidence::NeverFinished,
    evidence::SpansOnly, evidence::NotMeasured, evidence::Computing, evidence::OfCall>;

/// An observation or a run that would show more than the figures do.
enum class NextLook : std::uint8_t {
    Lanes, ///< the lanes show which input the last worker was on
    SlowWorker, ///< the core or host of the worker, and its inputs
    AsManyWorkersAsCores, ///< a run in which programs do not wait for each other
    LongerRun,
    OneWorker, ///< a run that shows whether iterations take longer side by side
};

/// The costs of loading the task in each worker, and the savings of copies of one process.
struct CopiesAdvice {
    Duration load{}; ///< in each worker
    Bytes memory; ///< in each worker
    Duration elapsed{}; ///< of the run, start-up included
    Duration expected{}; ///< elapsed time with copies
    bool isFaster = false; ///< the difference is large enough to report
    Bytes savedMemory;
};

struct Prediction {
    double gain = 1; ///< factor of throughput
    double rate = 0; ///< iterations per second
};

struct Verdict {
    Finding finding = Finding::Unknown;
    Evidence evidence = {};
    double loss = 0; ///< the share of all worker time that the finding took
    std::optional<Prediction> remedy = {}; ///< the throughput without the cause
    std::vector<Change> advice = {}; ///< changes to be made together
    /// The factor of throughput, predicted for the advice, or without the cause if no setting
    /// removes it. Nothing if no gain can be predicted.
    std::optional<double> gain = {};
    std::optional<double> rate = {}; ///< iterations per second with this gain
    bool countsStartUp = false; ///< gain and rate include the start-up
    std::optional<NextLook> nextLook = {};
    std::optional<CopiesAdvice> copies = {};
};

Verdict verdictOf(const RunFigures &figures);

/// The accounting and the verdict of a run.
struct Analysis {
    Accounting accounting;
    Verdict verdict;
};
/// Returns the verdict on a record from its accounting.
Verdict verdictOf(
    const RunRecord &record, const Accounting &accounting, const RunConditions &conditions);
Analysis analyse(const RunRecord &record, std::uint32_t cores);

} // namespace poolscope
