// SPDX-License-Identifier: GPL-3.0-or-later
// Run: one map of a task over its inputs, from start to its last outcome, and all that is known
// of it.
//
// The pool works on a thread of the run's own; the caller's thread never touches a process. The
// caller steers by the functions below, which return at once, and reads timeline, outcomes and log
// at any time. finished() comes on the caller's thread when no process of the run is left, and its
// run file, if it has one, is whole.
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
    /// How the caller will read outcomes and timeline.
    struct Reading {
        /// Must not be All if the number of inputs is not known yet.
        OutcomeStore::Keep keep = OutcomeStore::Keep::All;
        bool wantsSettledOrder = false; ///< whether takeSettled() will be used
        Recorder::Retention timeline = Recorder::Retention::Everything;
        /// Whether values are wanted, however long they are.
        Pool::Values values = Pool::Values::Kept;
        /// Returns a file for the numbers of all inputs, or nothing to keep them in memory.
        std::function<std::optional<ColumnFile>(std::uint64_t inputs)> columnFor = {};
    };

    /// An opened input and a record with room for the outcomes. A record that has some already is
    /// that of a stopped run, which is resumed (see run/runsaving.h).
    struct Opened {
        Reading reading;
        std::unique_ptr<InputSource> source;
        std::unique_ptr<RunRecord> record;
        std::unique_ptr<RunFile> file = {}; ///< that keeps the run. Null if none does
        RecordPositions written = {}; ///< the part of the record that the file has
        std::vector<std::uint64_t> tryAgain = {}; ///< failures of a resumed run, to retry
    };

    /// Opens the input and makes room for the outcomes; starts nothing. Any thread: a file of lines
    /// is read once. Fails if the input cannot be read or there is not enough memory.
    static Result<Opened> open(const RunSpec &spec, Reading reading);
    /// Opens a run over inputs that are open already, whatever the spec names.
    static Result<Opened> open(
        const RunSpec &spec, std::unique_ptr<InputSource> source, Reading reading);
    /// The task must have been checked (checkTask).
    explicit Run(Opened opened);
    /// open(), then a run of it.
    static Result<std::unique_ptr<Run>> prepare(const RunSpec &spec, Reading reading);
    /// Cancels the run, and waits until no process is left; for the run file it waits some seconds
    /// at most.
    ~Run() override;

    void start();
    void setWorkerCount(std::uint32_t count);
    void pause();
    void resume();
    /// Kills the workers. If no process is left, leaves out of the run file what cannot be written
    /// to it now.
    void cancel();
    /// Retries the failed ones of these indices. Does nothing once the run has ended.
    void tryAgain(std::vector<std::uint64_t> indices);

    const RunRecord &record() const { return *m_record; }
    const RunSpec &spec() const { return *specOf(m_record->origin); }
    std::uint64_t inputCount() const { return m_record->inputCount; } ///< so far
    bool areInputsComplete() const { return m_record->areInputsComplete; }
    const Timeline &timeline() const { return m_record->timeline; }
    const OutcomeStore &outcomes() const { return *m_record->outcomes; }
    const RunLog &log() const { return m_record->log; }
    /// The status of the pool, at most some milliseconds old.
    PoolStatus status() const;
    /// Nanoseconds of CLOCK_MONOTONIC at the run's start; 0 before it.
    std::uint64_t origin() const { return m_origin; }
    /// Nanoseconds since the run's start; 0 before it, and of its end once it is finished.
    std::uint64_t now() const;

    /// Why the run file cannot be written at present, so that the run waits. Empty if it can.
    std::string fileProblem() const;
    /// Why the run file can no longer keep the run, which continues without it. Empty if it can.
    std::string fileLoss() const;
    /// Whether the pool has ended, and only the run file is still to be written.
    bool hasOnlyItsFileLeft() const { return m_poolHasEnded && !m_finished; }
    /// Once the run is finished: whether its run file, if it has one, is whole.
    Result<void> fileResult() const;

    bool isFinished() const { return m_finished; }
    /// How it ended, once it has.
    const PoolEnd &end() const { return m_end; }

    /// Indices settled since the last call, in their order, and up to where, from `from` on, all
    /// were settled by then. See Reading.
    struct Settled {
        std::vector<IndexRange> ranges;
        std::uint64_t allBelow = 0;
    };
    Settled takeSettled(std::uint64_t from);
    /// Releases the outcomes below `index`, which were read, unless all are kept.
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

    std::unique_ptr<InputSource> m_source; ///< the pool's
    std::unique_ptr<RunRecord> m_record;
    SettledQueue m_settled;
    std::unique_ptr<Recorder> m_recorder;
    QThread m_thread;
    Pool *m_pool = nullptr; ///< lives on m_thread, which deletes it
    std::unique_ptr<Journal> m_journal; ///< null without a run file
    RecordPositions m_journalReached; ///< the pool's thread's
    /// Lives on m_thread, and longer than the pool: the journal may still ask for something then.
    QObject m_poolThread;
    mutable std::mutex m_mutex; ///< guards the four below
    PoolStatus m_status;
    std::optional<PoolEnd> m_poolEnd; ///< once it has ended, which is in the run file then
    std::string m_fileProblem;
    std::string m_fileLoss;
    std::optional<PoolEnd> m_poolEnding; ///< when its thread ended
    std::atomic<std::uint64_t> m_origin = 0;
    std::uint64_t m_readBelow = 0;
    std::uint64_t m_publishedLimit = 0;
    int m_waitedForRoom = 0; ///< milliseconds since that was last tried; the pool's thread's
    bool m_poolHasEnded = false;
    bool m_fileIsClosed = true;
    bool m_finished = false;
    std::uint64_t m_finishedAt = 0;
    PoolEnd m_end;
};

} // namespace poolscope
