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
#include "pool/groupguard.h"
#include "pool/poollistener.h"
#include "pool/runspec.h"
#include "pool/workerprocess.h"
#include "schedule/scheduler.h"

#include <QObject>
#include <QTimer>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace poolscope {

/// Where workers put numbers: `cells` cells of 8 bytes in the file at `path`, used as a ring.
struct ColumnPlace {
    std::string path;
    std::uint64_t cells = 0;
};

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
    Pool(const RunSpec &spec, std::uint32_t workers, InputSource &source, ColumnPlace column,
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
    std::uint64_t origin() const { return m_origin; }

signals:
    void ended(const poolscope::PoolEnd &end);

private:
    struct InFlight {
        std::uint64_t rest = 0;
        ChunkStations stations;
    };
    /// A worker's place in the pool, which outlives its process.
    struct Slot {
        WorkerId id = 0;
        WorkerProcess *process = nullptr; ///< a child of the pool; null: none is running
        WorkerState state = WorkerState::Gone;
        bool wanted = true;
        bool dismissed = false; ///< it was told to end
        bool enlisted = false; ///< the scheduler knows it
        bool saidGoodbye = false;
        bool answeredAny = false;
        std::string broken; ///< how it broke the protocol
        int fruitlessStarts = 0; ///< in a row
        std::deque<InFlight> inFlight;
        std::vector<ChunkStations> answered; ///< chunks whose Stations are still to come
        std::uint64_t lastEnded = 0;
        std::uint64_t lastFrames = 0; ///< when it was last heard of
        IndexRange runningAtOutput; ///< what it was on when its standard error was last read
        std::unique_ptr<QTimer> restart; ///< while it waits to be started again
    };
    enum class Phase { Idle, Running, Ending, Ended };

    Slot &slotFor(WorkerId id);
    void startWorker(Slot &slot);
    void retire(Slot &slot);
    void letGo(Slot &slot);

    void takeFrames(Slot &slot);
    void takeFromBoards();
    void handle(Slot &slot, const wire::Frame &frame);
    void greeted(Slot &slot, const wire::Hello &hello);
    void refused(Slot &slot, const wire::Refused &refusal);
    void done(Slot &slot, const wire::Done &message);
    std::vector<std::uint64_t> retriedOf(Slot &slot, const wire::Done &message);
    void inlineDone(Slot &slot, const wire::Done &message, const std::vector<std::uint64_t> &again);
    void stationsCame(Slot &slot, const wire::Stations &message);
    void printed(Slot &slot, const wire::Printed &message);
    void wroteToStandardError(Slot &slot, const QByteArray &text);
    void malformed(Slot &slot, const std::string &what);

    void processEnded(Slot &slot);
    void processFailedToStart(Slot &slot, const QString &reason);
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
    wire::Setup setupFor(const Slot &slot) const;
    std::uint64_t now() const;
    std::uint64_t sinceOrigin(std::uint64_t clock) const;

    RunSpec m_spec;
    InputSource &m_source;
    ColumnPlace m_column;
    PoolListener &m_listener;
    WorkerProgram m_program;
    Scheduler m_scheduler;
    std::map<WorkerId, Slot> m_slots;
    std::uint32_t m_wantedWorkers;
    std::unique_ptr<GroupGuard> m_guard; ///< null for tasks that start no processes
    Phase m_phase = Phase::Idle;
    PoolEnd m_end;
    bool m_paused = false;
    bool m_everReady = false; ///< whether any worker ever was
    bool m_dispatched = false;
    bool m_moreToDispatch = false; ///< something was put back while frames were handled
    std::uint64_t m_origin = 0;
    std::uint64_t m_framesTime = 0; ///< when the frames came that are being handled
    std::string m_frames; ///< being encoded for one worker
    std::string m_items; ///< of the chunk that is being encoded
    QTimer m_boardTimer{this}; ///< looks for what waits on boards
    QTimer m_watch{this}; ///< keeps the event loop from sleeping for a moment
    QTimer m_patience{this}; ///< for workers that do not end when told to
};

} // namespace poolscope
