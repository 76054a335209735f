// SPDX-License-Identifier: GPL-3.0-or-later
// Pool: maps a task over inputs by worker processes.
//
// The pool owns the worker processes and does what the Scheduler decides: starts, feeds, replaces
// and ends workers. The pool reports what happens to its EventSink, and records nothing itself.
// Every index is settled exactly once, even if workers die. No process of the pool is left after
// ended().
//
// Lives on one thread with an event loop, from which all its functions are called, and which must
// outlive it: the workers die with that thread.
#pragma once

#include "events/event.h"
#include "input/inputsource.h"
#include "pool/costmeter.h"
#include "pool/inputfeed.h"
#include "pool/limits.h"
#include "pool/taskloader.h"
#include "pool/workerconnection.h"
#include "pool/workerprocess.h"
#include "pool/workersetup.h"
#include "schedule/restarts.h"
#include "schedule/scheduler.h"
#include "spec/runspec.h"
#include "system/descriptors.h"
#include "system/memorywatch.h"
#include "system/runclock.h"
#include "system/stopdetector.h"
#include "system/terminalstop.h"
#include "system/throttlewatch.h"
#include "wire/pythonitems.h"

#include <QObject>
#include <QTimer>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope {

struct PoolEnd {
    enum class How {
        Completed,
        Cancelled,
        Failed, ///< the run could not continue
        Halted, ///< as many indices failed as the spec allows
        WrongValues, ///< values that were recorded may belong to other inputs
    };
    How how = How::Completed;
    std::string error; ///< why it failed, was halted or has wrong values, in one line
    std::string detail; ///< a traceback. Empty if there is none
};

/// The parts of a run that can stop a pool from sending chunks.
enum class Holder : std::uint8_t { Outcomes, Journal };
inline constexpr std::size_t holderCount = 2;

struct PoolStatus {
    std::uint32_t wantedWorkers = 0;
    std::uint64_t chunkSize = 0; ///< of the next chunk
    std::uint64_t window = 0;
    std::uint64_t inputCount = 0; ///< so far
    bool areInputsComplete = true;
    std::uint64_t settled = 0;
    bool paused = false;
    bool heldByConsumer = false; ///< the pool waits until outcomes are read
    /// Another reason why the pool sends nothing now, in one line. Empty if there is none.
    std::string heldBecause;
};

class Pool : public QObject {
    Q_OBJECT

public:
    /// Whether output of a program beyond the output limit is a failure, or is dropped.
    enum class Values : std::uint8_t { Kept, Discarded };

    /// `source` and `events` are used on the pool's thread and outlive it. At least 1 worker.
    Pool(const RunSpec &spec, std::uint32_t workers, InputSource &source, const ColumnRing &column,
        EventSink &events, Values values = Values::Kept);
    ~Pool() override;

    /// Resumes a run that was stopped after `elapsed` nanoseconds, and in which these indices,
    /// sorted and disjoint, are settled. To be called before start().
    void continueFrom(const std::vector<IndexRange> &settled, std::uint64_t elapsed);
    /// Records the attempts of an unsettled index before this run was resumed. To be called before
    /// start(), in ascending order.
    void failedBefore(const TriedIndex &tried);
    void start();
    /// Sets the number of workers, 1 to maxWorkers. Workers join at once, and leave after their
    /// chunk.
    void setWorkerCount(std::uint32_t count);
    /// Sends no more chunks until resume(). Chunks that workers have are finished.
    void pause();
    void resume();
    /// Sends no more chunks while any holder has a reason, in one line. An empty reason ends the
    /// hold.
    void setHold(Holder holder, const std::string &reason);
    /// Retries these indices, which were settled as failures. Does nothing once the run has ended.
    void retry(const std::vector<TriedIndex> &indices);
    bool isRunning() const { return m_phase == Phase::Running; }
    /// The end of the run, once it is certain. Nothing while the run is in progress.
    std::optional<PoolEnd> ending() const;
    /// Kills the workers. Settled inputs stay settled.
    void cancel();
    /// Kills the workers, since something outside of the pool makes the run useless. The run ends
    /// as failed.
    void fail(const std::string &error);
    /// Sends only indices below `limit`.
    void setLimit(std::uint64_t limit);

    PoolStatus status() const;
    /// The start of the run, in nanoseconds of CLOCK_MONOTONIC.
    std::uint64_t origin() const { return m_clock.origin; }

signals:
    void ended(const poolscope::PoolEnd &end);

private:
    /// A worker, which may have several processes, one after the other.
    struct Slot {
        WorkerId id = noWorker;
        WorkerProcess *process = nullptr; ///< a child of the pool. Null if none is running
        std::unique_ptr<WorkerConnection> connection; ///< with that process
        WorkerState state = WorkerState::Gone;
        bool wanted = true;
        bool askedToStop = false; ///< the process was asked to end
        bool isCopy = false; ///< whether the loader forks its process
        bool enlisted = false; ///< the scheduler has this worker
        std::optional<IdleReason> idle; ///< why the worker has nothing to do. Nothing if it has
        Restarts restarts;
        CostMeter cost;
        std::uint64_t started = 0; ///< when its process was started
        std::uint64_t cpu = 0; ///< nanoseconds that its process had used at the last check
        bool slowStartReported = false;
        std::optional<Excess> excess; ///< for which the pool has killed the worker
        std::unique_ptr<QTimer> restart; ///< while the worker waits to be started again
    };
    enum class Phase { Idle, Running, Ending, Ended };

