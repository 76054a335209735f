// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/scalingfit.h"

#include <cmath>
#include <gmock/gmock.h>
#include <random>

namespace poolscope {
namespace {

using testing::HasSubstr;

double law(double workers, double ofOne, double contention, double coherency)
{
    return ofOne * workers / (1 + contention * (workers - 1) + coherency * workers * (workers - 1));
}

/// Three measurements each, with some noise.
std::vector<ScalingPoint> measured(const std::vector<double> &counts, double contention,
    double coherency, double noise, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::normal_distribution<double> factor(1, noise);
    std::vector<ScalingPoint> points;
    for (const double workers : counts) {
        for (int i = 0; i < 3; ++i)
            points.push_back({workers, law(workers, 1000, contention, coherency) * factor(random)});
    }
    return points;
}

const std::vector<double> eightCounts{1, 2, 4, 6, 8, 16, 24, 32};

TEST(ScalingFit, FindsAmdahlsParametersExactly)
{
    for (const double serial : {0.0, 0.001, 0.05, 0.3, 0.9}) {
        const auto fit = fitScaling(ScalingLaw::Amdahl, measured(eightCounts, serial, 0, 0, 1));
        ASSERT_TRUE(fit) << serial;
        EXPECT_NEAR(fit->contention.value, serial, 1e-6);
        EXPECT_NEAR(fit->ofOne.value, 1000, 1e-2);
        EXPECT_NEAR(fit->rSquared, 1, 1e-9);
        EXPECT_EQ(fit->coherency.value, 0);
        EXPECT_FALSE(fit->peakWorkers());
    }
}

TEST(ScalingFit, FindsTheUniversalLawsParametersExactly)
{
    for (const double contention : {0.0, 0.02, 0.4}) {
        for (const double coherency : {0.0, 0.0005, 0.01}) {
            const auto fit = fitScaling(
                ScalingLaw::Universal, measured(eightCounts, contention, coherency, 0, 1));
            ASSERT_TRUE(fit) << contention << " " << coherency;
            EXPECT_NEAR(fit->contention.value, contention, 1e-5);
            EXPECT_NEAR(fit->coherency.value, coherency, 1e-6);
            EXPECT_NEAR(fit->ofOne.value, 1000, 0.1);
        }
    }
}

TEST(ScalingFit, ItsIntervalsHoldTheTruthAboutAsOftenAsTheySay)
{
    int contention = 0;
    int coherency = 0;
    constexpr int times = 100;
    for (std::uint64_t seed = 0; seed < times; ++seed) {
        const auto fit = fitScaling(ScalingLaw::Universal,
            measured(eightCounts, 0.05, 0.002, 0.02, seed), {seed, 100, 0.9});
        ASSERT_TRUE(fit);
        contention += fit->contention.interval->contains(0.05) ? 1 : 0;
        coherency += fit->coherency.interval->contains(0.002) ? 1 : 0;
    }
    EXPECT_GE(contention, 75);
    EXPECT_GE(coherency, 75);
    EXPECT_LT(contention + coherency, 2 * times);
}

TEST(ScalingFit, NoParameterIsBelowZero)
{
    std::vector<ScalingPoint> points;
    for (const double workers : {1.0, 2.0, 3.0, 4.0, 5.0})
        points.push_back({workers, std::pow(workers, 1.2)}); // better than linear
    for (const ScalingLaw name : {ScalingLaw::Amdahl, ScalingLaw::Universal}) {
        const auto fit = fitScaling(name, points);
        ASSERT_TRUE(fit);
        EXPECT_EQ(fit->contention.value, 0);
        EXPECT_EQ(fit->coherency.value, 0);
        EXPECT_GE(fit->contention.interval->low, 0);
        EXPECT_FALSE(fit->mostThroughput());
    }
}

TEST(ScalingFit, ResidualsAreWhatIsLeftOfEachPoint)
{
    const auto points = measured(eightCounts, 0.1, 0.001, 0.05, 3);
    const auto fit = fitScaling(ScalingLaw::Universal, points);
    ASSERT_TRUE(fit);
    ASSERT_EQ(fit->residuals.size(), points.size());
    double left = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_NEAR(
            fit->throughput(points[i].workers) + fit->residuals[i], points[i].throughput, 1e-6);
        left += fit->residuals[i] * fit->residuals[i];
    }
    EXPECT_GT(left, 0);
    EXPECT_LT(fit->rSquared, 1);
    EXPECT_GT(fit->rSquared, 0.9);
}

TEST(ScalingFit, NamesWhereThroughputEnds)
{
    const auto amdahl = fitScaling(ScalingLaw::Amdahl, measured(eightCounts, 0.1, 0, 0, 1));
    EXPECT_NEAR(amdahl->mostThroughput().value(), 10'000, 1);
    const auto universal =
        fitScaling(ScalingLaw::Universal, measured(eightCounts, 0.19, 0.01, 0, 1));
    EXPECT_NEAR(universal->peakWorkers().value(), 9, 0.01);
    EXPECT_NEAR(universal->mostThroughput().value(), law(9, 1000, 0.19, 0.01), 1);
}

TEST(ScalingFit, IsRefusedWithTooFewNumbersOfWorkers)
{
    const auto two = fitScaling(ScalingLaw::Amdahl, measured({1, 2}, 0.1, 0, 0.01, 1));
    ASSERT_FALSE(two);
    EXPECT_THAT(two.error().message, HasSubstr("2 numbers of workers: it takes 3"));
    const auto three = fitScaling(ScalingLaw::Universal, measured({1, 2, 4}, 0.1, 0, 0.01, 1));
    ASSERT_FALSE(three);
    EXPECT_THAT(three.error().message, HasSubstr("it takes 4"));
    EXPECT_TRUE(fitScaling(ScalingLaw::Amdahl, measured({1, 2, 4}, 0.1, 0, 0.01, 1)));
    EXPECT_FALSE(fitScaling(ScalingLaw::Amdahl, {}));
}

TEST(ScalingFit, IsRefusedWhereTheMeanIsAsGood)
{
    std::vector<ScalingPoint> falling;
    std::vector<ScalingPoint> constant;
    for (const double workers : {1.0, 2.0, 3.0, 4.0}) {
        falling.push_back({workers, 100 - 10 * workers});
        constant.push_back({workers, 100});
    }
    const auto fit = fitScaling(ScalingLaw::Amdahl, falling);
    ASSERT_FALSE(fit);
    EXPECT_THAT(fit.error().message, HasSubstr("no better than their mean"));
    EXPECT_FALSE(fitScaling(ScalingLaw::Amdahl, constant));
    EXPECT_FALSE(fitScaling(ScalingLaw::Universal, constant));
}

} // namespace
} // namespace poolscope
