// SPDX-License-Identifier: GPL-3.0-or-later
// Run: one map of a task over its inputs, from the start to the last outcome, and its record.
//
// The pool works on a thread of the run. The caller controls it by functions that return at once,
// and reads timeline, outcomes and log at any time. finished() is emitted on the caller's thread
// when no process of the run is left, and its run file, if there is one, is closed.
#pragma once

#include "pool/pool.h"
#include "record/recorder.h"
#include "record/runrecord.h"
#include "runfile/journal.h"
#include "system/runclock.h"

#include <QObject>
#include <QThread>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace poolscope {

class Run : public QObject {
    Q_OBJECT

public:
    /// The parts of the record that the caller will read.
    struct Reading {
        /// Must not be All if the number of inputs is not known yet.
        OutcomeStore::Keep keep = OutcomeStore::Keep::All;
        bool wantsSettledOrder = false; ///< whether takeSettled() will be used
        Recorder::Retention timeline = Recorder::Retention::Everything;
        Pool::Values values = Pool::Values::Kept;
        /// Returns a file for the numbers of all inputs, or nothing to keep them in memory.
        std::function<std::optional<ColumnFile>(std::uint64_t inputs)> columnFor = {};
    };

    /// An opened input, and a record with room for the outcomes. If it has outcomes already, it is
    /// that of a stopped run, which is resumed (see run/runsaving.h).
    struct Opened {
        Reading reading;
        std::unique_ptr<InputSource> source;
        std::unique_ptr<RunRecord> record;
        std::unique_ptr<RunFile> file = {}; ///< in which the run is saved. Null if it is not
        RecordPositions written = {}; ///< the part of the record that the file has
        std::vector<std::uint64_t> toRetry = {}; ///< failures of a resumed run, to retry
    };

    /// Opens the input and makes room for the outcomes. Starts nothing. Reads a file of lines once.
    /// Fails if the input cannot be read or there is not enough memory. Any thread.
    static Result<Opened> open(const RunSpec &spec, Reading reading);
    /// Opens a run over inputs that are open, instead of those of the spec.
    static Result<Opened> open(
        const RunSpec &spec, std::unique_ptr<InputSource> source, Reading reading);
    /// The task must have been checked (checkTask).
    explicit Run(Opened opened);
    /// Calls open(), and makes the run.
    static Result<std::unique_ptr<Run>> prepare(const RunSpec &spec, Reading reading);
    /// Cancels the run, and waits until no process is left. Waits for the run file at most some
    /// seconds.
    ~Run() override;

    /// Starts the pool. To be called once.
    void start();
    void setWorkerCount(std::uint32_t count); ///< 1 to maxWorkers
    void pause();
    void resume();
    /// Kills the workers. If the pool has ended, closes the run file without what cannot be written
    /// to it now.
    void cancel();
    /// Retries those of these indices that have failed. Does nothing once the run has ended.
    void retry(std::vector<std::uint64_t> indices);

    const RunRecord &record() const { return *m_record; }
    const RunSpec &spec() const { return *specOf(m_record->origin); }
    std::uint64_t inputCount() const { return m_record->inputCount; } ///< so far
    bool areInputsComplete() const { return m_record->areInputsComplete; }
    const Timeline &timeline() const { return m_record->timeline; }
    const OutcomeStore &outcomes() const { return *m_record->outcomes; }
    const RunLog &log() const { return m_record->log; }
    /// The status of the pool, at most some milliseconds old.
    PoolStatus status() const;
    /// The start of the run, in nanoseconds of CLOCK_MONOTONIC. 0 before it.
    std::uint64_t origin() const { return m_origin; }
    /// Nanoseconds from the run's start to now, or to the end of the pool. 0 before the start.
    std::uint64_t now() const;

    /// The reason why the run file cannot be written now, so that the run waits. Empty if it can.
    std::string fileProblem() const;
    /// The reason why the run continues without its run file, which is lost. Empty if it is not.
    std::string fileLoss() const;
    /// Whether the pool has ended, and the run file is not closed yet.
    bool hasOnlyItsFileLeft() const { return m_poolHasEnded && !m_finished; }
    /// Whether the run file, if there is one, is complete. Valid once the run is finished.
    Result<void> fileResult() const;

    bool isFinished() const { return m_finished; }
    /// The end of the run, once it is finished.
    const PoolEnd &end() const { return m_end; }

    struct Settled {
        std::vector<IndexRange> ranges; ///< settled since the last call, in that order
        std::uint64_t allBelow = 0; ///< the first index from `from` on that is not settled
    };
    /// Requires Reading::wantsSettledOrder.
    Settled takeSettled(std::uint64_t from);
    /// Releases the outcomes below `index`, which the caller has read, unless all are kept.
    void releaseBelow(std::uint64_t index);

signals:
    void finished();

private:
    void onPoolThread(std::function<void(Pool &)> action);
    void onThisThread(std::function<void()> action);
    void publishStatus(const Pool &pool);
    void holdWhileThereIsNoRoom(Pool &pool);
    void connectPool();
    void continueRecord(const Opened &opened);
    void keepIn(std::unique_ptr<RunFile> file, RecordPositions written);
    void notifyJournal(const Pool &pool);
    void takePoolEnd(const PoolEnd &end);
    void takeEnd();
    void finishIfDone();
    void release();
    RecordSnapshot snapshotNow(const RunClock &clock);
    RecordSnapshot lastSnapshot(const RunClock &clock, RunState state, const std::string &error);

    std::unique_ptr<InputSource> m_source; ///< used by the pool
    std::unique_ptr<RunRecord> m_record;
    SettledQueue m_settled;
    std::unique_ptr<Recorder> m_recorder;
    QThread m_thread;
    Pool *m_pool = nullptr; ///< lives on m_thread, which deletes it
    std::unique_ptr<Journal> m_journal; ///< null without a run file
    RecordPositions m_journalReached; ///< used on the pool's thread
    /// Lives on m_thread, and longer than the pool, since the journal may use it afterwards.
    QObject m_poolThread;
    mutable std::mutex m_mutex; ///< guards the four members below
    PoolStatus m_status;
    std::optional<PoolEnd> m_poolEnd; ///< once it has ended and the journal has the last snapshot
    std::string m_fileProblem;
    std::string m_fileLoss;
    std::optional<PoolEnd> m_poolEnding; ///< Pool::ending() at the end of its thread
    std::atomic<std::uint64_t> m_origin = 0;
    std::uint64_t m_readBelow = 0;
    std::uint64_t m_publishedLimit = 0;
    int m_waitedForRoom = 0; ///< milliseconds since makeWay(). Used on the pool's thread
    bool m_poolHasEnded = false;
    bool m_fileIsClosed = true;
    bool m_finished = false;
    std::uint64_t m_finishedAt = 0;
    PoolEnd m_end;
};

} // namespace poolscope
