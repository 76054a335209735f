// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/eventcheck.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace poolscope;

namespace {

constexpr std::uint64_t inputs = 10;
constexpr std::uint32_t workers = 2;
constexpr std::uint64_t tooLate = latestEventTime + 1;

OutcomeView failed()
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Failure;
    return outcome;
}

/// Counts events, and stores what a check asks for.
class Sink : public EventSink {
public:
    using EventSink::take;
    void take(const event::WorkerChanged &) override { ++taken; }
    void take(const event::SpanOpen &) override { ++taken; }
    void take(const event::SpanDone &) override { ++taken; }
    void take(const event::ChunkDone &) override { ++taken; }
    void take(const event::AttemptFailed &) override { ++taken; }
    void take(const event::AttemptLost &) override { ++taken; }
    void take(const event::Logged &) override { ++taken; }
    void take(const event::ProgramStopped &) override { ++taken; }
    void take(const event::FirstDispatched &) override { ++taken; }
    void take(const event::RunStopped &) override { ++taken; }
    void take(const event::NumbersDone &event) override
    {
        ++taken;
        for (std::uint64_t i = 0; i < event.indices.count; ++i)
            settled.insert(event.indices.first + i);
    }
    void take(const event::OutcomeDone &event) override
    {
        ++taken;
        settled.insert(event.index);
        if (event.outcome.kind == OutcomeKind::Failure)
            failures.insert(event.index);
    }
    void take(const event::InputReopened &event) override
    {
        ++taken;
        settled.erase(event.index);
        failures.erase(event.index);
    }

    std::size_t taken = 0;
    std::set<std::uint64_t> settled;
    std::set<std::uint64_t> failures;
};

class EventCheckTest : public testing::Test {
protected:
    template <typename Any> void expectTaken(const Any &event)
    {
        const std::size_t before = m_sink.taken;
        const auto result = m_check.take(event);
        EXPECT_TRUE(result) << result.error().message;
        EXPECT_EQ(m_sink.taken, before + 1);
    }
    template <typename Any> void expectRefused(const Any &event, const std::string &why)
    {
        const std::size_t before = m_sink.taken;
        const auto result = m_check.take(event);
        EXPECT_EQ(m_sink.taken, before);
        ASSERT_FALSE(result);
        EXPECT_THAT(result.error().message, testing::HasSubstr(why));
    }

    Sink m_sink;
    EventCheck m_check{m_sink, inputs, workers,
        {[this](std::uint64_t index) {
             const auto found = m_sink.settled.lower_bound(index);
             return found == m_sink.settled.end() ? inputs : *found;
         },
            [this](std::uint64_t index) {
                return m_sink.failures.contains(index);
            }}};
};

TEST_F(EventCheckTest, PassesARunOn)
{
    expectTaken(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 1});
    expectTaken(event::FirstDispatched{2});
    expectTaken(event::SpanDone{WorkerId{1}, {3, 4, 0, 2}});
    expectTaken(event::ChunkDone{WorkerId{1}, {1, 2, 3, 7, 8, 9, 1}});
    expectTaken(event::NumbersDone{{0, 2}, OutcomeKind::Real, 9, std::string(16, '0')});
    expectTaken(event::OutcomeDone{9, failed(), WorkerId{2}, 10, event::Attempt::Lost});
    expectTaken(event::InputReopened{9, 11});
    expectTaken(event::OutcomeDone{9, {}, WorkerId{2}, 12});
    expectTaken(event::Logged{WorkerId{0}, "the pool as a whole", 13});
    expectTaken(event::RunStopped{latestEventTime});
}

TEST_F(EventCheckTest, RefusesWorkersThatDoNotExist)
{
    expectRefused(event::WorkerChanged{workerOf(workers), WorkerState::Ready, 1}, "worker");
    expectRefused(event::WorkerChanged{WorkerId{0}, WorkerState::Ready, 1}, "worker");
    expectRefused(event::SpanDone{WorkerId{0}, {1, 1, 1, 1}}, "worker");
    expectRefused(event::Logged{workerOf(workers), "a line", 1}, "worker");
}

