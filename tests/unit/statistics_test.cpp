// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/statistics.h"

#include <gmock/gmock.h>
#include <numeric>
#include <random>

namespace poolscope {
namespace {

std::vector<double> normalSample(std::mt19937_64 &random, double mean, int size)
{
    std::normal_distribution<double> values(mean, 1);
    std::vector<double> sample;
    for (int i = 0; i < size; ++i)
        sample.push_back(values(random));
    return sample;
}

TEST(Statistics, TheMedianIsTheMiddle)
{
    EXPECT_EQ(median({}), 0);
    EXPECT_EQ(median(std::vector<double>{4}), 4);
    EXPECT_EQ(median(std::vector<double>{5, 1, 3}), 3);
    EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
}

TEST(Statistics, TheMiddleOfManyValues)
{
    std::vector<double> values(1001);
    std::iota(values.rbegin(), values.rend(), 0);
    const Interval middle = middleOf(values, 0.9);
    EXPECT_NEAR(middle.low, 50, 1e-9);
    EXPECT_NEAR(middle.high, 950, 1e-9);
    EXPECT_EQ(middleOf({7}, 0.95), (Interval{7, 7}));
}

TEST(Statistics, OneValueHasNoInterval)
{
    const std::vector<double> one{3};
    const std::vector<double> two{1, 2};
    EXPECT_EQ(estimateMedian(one, {}).value, 3);
    EXPECT_FALSE(estimateMedian(one, {}).interval);
    EXPECT_TRUE(estimateMedian(two, {}).interval);
    EXPECT_FALSE(ratioOfMedians(one, two, {}).interval);
    EXPECT_FALSE(differenceOfMedians(two, one, {}).interval);
}

TEST(Statistics, TheSameSeedGivesTheSameInterval)
{
    std::mt19937_64 random(5);
    const auto sample = normalSample(random, 10, 20);
    const auto first = estimateMedian(sample, {7});
    EXPECT_EQ(*first.interval, *estimateMedian(sample, {7}).interval);
    EXPECT_NE(*first.interval, *estimateMedian(sample, {8}).interval);
    EXPECT_TRUE(first.interval->contains(first.value));
}

TEST(Statistics, IntervalsHoldTheTruthAboutAsOftenAsTheySay)
{
    std::mt19937_64 random(6);
    int ofMedian = 0;
    int ofDifference = 0;
    constexpr int times = 300;
    for (int i = 0; i < times; ++i) {
        const auto a = normalSample(random, 12, 25);
        const auto b = normalSample(random, 10, 25);
        const Bootstrap bootstrap{random(), 300, 0.9};
        ofMedian += estimateMedian(a, bootstrap).interval->contains(12) ? 1 : 0;
        ofDifference += differenceOfMedians(a, b, bootstrap).interval->contains(2) ? 1 : 0;
    }
    EXPECT_GT(ofMedian, 0.83 * times);
    EXPECT_LT(ofMedian, 0.98 * times);
    EXPECT_GT(ofDifference, 0.83 * times);
    EXPECT_LT(ofDifference, 0.99 * times);
}

TEST(Statistics, ARatioOfMedians)
{
    const std::vector<double> fast{20, 21, 22, 20, 21};
    const std::vector<double> slow{10, 10.5, 11, 10, 10.5};
    const auto ratio = ratioOfMedians(fast, slow, {});
    EXPECT_EQ(ratio.value, 2);
    EXPECT_GE(ratio.interval->low, 20.0 / 11);
    EXPECT_LE(ratio.interval->high, 2.2);
}

TEST(Resampler, DrawsBlocksOfNeighboursAroundTheEnd)
{
    Resampler resampler(1);
    for (int i = 0; i < 50; ++i) {
        std::vector<std::size_t> drawn;
        resampler.drawBlocks(10, 4, [&](std::size_t position) { drawn.push_back(position); });
        ASSERT_EQ(drawn.size(), 10U);
        for (std::size_t k = 1; k < drawn.size(); ++k) {
            if (k % 4 != 0) {
                ASSERT_EQ(drawn[k], (drawn[k - 1] + 1) % 10);
            }
        }
    }
}

} // namespace
} // namespace poolscope
