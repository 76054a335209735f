// SPDX-License-Identifier: GPL-3.0-or-later
// EventCheck: passes on the events of a file that may hold anything, up to the first event that no
// run can have reported.
//
// A sink trusts its source. Events that come from a file go through an EventCheck, which enforces
// what sinks rely on: indices and workers that exist, times that can be right, chunks whose spans
// are there, and one outcome for each index.
#pragma once

#include "events/event.h"
#include "result.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace poolscope {

inline constexpr std::uint64_t latestEventTime = 1ULL << 60; ///< nanoseconds; 36 years

class EventCheck {
public:
    /// The outcomes that the sink has so far.
    struct Outcomes {
        /// Returns the first index from `index` on that has an outcome, or the number of inputs.
        std::function<std::uint64_t(std::uint64_t index)> firstSettled;
        std::function<bool(std::uint64_t index)> hasFailed;
    };

    /// `inputs` is the number of inputs, `mostWorkers` the largest number of a worker. The sink
    /// outlives this.
    EventCheck(EventSink &sink, std::uint64_t inputs, std::uint32_t mostWorkers, Outcomes outcomes);

    /// Passes the event on to the sink. If the event is impossible, fails and passes nothing on.
    template <typename Any> Result<void> take(const Any &event)
    {
        std::string_view problem = commonProblem(event);
        if (problem.empty())
            problem = ownProblem(event);
        if (!problem.empty())
            return failure(std::string(problem));
        note(event);
        m_sink.take(event);
        return {};
    }

    std::uint64_t inputs() const { return m_inputs; }
    /// The first settled index at or after `index`, by Outcomes.
    std::uint64_t firstSettled(std::uint64_t index) const { return m_outcomes.firstSettled(index); }
    bool hasOutcome(std::uint64_t index) const
    {
        return index < m_inputs && firstSettled(index) == index;
    }
    bool hasFailed(std::uint64_t index) const
    {
        return index < m_inputs && m_outcomes.hasFailed(index);
    }

private:
    static constexpr std::string_view noSuchWorker = "an event is of a worker that does not exist";
    static constexpr std::string_view noSuchInput = "an event is of an input that does not exist";
    static constexpr std::string_view farTime =
        "it lasts for more than 36 years, so its times cannot be right";

    template <typename Any, typename... Others>
    static constexpr bool isOneOf = (std::is_same_v<Any, Others> || ...);
    /// Events of the life and the lane of one worker. All others may be of the pool, noWorker.
    template <typename Any>
    static constexpr bool isOfOneWorker =
        isOneOf<Any, event::WorkerChanged, event::WorkerIntroduced, event::WorkerCostSeen,
            event::WorkerIdle, event::SpanOpen, event::SpanDone, event::ChunkDone>;

    /// Checks the members that events of several kinds have.
    template <typename Any> std::string_view commonProblem(const Any &event) const
    {
        if constexpr (requires { event.worker; }) {
            if (numberOf(event.worker) > m_mostWorkers
                || (isOfOneWorker<Any> && event.worker == noWorker))
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
    std::string_view ownProblem(const event::SpanOpen &event) const;
    std::string_view ownProblem(const event::SpanDone &event) const;
    std::string_view ownProblem(const event::ChunkDone &event);
    std::string_view ownProblem(const event::NumbersDone &event) const;
    std::string_view ownProblem(const event::OutcomeDone &event) const;
    std::string_view ownProblem(const event::InputReopened &event) const;
    std::string_view ownProblem(const event::Logged &event) const;
    std::string_view ownProblem(const event::ProgramStopped &event) const;
    template <typename Any> std::string_view ownProblem(const Any &) const { return {}; }

    void note(const event::WorkerChanged &event);
    void note(const event::SpanDone &event);
    void note(const event::ChunkDone &event);
    template <typename Any> void note(const Any &) { }

    /// Spans of the worker that belong to no chunk yet.
    std::uint64_t &freeSpansOf(WorkerId worker);
    bool exist(const IndexRange &indices) const;
    static bool isFar(std::uint64_t time) { return time > latestEventTime; }

    EventSink &m_sink;
    std::uint64_t m_inputs;
    std::uint32_t m_mostWorkers;
    Outcomes m_outcomes;
    std::vector<std::uint64_t> m_freeSpans; ///< by worker
};

// Inline, since a run file of many spans is read through them:

inline std::uint64_t &EventCheck::freeSpansOf(WorkerId worker)
{
    if (m_freeSpans.size() < numberOf(worker))
        m_freeSpans.resize(numberOf(worker));
    return m_freeSpans[laneOf(worker)];
}

inline bool EventCheck::exist(const IndexRange &indices) const
{
    return indices.count > 0 && indices.first < m_inputs
        && indices.count <= m_inputs - indices.first;
}

inline std::string_view EventCheck::ownProblem(const event::SpanDone &event) const
{
    const Span &span = event.span;
    if (!exist({span.first, span.count}) || span.count > UINT32_MAX)
        return noSuchInput;
    return isFar(span.begin) || isFar(span.duration) || isFar(span.begin + span.duration)
        ? farTime
        : std::string_view();
}

inline std::string_view EventCheck::ownProblem(const event::ChunkDone &event)
{
    const ChunkTimes &times = event.times;
    if (isFar(std::max({times.sent, times.received, times.answered, times.decoded})))
        return farTime;
    return times.spans > 0 && times.spans <= freeSpansOf(event.worker) ? std::string_view()
                                                                       : "a chunk has no spans";
}

inline void EventCheck::note(const event::SpanDone &event)
{
    ++freeSpansOf(event.worker);
}

inline void EventCheck::note(const event::ChunkDone &event)
{
    freeSpansOf(event.worker) -= event.times.spans;
}

} // namespace poolscope
