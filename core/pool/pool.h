// SPDX-License-Identifier: GPL-3.0-or-later
// Pool: maps a task over inputs by worker processes.
//
// It owns the workers' processes and does what the Scheduler decides: starts, feeds, replaces and
// ends them. What happens it tells its PoolListener; it keeps nothing of it. Every index is settled
// exactly once, whatever dies; after ended() no process of the pool is left.
//
// Lives on one thread with an event loop, from which all its functions are called, and which must
// outlive it: the workers die with that thread.
#pragma once

#include "input/inputsource.h"
#include "pool/conversation.h"
#include "pool/groupguard.h"
#include "pool/poollistener.h"
#include "pool/runclock.h"
#include "pool/runspec.h"
#include "pool/workerprocess.h"
#include "pool/workersetup.h"
#include "schedule/scheduler.h"

#include <QObject>
#include <QTimer>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace poolscope {

struct PoolEnd {
    enum class How { Completed, Cancelled, Failed };
    How how = How::Completed;
    std::string error; ///< why it failed, in one line
    std::string detail; ///< a traceback, where there is one
};

/// What the pool is doing now, for whoever shows it.
struct PoolStatus {
    std::uint32_t wantedWorkers = 0;
    std::uint64_t chunkSize = 0; ///< of the next chunk
    std::uint64_t window = 0;
    std::uint64_t settled = 0;
    bool paused = false;
    bool heldByConsumer = false; ///< it waits for what it made to be read
};

class Pool : public QObject {
    Q_OBJECT

public:
    /// `source` and `listener` are used on the pool's thread and outlive it; 1 worker at least.
    Pool(const RunSpec &spec, std::uint32_t workers, InputSource &source, const ColumnPlace &column,
        PoolListener &listener);
    ~Pool() override;

    void start();
    /// Workers join at once, or leave after the chunk that they are on. 1 to maxWorkers.
    void setWorkerCount(std::uint32_t count);
    /// No more chunks are handed out until resume(); those with the workers are finished.
    void pause();
    void resume();
    /// Kills the workers. What is settled stays.
    void cancel();
    /// The same, because of something outside of the pool that makes going on useless.
    void fail(const std::string &error);
    /// Only indices below `limit` are handed out.
    void setLimit(std::uint64_t limit);

    PoolStatus status() const;
    /// The clock time of the run's start, in nanoseconds of CLOCK_MONOTONIC.
    std::uint64_t origin() const { return m_clock.origin; }

signals:
    void ended(const poolscope::PoolEnd &end);

private:
    /// A worker's place in the pool, which outlives its process.
    struct Slot {
        WorkerId id = 0;
        WorkerProcess *process = nullptr; ///< a child of the pool; null: none is running
        std::unique_ptr<Conversation> conversation; ///< with that process
        WorkerState state = WorkerState::Gone;
        bool wanted = true;
        bool dismissed = false; ///< it was told to end
        bool enlisted = false; ///< the scheduler knows it
        int fruitlessStarts = 0; ///< in a row
        std::unique_ptr<QTimer> restart; ///< while it waits to be started again
    };
    enum class Phase { Idle, Running, Ending, Ended };

    Slot &slotFor(WorkerId id);
    void startWorker(Slot &slot);
    void retire(Slot &slot);
    void letGo(Slot &slot);

    void takeFrames(Slot &slot);
    void takeFromBoards();
    void enlist(Slot &slot);

    void processEnded(Slot &slot);
    void processFailedToStart(Slot &slot, const QString &reason);
    void forgetProcess(Slot &slot);
    void workerDied(Slot &slot, const std::string &how);
    void quarantine(std::uint64_t index, const Slot &slot, const std::string &how);
    void restart(Slot &slot);
    void endIfNoneIsLeft(const std::string &how);
    void dismiss(Slot &slot);
    bool anyWorkerLeft() const;
    void setState(Slot &slot, WorkerState state);

    void dispatch(Slot &slot);
    void dispatchAll();
    bool encodeChunk(const IndexRange &chunk);
    void finishIfSettled();
    void end(PoolEnd::How how, const std::string &error = {}, const std::string &detail = {});
    void reportIfAllEnded();

    RunSpec m_spec;
    InputSource &m_source;
    PoolListener &m_listener;
    WorkerProgram m_program;
    wire::Setup m_setup; ///< but for what differs from worker to worker
    Scheduler m_scheduler;
    std::map<WorkerId, Slot> m_slots;
    std::uint32_t m_wantedWorkers;
    std::unique_ptr<GroupGuard> m_guard; ///< null for tasks that start no processes
    Phase m_phase = Phase::Idle;
    PoolEnd m_end;
    bool m_paused = false;
    bool m_everReady = false; ///< whether any worker ever was
    bool m_dispatched = false;
    RunClock m_clock;
    std::uint64_t m_framesTime = 0; ///< when the frames came that are being handled
    std::string m_frames; ///< being encoded for one worker
    std::string m_items; ///< of the chunk that is being encoded
    QTimer m_boardTimer{this}; ///< looks for what waits on boards
    QTimer m_watch{this}; ///< keeps the event loop from sleeping for a moment
    QTimer m_patience{this}; ///< for workers that do not end when told to
};

} // namespace poolscope
