// SPDX-License-Identifier: GPL-3.0-or-later
// Recorder: stores the events of a run in a timeline, an outcome store and a log.
//
// All functions except written() are called on the thread of the events.
#pragma once

#include "events/eventcheck.h"
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
/// The lock is held while an index is marked in the outcomes and added here, and while both are
/// read, so that no reader sees one without the other.
class SettledQueue {
public:
    std::unique_lock<std::mutex> lock() { return std::unique_lock(m_mutex); }

    /// The caller holds the lock.
    void add(IndexRange indices);
    /// Returns the indices since the last call. The caller holds the lock.
    std::vector<IndexRange> take();

private:
    std::mutex m_mutex;
    std::vector<IndexRange> m_ranges;
};

/// Returns the functions by which an EventCheck reads the outcomes, which outlive the check.
EventCheck::Outcomes askedOf(const OutcomeStore &outcomes);

class Recorder : public EventSink {
public:
    /// The parts of the timeline that stay in memory. Spans, chunk times and marks of inputs take
    /// more and more memory during a run. Unless all parts stay, each worker has a TimeAccount.
    enum class Retention {
        Everything,
        UntilWritten, ///< spans, chunk times and marks until written() is called
        Totals, ///< no spans, chunk times and marks of inputs
    };

    /// The timeline, outcomes, log and queue must outlive the recorder. `settled` may be null.
    /// `failed` is called, on the thread of the events, when an outcome cannot be stored.
    Recorder(Timeline &timeline, OutcomeStore &outcomes, RunLog &log, SettledQueue *settled,
        Retention retention, std::function<void(const std::string &)> failed);

    void take(const event::WorkerChanged &event) override;
    void take(const event::WorkerIntroduced &event) override;
    void take(const event::WorkerCostSeen &event) override;
    void take(const event::WorkerIdle &event) override;
    void take(const event::WorkerPrinted &event) override;
    void take(const event::SpanOpen &event) override;
    void take(const event::SpanDone &event) override;
    void take(const event::ChunkDone &event) override;
    void take(const event::NumbersDone &event) override;
    void take(const event::OutcomeDone &event) override;
    void take(const event::AttemptFailed &event) override;
    void take(const event::AttemptLost &event) override;
    void take(const event::InputReopened &event) override;
    void take(const event::Logged &event) override;
    void take(const event::PoolResized &event) override;
    void take(const event::PoolPaused &event) override;
    void take(const event::PoolResumed &event) override;
    void take(const event::ProgramStopped &event) override;
    void take(const event::CoordinatorCostSeen &event) override;
    void take(const event::FirstDispatched &event) override;
    void take(const event::RunStopped &event) override;
    void take(const event::RunContinued &event) override;

    /// Records settled indices for snapshots from now on. `many` is called, on the thread of the
    /// events, when `manyOutcomes` have arrived since the last snapshot.
    void takeSnapshots(std::uint64_t manyOutcomes, std::function<void()> many);
    /// Returns the extent of the record, `now` nanoseconds since the run's start. Must be called on
    /// the thread of the events, between two events.
    RecordSnapshot snapshot(std::uint64_t now);
    /// Releases the timeline up to `reached`, which is in a run file, with Retention::UntilWritten.
    /// Any thread, one at a time.
    void written(const RecordPositions &reached);

private:
    /// The part of a line that a worker has printed so far.
    struct UnfinishedLine {
        std::string text;
        IndexRange running;
    };
    using LineKey = std::pair<WorkerId, Output::Source>;

    WorkerRecord &record(WorkerId worker);
    static void setOpenSpan(WorkerRecord &worker, const OpenSpan &span);
    void addWorker();
    bool takesSpans() const { return m_retention != Retention::Totals; }
    TimeAccount *account(WorkerId worker);
    std::unique_lock<std::mutex> lockSettled();
    bool keep(const event::OutcomeDone &event);
    void keepCost(WorkerRecord &worker, const WorkerCost &cost);
    void outcomeArrived(IndexRange indices, std::uint64_t time);
    void noteSettled(IndexRange indices);
    void finishLine(WorkerId worker, UnfinishedLine &line, std::uint64_t time);
    void finishLines(WorkerId worker, std::uint64_t time);
    void mark(Mark::Kind kind, std::uint64_t time, WorkerId worker, std::uint64_t value);

    Timeline &m_timeline;
    OutcomeStore &m_outcomes;
    RunLog &m_log;
    SettledQueue *m_settled;
    Retention m_retention;
    std::function<void(const std::string &)> m_failed;
    std::map<LineKey, UnfinishedLine> m_unfinishedLines;
    std::vector<StopInterval> m_stops; ///< in the time of the run
    std::function<void()> m_many; ///< empty if no snapshots are taken
    std::uint64_t m_manyOutcomes = 0;
    std::vector<IndexRange> m_newlySettled; ///< since the last snapshot
    std::vector<WorkerCost> m_costBefore; ///< by worker, of processes before the run was resumed
    CoordinatorUsage m_coordinatorBefore; ///< of the pool's thread before that
    std::uint64_t m_newlySettledCount = 0;
    std::uint64_t m_settledBelow = 0;
};

} // namespace poolscope
