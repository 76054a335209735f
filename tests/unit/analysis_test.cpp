// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/busycolumns.h"
#include "analysis/completionorder.h"
#include "analysis/iterationcolumns.h"
#include "analysis/spanfinder.h"
#include "madeuprun.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace poolscope {
namespace {

std::vector<Span> randomSpans(std::mt19937_64 &random, int count)
{
    std::vector<Span> spans;
    std::uint64_t time = random() % 1000;
    for (int i = 0; i < count; ++i) {
        const bool farAway = random() % 40 == 0;
        Span span;
        span.begin = time + random() % (farAway ? 5'000'000'000 : 40'000);
        span.duration = random() % (farAway ? 6'000'000'000 : 60'000);
        span.first = static_cast<std::uint64_t>(i) * 10;
        span.count = 1 + random() % 10;
        time = span.begin + span.duration;
        spans.push_back(span);
    }
    return spans;
}

double busyShare(const std::vector<Span> &spans, std::uint64_t begin, std::uint64_t end)
{
    std::uint64_t busy = 0;
    for (const Span &span : spans) {
        const std::uint64_t from = std::max(begin, span.begin);
        const std::uint64_t to = std::min(end, span.begin + span.duration);
        busy += to > from ? to - from : 0;
    }
    return static_cast<double>(busy) / static_cast<double>(end - begin);
}

TEST(BusyColumns, AreWhatVisitingEverySpanGives)
{
    std::mt19937_64 random(3);
    const std::vector<Span> spans = randomSpans(random, 400);
    Lane lane;
    BusyColumns columns(lane);
    std::size_t appended = 0;
    for (int step = 0; step < 300; ++step) {
        const bool grows = random() % 2 == 0;
        for (std::size_t i = 0; grows && i < 3 && appended < spans.size(); ++i)
            lane.append(spans[appended++]);
        const std::vector<Span> known(spans.begin(), spans.begin() + static_cast<long>(appended));
        const TimeGrid grid{static_cast<int>(random() % 3 == 0 ? 14 + random() % 18 : 20)};
        const std::uint64_t end = known.empty() ? 1 : known.back().begin + known.back().duration;
        const ColumnRange range{
            random() % 2 == 0 ? 0 : random() % (grid.columnAt(end) + 1), 1 + random() % 300};
        const auto shares = columns.shares(grid, range);
        ASSERT_EQ(shares.size(), range.count);
        for (std::uint64_t i = 0; i < range.count; i += 1 + random() % 7) {
            const std::uint64_t column = range.first + i;
            ASSERT_NEAR(
                shares[i], busyShare(known, grid.beginOf(column), grid.beginOf(column + 1)), 1e-6)
                << "step " << step << " column " << column << " level " << grid.level;
        }
    }
}

TEST(IterationColumns, CountEveryIterationOnceAtAnyZoom)
{
    std::mt19937_64 random(4);
    const std::vector<Span> spans = randomSpans(random, 2000);
    const std::uint64_t end = spans.back().begin + spans.back().duration;
    Lane lane;
    IterationColumns columns(lane);
    double total = 0;
    for (const Span &span : spans) {
        lane.append(span);
        total += static_cast<double>(span.count);
        columns.advance(1);
    }
    ASSERT_TRUE(columns.advance(1));
    for (const int level : {24, 26, 30, 34}) {
        const TimeGrid grid{level};
        const auto counts = columns.counts(grid, {0, grid.columnAt(end) + 1});
        EXPECT_NEAR(std::accumulate(counts.begin(), counts.end(), 0.0), total, 1e-3) << level;
    }
    EXPECT_NEAR(columns.countBefore(end + 1'000'000'000), total, 1e-3);
    EXPECT_EQ(columns.countBefore(0), 0);
    for (int i = 0; i < 200; ++i) {
        const std::uint64_t time = random() % end;
        double expected = 0;
        for (const Span &span : spans) {
            if (span.begin < time)
                expected += static_cast<double>(span.count)
                    * std::min(1.0,
                        static_cast<double>(time - span.begin)
                            / static_cast<double>(std::max<std::uint64_t>(span.duration, 1)));
        }
        ASSERT_NEAR(columns.countBefore(time), expected, 1e-3) << time;
    }
}

TEST(IterationColumns, SpreadASpanEvenly)
{
    Lane lane;
    lane.append({1 << 20, 4 << 20, 0, 8});
    IterationColumns columns(lane);
    EXPECT_TRUE(columns.advance(10));
    EXPECT_EQ(columns.counts(TimeGrid{20}, {0, 6}), (std::vector<double>{0, 2, 2, 2, 2, 0}));
    EXPECT_EQ(columns.counts(TimeGrid{19}, {1, 3}), (std::vector<double>{0, 1, 1}));
    EXPECT_EQ(columns.countBefore(2 << 20), 2);
}

/// A timeline, filled as the pool fills it.
class CompletionOrderTest : public testing::Test {
protected:
    void SetUp() override
    {
        auto store = OutcomeStore::make(1'000'000, OutcomeStore::Keep::All);
        ASSERT_TRUE(store);
        m_record.outcomes = std::move(*store);
        m_recorder.emplace(m_record.timeline, *m_record.outcomes, m_record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) { FAIL(); });
    }

    void span(WorkerId worker, std::uint64_t end, IndexRange indices)
    {
        constexpr std::uint64_t duration = 10;
        m_recorder->take(
            event::SpanDone{worker, {end - duration, duration, indices.first, indices.count}});
    }

    /// The indices in the order in which they finished, by ranks [from, to).
    std::vector<std::uint64_t> indices(
        const CompletionOrder &order, std::uint64_t from = 0, std::uint64_t to = UINT64_MAX)
    {
        std::vector<std::uint64_t> found;
        order.forEach(from, to, [&](const CompletionOrder::RankedRange &range) {
            for (std::uint64_t i = 0; i < range.indices.count; ++i) {
                if (range.rank + i >= from && range.rank + i < to)
                    found.push_back(range.indices.first + i);
            }
        });
        return found;
    }

    RunRecord m_record;
    std::optional<Recorder> m_recorder;
};

using Indices = std::vector<std::uint64_t>;

TEST_F(CompletionOrderTest, RanksByTheTimeAtWhichSpansEnd)
{
    span(WorkerId{1}, 100, {0, 2});
    span(WorkerId{1}, 300, {4, 1});
    span(WorkerId{2}, 200, {2, 2});
    CompletionOrder order(m_record.timeline);
    EXPECT_TRUE(order.advance(250, 100));
    EXPECT_EQ(order.ranked(), 4U);
    EXPECT_TRUE(order.advance(UINT64_MAX, 100));
    EXPECT_EQ(indices(order), (Indices{0, 1, 2, 3, 4}));
    EXPECT_EQ(order.disorder().meanDistance, 0);
    EXPECT_EQ(order.disorder().mostHeldBack, 0U);
    EXPECT_EQ(order.rankAt(99), 0U);
    EXPECT_EQ(order.rankAt(100), 2U);
    EXPECT_EQ(order.rankAt(250), 4U);
    EXPECT_EQ(order.timeOf(4), 300U);
    EXPECT_EQ(order.timeOf(5), std::nullopt);
}

TEST_F(CompletionOrderTest, TellsWhatAReaderInOrderWouldHoldBack)
{
    span(WorkerId{1}, 1000, {0, 1});
    span(WorkerId{2}, 100, {1, 1});
    span(WorkerId{2}, 200, {2, 2});
    CompletionOrder order(m_record.timeline);
    order.advance(UINT64_MAX, 100);
    EXPECT_EQ(indices(order), (Indices{1, 2, 3, 0}));
    const CompletionOrder::Disorder disorder = order.disorder();
    EXPECT_EQ(disorder.meanDistance, (1 + 1 + 1 + 3) / 4.0);
    EXPECT_EQ(disorder.largestDistance, 3U);
    EXPECT_EQ(disorder.mostHeldBack, 3U);
    EXPECT_EQ(disorder.meanHeldBack, (900 + 800 + 800 + 0) / 4.0);
}

TEST_F(CompletionOrderTest, RanksWhatWasGivenUpAndTriedAgainWhenItEnded)
{
    span(WorkerId{1}, 100, {0, 1});
    quarantine(*m_recorder, WorkerId{1}, 150, 1);
    span(WorkerId{1}, 200, {2, 1});
    m_recorder->take(event::InputReopened{1, 210});
    span(WorkerId{1}, 300, {1, 1});
    CompletionOrder order(m_record.timeline);
    order.advance(UINT64_MAX, 100);
    EXPECT_EQ(indices(order), (Indices{0, 2, 1}));
}

TEST_F(CompletionOrderTest, CountsAttemptsThatWereTriedAgainOnce)
{
    span(WorkerId{1}, 100, {0, 3});
    m_recorder->take(event::AttemptFailed{1, WorkerId{1}, 110});
    span(WorkerId{2}, 150, {3, 1});
    span(WorkerId{2}, 200, {1, 1});
    m_recorder->take(event::AttemptFailed{1, WorkerId{2}, 210});
    span(WorkerId{1}, 300, {1, 1});
    quarantine(*m_recorder, WorkerId{2}, 250, 4);
    CompletionOrder order(m_record.timeline);
    order.advance(UINT64_MAX, 100);
    EXPECT_EQ(indices(order), (Indices{0, 2, 3, 4, 1}));
    EXPECT_EQ(indices(order, 1, 3), (Indices{2, 3}));
}

TEST_F(CompletionOrderTest, RanksEveryIndexOnceWhileItGrows)
{
    constexpr std::uint64_t count = 60'000;
    std::mt19937_64 random(8);
    CompletionOrder order(m_record.timeline);
    struct End {
        std::uint64_t time;
        std::uint64_t index;
    };
    std::vector<End> ends;
    std::array<std::uint64_t, 5> clocks{};
    for (std::uint64_t index = 0; index < count; ++index) {
        const std::size_t worker = random() % clocks.size();
        clocks[worker] += 11 + random() % 1000;
        span(workerOf(worker), clocks[worker], {index, 1});
        ends.push_back({clocks[worker], index});
        if (index % 977 == 0)
            order.advance(*std::min_element(clocks.begin(), clocks.end()), 500);
    }
    while (!order.advance(UINT64_MAX, 10'000)) { }
    std::stable_sort(
        ends.begin(), ends.end(), [](const End &a, const End &b) { return a.time < b.time; });
    const Indices found = indices(order);
    ASSERT_EQ(found.size(), count);
    EXPECT_EQ(order.ranked(), count);
    for (std::uint64_t rank = 0; rank < count; rank += 997)
        ASSERT_EQ(order.timeOf(rank), ends[rank].time);
    Indices sorted = found;
    std::sort(sorted.begin(), sorted.end());
    for (std::uint64_t index = 0; index < count; ++index)
        ASSERT_EQ(sorted[index], index);
    EXPECT_EQ(
        indices(order, 30'000, 30'003), (Indices(found.begin() + 30'000, found.begin() + 30'003)));
    EXPECT_EQ(order.rankAt(ends[count / 2].time - 1) < order.rankAt(ends[count / 2].time), true);
}

TEST_F(CompletionOrderTest, FindsTheLastSpanOfAnIndexWhileLanesGrow)
{
    SpanFinder finder(m_record.timeline);
    constexpr std::uint64_t count = 20'000;
    for (std::uint64_t index = 0; index < count; ++index) {
        span(workerOf(index % 2), 100 + 20 * index, {index * 3, 2});
        if (index % 3001 == 0) {
            ASSERT_TRUE(finder.find(index * 3 + 1));
            EXPECT_EQ(finder.find(index * 3 + 1)->worker, workerOf(index % 2));
            EXPECT_EQ(finder.find(index * 3 + 1)->position, index / 2);
            EXPECT_FALSE(finder.find(index * 3 + 2));
        }
    }
    EXPECT_EQ(finder.find(0)->position, 0U);
    EXPECT_EQ(finder.find(3 * 9'999)->position, 4'999U);
    span(WorkerId{2}, 1'000'000, {0, 1});
    EXPECT_EQ(finder.find(0)->worker, WorkerId{2});
    EXPECT_EQ(finder.find(1)->worker, WorkerId{1});
}

TEST_F(CompletionOrderTest, RanksWhatComesLateWhenItComes)
{
    span(WorkerId{1}, 1000, {0, 1});
    CompletionOrder order(m_record.timeline);
    order.advance(2000, 100);
    span(WorkerId{2}, 500, {1, 1});
    order.advance(2000, 100);
    EXPECT_EQ(order.lateSpans(), 1U);
    EXPECT_EQ(order.ranked(), 2U);
    CompletionOrder again(m_record.timeline);
    again.advance(UINT64_MAX, 100);
    EXPECT_EQ(again.lateSpans(), 0U);
    EXPECT_EQ(indices(again), (Indices{1, 0}));
}

} // namespace
} // namespace poolscope
