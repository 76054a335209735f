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

#include <cstdint>
#include <functional>
#include <string_view>
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

    /// Passes the event on to the sink. If it is impossible, says why and passes nothing on.
    Result<void> take(const Event &event);

    std::uint64_t inputs() const { return m_inputs; }
    /// As Outcomes has it.
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
    template <typename Any> std::string_view commonProblem(const Any &event) const;
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

    EventSink &m_sink;
    std::uint64_t m_inputs;
    std::uint32_t m_mostWorkers;
    Outcomes m_outcomes;
    std::vector<std::uint64_t> m_freeSpans; ///< by worker
};

} // namespace poolscope
