// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/latency.h"
#include "madeuprun.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <random>

namespace poolscope {
namespace {

class LatencyTest : public testing::Test {
protected:
    void ran(WorkerId worker, const Span &span)
    {
        m_run.recorder->take(event::SpanDone{worker, span});
    }
    const Timeline &timeline() const { return m_run.timeline(); }

private:
    MadeUpRun m_run;
};

/// The value of a sorted sample that a share of it does not exceed.
double exactQuantile(const std::vector<double> &sorted, double share)
{
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

TEST(DurationHistogram, QuantilesAreAsExactAsItSays)
{
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> durations(10, 3);
    DurationHistogram histogram;
    std::vector<double> sorted;
    for (int i = 0; i < 20'000; ++i) {
        sorted.push_back(durations(random));
        histogram.add(sorted.back(), 1);
    }
    std::sort(sorted.begin(), sorted.end());
    for (const double share : {0.0, 0.01, 0.5, 0.9, 0.99, 0.9999}) {
        const double exact = exactQuantile(sorted, share);
        EXPECT_NEAR(histogram.quantile(share), exact, exact * DurationHistogram::relativeError);
    }
    EXPECT_EQ(histogram.quantile(1), sorted.back());
    EXPECT_EQ(histogram.longest(), sorted.back());
    EXPECT_EQ(histogram.shortest(), sorted.front());
}

TEST(DurationHistogram, BarsHaveExactlyTheIterationsOfTheirRange)
{
    std::mt19937_64 random(2);
    std::lognormal_distribution<double> durations(6, 4);
    DurationHistogram histogram;
    std::vector<double> all{0, 1, 1024, 2048};
    for (int i = 0; i < 3000; ++i)
        all.push_back(durations(random));
    for (const double duration : all)
        histogram.add(duration, 2);
    for (const int barsOfDoubling : {1, 4, 64}) {
        const auto bars = histogram.bars(barsOfDoubling);
        std::uint64_t iterations = 0;
        for (std::size_t i = 0; i < bars.size(); ++i) {
            const auto within = std::count_if(all.begin(), all.end(),
                [&](double duration) { return bars[i].range.contains(duration); });
            ASSERT_EQ(bars[i].iterations, 2 * static_cast<std::uint64_t>(within));
            if (i > 0) {
                ASSERT_EQ(bars[i].range.from, bars[i - 1].range.to);
            }
            iterations += bars[i].iterations;
        }
        EXPECT_EQ(iterations, histogram.count());
        EXPECT_GT(bars.front().iterations, 0U);
        EXPECT_GT(bars.back().iterations, 0U);
    }
}

TEST(DurationHistogram, OfNothingIsEmpty)
{
    const DurationHistogram histogram;
    EXPECT_EQ(histogram.median(), 0);
    EXPECT_EQ(histogram.mean(), 0);
    EXPECT_TRUE(histogram.bars(4).empty());
}

TEST_F(LatencyTest, SpansCountAsTheirIterations)
{
    ran(WorkerId{1}, {0, 1000, 0, 10});
    ran(WorkerId{1}, {2000, 500, 10, 1});
    ran(WorkerId{2}, {0, 8000, 20, 1});
    Latency latency(timeline());
    ASSERT_TRUE(latency.advance(100));
    EXPECT_EQ(latency.all().count(), 12U);
    EXPECT_EQ(latency.measuredAlone(), 2U);
    EXPECT_NEAR(latency.all().median(), 100, 100 * DurationHistogram::relativeError);
    EXPECT_EQ(latency.all().longest(), 8000);
    EXPECT_DOUBLE_EQ(latency.all().mean(), 9500.0 / 12);
    ASSERT_EQ(latency.workerCount(), 2U);
    EXPECT_EQ(latency.worker(0).longest(), 500);
    EXPECT_EQ(latency.worker(1).count(), 1U);
}

TEST_F(LatencyTest, GrowsBitByBit)
{
    std::mt19937_64 random(3);
    Latency latency(timeline(), 5);
    std::vector<double> durations;
    std::uint64_t time = 0;
    for (std::uint64_t i = 0; i < 500; ++i) {
        const std::uint64_t duration = random() % 100'000;
        ran(workerOf(i % 2), {time, duration, i, 1});
        durations.push_back(static_cast<double>(duration));
        time += 200'000;
        if (i % 3 == 0)
            latency.advance(2);
    }
    while (!latency.advance(7)) { }
    std::sort(durations.begin(), durations.end(), std::greater<>());
    std::vector<double> slowest;
    for (const Latency::Slow &slow : latency.slowest())
        slowest.push_back(slow.duration);
    EXPECT_EQ(slowest, std::vector<double>(durations.begin(), durations.begin() + 5));
    EXPECT_EQ(latency.all().count(), 500U);
}

TEST_F(LatencyTest, TheSlowestAreFoundInTheirLanes)
{
    ran(WorkerId{1}, {0, 10, 7, 1});
    ran(WorkerId{1}, {10, 90, 8, 3});
    ran(WorkerId{2}, {0, 50, 20, 1});
    Latency latency(timeline(), 2);
    latency.advance(100);
    const auto slowest = latency.slowest();
    ASSERT_EQ(slowest.size(), 2U);
    EXPECT_EQ(slowest[0].place.worker, WorkerId{2});
    EXPECT_EQ(slowest[0].indices, (IndexRange{20, 1}));
    EXPECT_EQ(slowest[1].place.position, 1U);
    EXPECT_EQ(slowest[1].indices, (IndexRange{8, 3}));
    EXPECT_EQ(slowest[1].duration, 30);
}

TEST_F(LatencyTest, ASearchFindsWhatABarCounts)
{
    std::mt19937_64 random(4);
    std::uint64_t time = 0;
    for (std::uint64_t i = 0; i < 300; ++i) {
        ran(workerOf(i % 2), {time, random() % 4000, i * 4, 1 + random() % 4});
        time += 5000;
    }
    Latency latency(timeline());
    latency.advance(1000);
    for (const auto &bar : latency.all().bars(4)) {
        DurationSearch search(timeline(), bar.range);
        std::uint64_t found = 0;
        const auto count = [&](SpanPosition place, const Span &span) {
            const Lane &lane = timeline().worker(place.worker).lane();
            EXPECT_EQ(lane.span(place.position).first, span.first);
            found += span.count;
        };
        while (!search.advance(9, count)) { }
        EXPECT_EQ(found, bar.iterations);
    }
}

} // namespace
} // namespace poolscope
