// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/transferlanes.h"

#include "record/outcomestore.h"
#include "record/recorder.h"
#include "record/runrecord.h"

#include <gtest/gtest.h>

using namespace poolscope;

namespace {

TEST(TransferLanes, HaveASpanBeforeTheFirstInputOfAChunkAndOneAfterItsLast)
{
    RunRecord record;
    const auto outcomes = OutcomeStore::make(10, OutcomeStore::Keep::All);
    ASSERT_TRUE(outcomes);
    Recorder recorder(record.timeline, **outcomes, record.log, nullptr,
        Recorder::Retention::Everything, [](const std::string &why) { FAIL() << why; });
    TransferLanes lanes(record.timeline);
    EXPECT_TRUE(lanes.advance(100));
    EXPECT_EQ(lanes.workerCount(), 0U);
    const WorkerId worker{1};
    recorder.take(event::WorkerChanged{worker, WorkerState::Starting, 1});
    recorder.take(event::WorkerChanged{worker, WorkerState::Ready, 1});
    for (std::uint64_t chunk = 0; chunk < 3; ++chunk) {
        const std::uint64_t at = 1000 * (chunk + 1);
        recorder.take(event::SpanDone{worker, {at + 100, 200, 2 * chunk, 1}});
        recorder.take(event::SpanDone{worker, {at + 300, 100, 2 * chunk + 1, 1}});
        ChunkTimes times;
        times.sent = at;
        times.received = at + 30;
        times.begun = at + 100;
        times.ended = at + 400;
        times.answered = times.decoded = at + 450;
        times.spans = 2;
        recorder.take(event::ChunkDone{worker, times});
    }
    EXPECT_FALSE(lanes.advance(1)) << "one chunk is left";
    EXPECT_TRUE(lanes.advance(1));
    const Lane &lane = lanes.lane(0);
    ASSERT_EQ(lane.size(), 6U);
    EXPECT_EQ(lane.span(0).begin, 1030U);
    EXPECT_EQ(lane.span(0).duration, 70U);
    EXPECT_EQ(lane.span(5).begin, 3400U);
    EXPECT_EQ(lane.span(5).duration, 50U);
}

} // namespace
