// SPDX-License-Identifier: GPL-3.0-or-later
// Events: facts that a source reports of a run. EventSink: receives the events of a run.
//
// A source reports events on one thread, in an order in which they can have happened: a worker
// starts before it has spans, and the spans of a worker follow each other. Times are nanoseconds
// since the run's start, on one monotonic clock. An event refers to what it reports, so it is valid
// only until take() returns.
#pragma once

#include "events/types.h"

#include <cstdint>
#include <string_view>

namespace poolscope {

namespace event {

struct WorkerChanged {
    WorkerId worker = noWorker;
    WorkerState state = WorkerState::Starting;
    std::uint64_t time = 0;
};

struct WorkerIntroduced {
    WorkerId worker = noWorker;
    const WorkerIdentity &identity;
};

/// The cost of all processes that the worker has had in this source, so far.
struct WorkerCostSeen {
    WorkerId worker = noWorker;
    const WorkerCost &cost;
};

/// The worker has nothing to do, until its next span.
struct WorkerIdle {
    WorkerId worker = noWorker;
    IdleReason reason = IdleReason::NothingLeft;
    std::uint64_t time = 0;
};

/// The worker or its task printed something, which need not be a whole line.
struct WorkerPrinted {
    WorkerId worker = noWorker;
    const Output &output;
    std::uint64_t time = 0;
};

/// The span that is under way. Count is 0 if there is none.
struct SpanOpen {
    WorkerId worker = noWorker;
    const OpenSpan &span;
};

struct SpanDone {
    WorkerId worker = noWorker;
    const Span &span;
};

/// A chunk was answered. Its spans are the first ones of its worker that belong to no chunk yet.
struct ChunkDone {
    WorkerId worker = noWorker;
    const ChunkTimes &times;
};

/// The indices have numbers as their values.
struct NumbersDone {
    IndexRange indices;
    OutcomeKind kind = OutcomeKind::Real; ///< Real or Integer
    std::uint64_t time = 0;
    /// 8 bytes for each, little-endian. Empty if they are in the column of the run already.
    std::string_view cells = {};
};

enum class Attempt : std::uint8_t {
    Ended, ///< there is a span of it
    Lost, ///< its worker died, or was killed for it
};

/// The index has a value, or has failed for good.
struct OutcomeDone {
    std::uint64_t index = 0;
    const OutcomeView &outcome;
    WorkerId worker = noWorker;
    std::uint64_t time = 0;
    Attempt attempt = Attempt::Ended;
};

/// An attempt ended with a failure, and the index will be tried again. Comes before its span.
struct AttemptFailed {
    std::uint64_t index = 0;
    WorkerId worker = noWorker;
    std::uint64_t time = 0;
};

/// A worker died during an attempt, of which there is no span.
struct AttemptLost {
    std::uint64_t index = 0;
    WorkerId worker = noWorker;
    std::uint64_t time = 0;
};

/// The index, which had failed for good, is tried again. The outcome so far does not count.
struct InputReopened {
    std::uint64_t index = 0;
    std::uint64_t time = 0;
};

/// A line for the log of the run.
struct Logged {
    WorkerId worker = noWorker; ///< noWorker for the pool as a whole
    std::string_view text;
    std::uint64_t time = 0;
    IndexRange running = {}; ///< inputs one of which the worker was on. Count 0 if unknown
    bool isPrinted = false; ///< whether the worker or its task printed the line
};

struct PoolResized {
    std::uint32_t workers = 0;
    std::uint64_t time = 0;
};

struct PoolPaused {
    std::uint64_t time = 0;
};

struct PoolResumed {
    std::uint64_t time = 0;
};

/// Neither the program nor its workers ran, since they, or the machine, were stopped. Comes before
/// what ends later.
struct ProgramStopped {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

struct CoordinatorCostSeen {
    CoordinatorUsage usage;
};

struct FirstDispatched {
    std::uint64_t time = 0;
};

/// The run ends before every input has an outcome. What is under way has none.
struct RunStopped {
    std::uint64_t time = 0;
};

/// The run was stopped earlier, and continues with new processes.
struct RunContinued {
    std::uint64_t time = 0;
};

} // namespace event

/// A sink ignores events for which it does not override take(). The source waits for each call.
class EventSink {
public:
    virtual ~EventSink() = default;

    virtual void take(const event::WorkerChanged &) { }
    virtual void take(const event::WorkerIntroduced &) { }
    virtual void take(const event::WorkerCostSeen &) { }
    virtual void take(const event::WorkerIdle &) { }
    virtual void take(const event::WorkerPrinted &) { }
    virtual void take(const event::SpanOpen &) { }
    virtual void take(const event::SpanDone &) { }
    virtual void take(const event::ChunkDone &) { }
    virtual void take(const event::NumbersDone &) { }
    virtual void take(const event::OutcomeDone &) { }
    virtual void take(const event::AttemptFailed &) { }
    virtual void take(const event::AttemptLost &) { }
    virtual void take(const event::InputReopened &) { }
    virtual void take(const event::Logged &) { }
    virtual void take(const event::PoolResized &) { }
    virtual void take(const event::PoolPaused &) { }
    virtual void take(const event::PoolResumed &) { }
    virtual void take(const event::ProgramStopped &) { }
    virtual void take(const event::CoordinatorCostSeen &) { }
    virtual void take(const event::FirstDispatched &) { }
    virtual void take(const event::RunStopped &) { }
    virtual void take(const event::RunContinued &) { }
};

} // namespace poolscope
