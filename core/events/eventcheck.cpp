// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/eventcheck.h"

#include <utility>

namespace poolscope {

namespace {

constexpr std::string_view settledTwice = "an input has a second outcome";

} // namespace

EventCheck::EventCheck(
    EventSink &sink, std::uint64_t inputs, std::uint32_t mostWorkers, Outcomes outcomes)
    : m_sink(sink)
    , m_inputs(inputs)
    , m_mostWorkers(mostWorkers)
    , m_outcomes(std::move(outcomes))
{
}

std::string_view EventCheck::ownProblem(const event::SpanOpen &event) const
{
    const OpenSpan &span = event.span;
    if (isFar(span.begin) || isFar(span.seen))
        return farTime;
    return span.count == 0 || exist({span.first, span.count}) ? std::string_view() : noSuchInput;
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

} // namespace poolscope
