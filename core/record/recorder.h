// SPDX-License-Identifier: GPL-3.0-or-later
// Recorder: writes down what the pool tells, into timeline, outcomes and log.
#pragma once

#include "events/eventsink.h"
#include "record/outcomestore.h"
#include "record/recordsnapshot.h"
#include "record/runlog.h"
#include "record/timeline.h"
#include "system/stopdetector.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace poolscope {

/// Settled indices in the order in which they were settled, for a reader who does not wait for
/// the missing ones.
///
/// lock() is held while an index is both marked in the outcomes and added here, and while the two
/// are read together, so that neither is seen without the other.
class SettledQueue {
public:
    std::unique_lock<std::mutex> lock() { return std::unique_lock(m_mutex); }

    /// The caller holds the lock.
    void add(IndexRange indices);
    /// All that came since the last call. The caller holds the lock.
    std::vector<IndexRange> take();

private:
    std::mutex m_mutex;
    std::vector<IndexRange> m_ranges;
};

class Recorder : public EventSink {
public:
    /// What is kept of the timeline. Spans, chunks and marks of single inputs take memory for as
    /// long as a run goes on. Instead of them, each worker can have a TimeAccount.
    enum class Keep {
        Everything,
        UntilWritten, ///< spans, chunks and marks until written() tells that a run file has them
        Totals, ///< no spans, chunks and marks of single inputs at all
    };

    /// What it writes to outlives it. `settled` may be null. `failed` is called, on the pool's
    /// thread, when an outcome cannot be kept.
    Recorder(Timeline &timeline, OutcomeStore &outcomes, RunLog &log, SettledQueue *settled,
        Keep keep, std::function<void(const std::string &)> failed);

    /// The run goes on after it had been stopped.
    void continued(std::uint64_t time);

    /// From now on it notes what snapshot() tells. `many` is called, on the pool's thread, when so
    /// many outcomes have come since the last snapshot.
    void takeSnapshots(std::uint64_t manyOutcomes, std::function<void()> many);
    /// How far the record reaches; on the pool's thread, or when that has ended, while the pool
    /// does nothing else.
    RecordSnapshot snapshot(std::uint64_t now);
    /// A run file has the timeline so far. Any thread, one at a time.
    void written(const RecordPositions &reached);

    void workerChanged(WorkerId worker, WorkerState state, std::uint64_t time) override;
    void workerIntroduced(WorkerId worker, const WorkerIdentity &identity) override;
    void workerDied(
        WorkerId worker, IndexRange running, std::string_view how, std::uint64_t time) override;
    void workerUsed(WorkerId worker, const WorkerUsage &usage) override;
    void workerSetUp(WorkerId worker, const WorkerUsage &usage) override;
    void taskLoaded(WorkerId worker, const TaskLoading &loading) override;
    void workerThreads(WorkerId worker, const ThreadUsage &usage) override;
    void workerIdle(WorkerId worker, IdleReason reason, std::uint64_t time) override;
    void coordinatorUsed(const CoordinatorUsage &usage) override;
    void workerPrinted(WorkerId worker, const Output &output, std::uint64_t time) override;
    void workerRunning(WorkerId worker, const OpenSpan &span) override;
    void spanDone(WorkerId worker, const Span &span) override;
    void chunkDone(WorkerId worker, const ChunkTimes &chunkTimes) override;
    void numbersDone(IndexRange indices, OutcomeKind kind, std::uint64_t time) override;
    void outcomeDone(std::uint64_t index, const OutcomeView &outcome, WorkerId worker,
        std::uint64_t time) override;
    void givenUp(std::uint64_t index, const FailureView &failure, WorkerId worker,
        std::uint64_t time) override;
    void attemptFailed(std::uint64_t index, WorkerId worker, std::uint64_t time) override;
    void reopened(std::uint64_t index, std::uint64_t time) override;
    void noted(WorkerId worker, std::string_view text, std::uint64_t time) override;
    void resized(std::uint32_t workers, std::uint64_t time) override;
    void paused(std::uint64_t time) override;
    void resumed(std::uint64_t time) override;
    void suspended(std::uint64_t begin, std::uint64_t end) override;
    void firstDispatch(std::uint64_t time) override;
    void stopped(std::uint64_t time) override;

private:
    /// What a worker has printed of a line so far.
    struct UnfinishedLine {
        std::string text;
        IndexRange running;
    };
    using LineKey = std::pair<WorkerId, Output::Source>;

    WorkerRecord &record(WorkerId worker);
    static void setOpenSpan(WorkerRecord &worker, const OpenSpan &span);
    void addWorker();
    bool takesSpans() const { return m_keep != Keep::Totals; }
    TimeAccount *account(WorkerId worker);
    std::unique_lock<std::mutex> lockSettled();
    bool keep(std::uint64_t index, const OutcomeView &outcome, std::uint64_t time);
    void countFailure(Mark::Kind kind, std::uint64_t index, WorkerId worker, std::uint64_t time);
    void noteSettled(IndexRange indices);
    void finishLine(WorkerId worker, UnfinishedLine &line, std::uint64_t time);
    void finishLines(WorkerId worker, std::uint64_t time);
    void mark(Mark::Kind kind, std::uint64_t time, WorkerId worker, std::uint64_t value);

    Timeline &m_timeline;
    OutcomeStore &m_outcomes;
    RunLog &m_log;
    SettledQueue *m_settled;
    Keep m_keep;
    std::function<void(const std::string &)> m_failed;
    std::map<LineKey, UnfinishedLine> m_unfinishedLines;
    std::vector<StopInterval> m_stops; ///< in the run's time
    std::function<void()> m_many; ///< empty: no snapshots are taken
    std::uint64_t m_manyOutcomes = 0;
    std::vector<IndexRange> m_newlySettled; ///< since the last snapshot
    std::vector<IndexRange> m_newlyReopened; ///< the same
    std::uint64_t m_newlySettledCount = 0;
    std::uint64_t m_settledBelow = 0;
};

} // namespace poolscope