TEST_F(EventCheckTest, RefusesInputsThatDoNotExist)
{
    expectRefused(event::SpanDone{WorkerId{1}, {1, 1, inputs, 1}}, "input");
    expectRefused(event::SpanDone{WorkerId{1}, {1, 1, inputs - 1, 2}}, "input");
    expectRefused(event::SpanDone{WorkerId{1}, {1, 1, 0, 0}}, "input");
    expectRefused(event::SpanOpen{WorkerId{1}, {1, inputs, 1, 1}}, "input");
    expectRefused(event::OutcomeDone{inputs, {}, WorkerId{1}, 1}, "input");
    expectRefused(event::AttemptFailed{inputs, WorkerId{1}, 1}, "input");
    expectRefused(event::AttemptLost{inputs, WorkerId{1}, 1}, "input");
    expectRefused(event::InputReopened{inputs, 1}, "input");
    expectRefused(
        event::NumbersDone{{inputs - 1, 2}, OutcomeKind::Real, 1, std::string(16, '0')}, "input");
    expectRefused(
        event::NumbersDone{{0, UINT64_MAX}, OutcomeKind::Real, 1, std::string(16, '0')}, "input");
}

TEST_F(EventCheckTest, RefusesNumbersWithoutACellForEach)
{
    expectRefused(event::NumbersDone{{0, 2}, OutcomeKind::Real, 1, std::string(15, '0')}, "input");
    expectRefused(event::NumbersDone{{0, 2}, OutcomeKind::Real, 1, std::string(24, '0')}, "input");
}

TEST_F(EventCheckTest, RefusesTimesThatCannotBeRight)
{
    expectRefused(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, tooLate}, "36 years");
    expectRefused(event::SpanDone{WorkerId{1}, {tooLate, 1, 1, 1}}, "36 years");
    expectRefused(event::SpanDone{WorkerId{1}, {latestEventTime, 1, 1, 1}}, "36 years");
    expectRefused(event::SpanDone{WorkerId{1}, {1, UINT64_MAX, 1, 1}}, "36 years");
    expectRefused(event::SpanOpen{WorkerId{1}, {1, 1, 1, tooLate}}, "36 years");
    expectTaken(event::SpanDone{WorkerId{1}, {1, 1, 1, 1}});
    expectRefused(event::ChunkDone{WorkerId{1}, {1, 2, 3, 4, 5, tooLate, 1}}, "36 years");
    expectRefused(event::ProgramStopped{2, 1}, "36 years");
    expectRefused(event::ProgramStopped{2, tooLate}, "36 years");
    expectRefused(event::RunStopped{tooLate}, "36 years");
}

TEST_F(EventCheckTest, RefusesChunksWhoseSpansAreNotThere)
{
    const event::ChunkDone chunk{WorkerId{1}, {1, 2, 3, 4, 5, 6, 1}};
    expectRefused(chunk, "no spans");
    expectTaken(event::SpanDone{WorkerId{1}, {1, 1, 1, 1}});
    expectRefused(event::ChunkDone{WorkerId{1}, {1, 2, 3, 4, 5, 6, 2}}, "no spans");
    expectRefused(event::ChunkDone{WorkerId{1}, {1, 2, 3, 4, 5, 6, 0}}, "no spans");
    expectRefused(event::ChunkDone{WorkerId{2}, {1, 2, 3, 4, 5, 6, 1}}, "no spans");
    expectTaken(chunk);
    expectRefused(chunk, "no spans");
}

TEST_F(EventCheckTest, LeavesSpansOfAProcessThatEndedToNoChunk)
{
    expectTaken(event::SpanDone{WorkerId{1}, {1, 1, 1, 1}});
    expectTaken(event::WorkerChanged{WorkerId{1}, WorkerState::Starting, 5});
    expectRefused(event::ChunkDone{WorkerId{1}, {1, 2, 3, 4, 5, 6, 1}}, "no spans");
}

TEST_F(EventCheckTest, RefusesASecondOutcome)
{
    expectTaken(event::OutcomeDone{3, {}, WorkerId{1}, 1});
    expectRefused(event::OutcomeDone{3, {}, WorkerId{1}, 2}, "second outcome");
    expectRefused(
        event::NumbersDone{{2, 2}, OutcomeKind::Real, 2, std::string(16, '0')}, "second outcome");
    expectTaken(event::NumbersDone{{1, 2}, OutcomeKind::Real, 2, std::string(16, '0')});
}

TEST_F(EventCheckTest, ReopensOnlyWhatHasFailed)
{
    expectRefused(event::InputReopened{3, 1}, "not failed");
    expectTaken(event::OutcomeDone{3, {}, WorkerId{1}, 1});
    expectRefused(event::InputReopened{3, 2}, "not failed");
}

} // namespace
