// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/eventcheck.h"

#include <algorithm>
#include <string>

namespace poolscope {

namespace {

constexpr std::string_view noSuchWorker = "an event is of a worker that does not exist";
constexpr std::string_view noSuchInput = "an event is of an input that does not exist";
constexpr std::string_view farTime = "it goes on for more than 36 years, so its times cannot be "
                                     "right";
constexpr std::string_view settledTwice = "an input has a second outcome";

bool isFar(std::uint64_t time)
{
    return time > latestEventTime;
}

/// Events of a worker's own life and lane. All others may be of the pool as a whole, worker 0.
template <typename Any>
concept IsOfOneWorker = std::is_same_v<Any, event::WorkerChanged> || std::is_same_v<Any,
    event::WorkerIntroduced> || std::is_same_v<Any, event::WorkerCostSeen> || std::is_same_v<Any,
    event::WorkerIdle> || std::is_same_v<Any, event::SpanOpen> || std::is_same_v<Any,
    event::SpanDone> || std::is_same_v<Any, event::ChunkDone>;

} // namespace

EventCheck::EventCheck(
    EventSink &sink, std::uint64_t inputs, std::uint32_t mostWorkers, Outcomes outcomes)
    : m_sink(sink)
    , m_inputs(inputs)
    , m_mostWorkers(mostWorkers)
    , m_outcomes(std::move(outcomes))
{
}

Result<void> EventCheck::take(const Event &event)
{
    const std::string_view problem = std::visit(
        [this](const auto &any) {
            const std::string_view common = commonProblem(any);
            const std::string_view problem = common.empty() ? ownProblem(any) : common;
            if (problem.empty())
                note(any);
            return problem;
        },
        event);
    if (!problem.empty())
        return failure(std::string(problem));
    m_sink.take(event);
    return {};
}

template <typename Any> std::string_view EventCheck::commonProblem(const Any &event) const
{
    if constexpr (requires { event.worker; }) {
        if (event.worker > m_mostWorkers || (IsOfOneWorker<Any> && event.worker == 0))
            return noSuchWorker;
    }
    if constexpr (requires { event.index; }) {
        if (event.index >= m_inputs)
            return noSuchInput;
    }
    if constexpr (requires { event.time; }) {
        if (isFar(event.time))
            return farTime;
    }
    return {};
}

std::uint64_t &EventCheck::freeSpansOf(WorkerId worker)
{
    if (m_freeSpans.size() < worker)
        m_freeSpans.resize(worker);
    return m_freeSpans[worker - 1];
}

bool EventCheck::exist(const IndexRange &indices) const
{
    return indices.count > 0 && indices.first < m_inputs
        && indices.count <= m_inputs - indices.first;
}

std::string_view EventCheck::ownProblem(const event::SpanOpen &event) const
{
    const OpenSpan &span = event.span;
    if (isFar(span.begin) || isFar(span.seen))
        return farTime;
    return span.count == 0 || exist({span.first, span.count}) ? std::string_view() : noSuchInput;
}

std::string_view EventCheck::ownProblem(const event::SpanDone &event) const
{
    const Span &span = event.span;
    if (!exist({span.first, span.count}) || span.count > UINT32_MAX)
        return noSuchInput;
    return isFar(span.begin) || isFar(span.duration) || isFar(span.begin + span.duration)
        ? farTime
        : std::string_view();
}

std::string_view EventCheck::ownProblem(const event::ChunkDone &event)
{
    const ChunkTimes &times = event.times;
    if (isFar(std::max({times.sent, times.received, times.answered, times.decoded})))
        return farTime;
    return times.spans > 0 && times.spans <= freeSpansOf(event.worker) ? std::string_view()
                                                                       : "a chunk has no spans";
}

std::string_view EventCheck::ownProblem(const event::NumbersDone &event) const
{
    const IndexRange &indices = event.indices;
    if (!exist(indices) || event.cells.size() / sizeof(std::uint64_t) != indices.count
        || event.cells.size() % sizeof(std::uint64_t) != 0)
        return noSuchInput;
    return firstSettled(indices.first) >= indices.end() ? std::string_view() : settledTwice;
}

std::string_view EventCheck::ownProblem(const event::OutcomeDone &event) const
{
    return hasOutcome(event.index) ? settledTwice : std::string_view();
}

std::string_view EventCheck::ownProblem(const event::InputReopened &event) const
{
    return hasFailed(event.index) ? std::string_view()
                                  : "an input is tried again that has not failed";
}

std::string_view EventCheck::ownProblem(const event::Logged &event) const
{
    return isFar(event.running.first) || isFar(event.running.count) ? noSuchInput
                                                                    : std::string_view();
}

std::string_view EventCheck::ownProblem(const event::ProgramStopped &event) const
{
    return event.begin > event.end || isFar(event.end) ? farTime : std::string_view();
}

void EventCheck::note(const event::WorkerChanged &event)
{
    if (event.state == WorkerState::Starting)
        freeSpansOf(event.worker) = 0; // the chunk that they were of is lost
}

void EventCheck::note(const event::SpanDone &event)
{
    ++freeSpansOf(event.worker);
}

void EventCheck::note(const event::ChunkDone &event)
{
    freeSpansOf(event.worker) -= event.times.spans;
}

} // namespace poolscope