    Slot &slotFor(WorkerId id);
    void startFeed();
    void startLoader();
    void noteNewInterpreters(const std::string &reason);
    WorkerProgram withHashSeed(WorkerProgram program) const;
    std::unique_ptr<ChildProcess> makeProcess(Slot &slot);
    tl::expected<void, ChildProcess::NoRoom> startWorker(Slot &slot);
    void removeWorker(Slot &slot);
    void removeAbove(std::uint32_t count);
    std::uint32_t fittingWorkers(std::uint32_t count) const;
    void limitTo(std::uint32_t fewer, const std::string &why);
    void runWithFewer(const ChildProcess::NoRoom &noRoom);
    void release(Slot &slot);

    void takeFrames(Slot &slot);
    void checkWorkers();
    void readStatusPage(Slot &slot);
    void checkBatch(Slot &slot);
    void reportRunning(const Slot &slot, const RunningBatch &running);
    void checkTime(Slot &slot);
    void checkMemory();
    void killFor(Slot &slot, Excess excess);
    void reportSlowStart(Slot &slot);
    void refuse(const Failure &why);
    void failOfWrongValues(const Slot &slot, const std::string &why);
    void enlist(Slot &slot);

    void processEnded(Slot &slot);
    void processFailedToStart(Slot &slot, const QString &reason);
    void startFailed(Slot &slot, const std::string &how);
    std::string cannotStart(const std::string &reason) const;
    void releaseProcess(Slot &slot);
    void workerDied(Slot &slot, const std::string &how);
    void reportDeath(const Slot &slot, IndexRange running, const std::string &how);
    static std::string howItEnded(const Slot &slot);
    IndexRange suspectsOf(const Slot &slot) const;
    void quarantine(const TriedIndex &tried, const Slot &slot, const std::string &how);
    void settleAsFailure(const TriedIndex &tried, const Slot &slot, std::string_view kind,
        const std::string &message);
    void replaceIfExhausted(Slot &slot);
    std::string heldBecause() const;
    void restart(Slot &slot);
    void endIfNoneIsLeft(const std::string &how);
    void askToStop(Slot &slot);
    bool anyWorkerLeft() const;
    bool endLoader();
    void setState(Slot &slot, WorkerState state);

    void readCosts();
    void reportCoordinatorUsage();
    void reportIfIdle(Slot &slot, std::uint64_t time);
    IdleReason idleReason() const;
    bool outcomesWaitForOrder() const;
    bool dispatch(Slot &slot);
    bool handOut(Slot &slot, std::uint64_t time);
    void dispatchAll();
    void shareOut();
    std::optional<WorkerId> nextToReclaim(std::chrono::nanoseconds leastWork) const;
    bool requestInputs(std::chrono::nanoseconds leastWork);
    bool isAnyAskedForInputs() const;
    void reclaimInputs();
    bool encodeChunk(const IndexRange &chunk);
    void finishIfSettled();
    void haltIfFailed();
    void stopWithProgram();
    void lookForStop();
    void lookForSuspend();
    bool haveWorkersRun(const StopInterval &stop) const;
    void noteStop(const StopInterval &stop);
    void reportStop(const StopInterval &stop, const std::string &meaning);
    void end(PoolEnd::How how, const std::string &error = {}, const std::string &detail = {});
    void reportStop();
    void reportIfAllEnded();

    RunSpec m_spec;
    InputSource &m_source;
    EventSink &m_events;
    WorkerProgram m_program;
    wire::Setup m_setup; ///< without the parts that differ between workers
    Scheduler m_scheduler;
    std::unique_ptr<InputFeed> m_feed; ///< null if the source does not grow
    std::unique_ptr<TaskLoader> m_loader; ///< null if workers are new interpreters
    std::map<WorkerId, Slot> m_slots;
    std::uint32_t m_wantedWorkers;
    std::optional<DescriptorLimit> m_descriptors; ///< during the run
    std::optional<TerminalStop> m_terminalStop; ///< during the run
    StopDetector m_stopDetector{RunClock::monotonic()};
    bool m_waits = false; ///< the thread has waited for events since the last lookForStop()
    std::uint64_t m_timeInSuspend = 0; ///< of the machine, in nanoseconds
    std::vector<StopInterval> m_stops; ///< that do not count for limits
    Phase m_phase = Phase::Idle;
    PoolEnd m_end;
    bool m_paused = false;
    std::array<std::string, holderCount> m_holds; ///< the reason of each holder
    std::optional<std::uint64_t> m_patienceWithIteration;
    MemoryWatch m_memory;
    std::uint64_t m_checks = 0; ///< number of calls of checkWorkers()
    bool m_everReady = false; ///< whether any worker was ever ready
    bool m_dispatched = false;
    RunClock m_clock;
    std::uint64_t m_elapsedBefore = 0; ///< duration of the run before it was resumed
    std::uint64_t m_framesTime = 0; ///< when the frames arrived that are being handled
    std::uint64_t m_busy = 0; ///< nanoseconds of handling frames
    std::uint64_t m_cpuAtStart = 0; ///< of this thread
    ThrottleWatch m_throttling{"/"};
    std::string m_frames; ///< being encoded for one worker
    std::string m_items; ///< of the chunk that is being encoded
    std::string m_packed; ///< m_items as a Python worker reads them
    std::optional<wire::PythonItems> m_pythonItems; ///< of a Python task
    QTimer m_checkTimer{this}; ///< for checkWorkers()
    QTimer m_reclaimTimer{this}; ///< runs while inputs are to be reclaimed
    QTimer m_watch{this}; ///< prevents the event loop from sleeping for a moment
    QTimer m_patience{this}; ///< for workers that do not end when asked to
};

} // namespace poolscope
