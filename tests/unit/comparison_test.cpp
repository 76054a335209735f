// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/comparison.h"
#include "madeuprun.h"

#include <gmock/gmock.h>
#include <random>

namespace poolscope {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t begin = 1'000'000;

/// Two workers that do iterations of about `mean` nanoseconds, whose speed drifts for some time.
void runWith(MadeUpRun &run, double mean, std::uint64_t seed, int iterations = 2000)
{
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> noise(0, 0.2);
    run.recorder->take(event::FirstDispatched{begin});
    std::uint64_t index = 0;
    std::uint64_t end = begin;
    for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
        run.recorder->take(event::WorkerChanged{worker, WorkerState::Ready, begin});
        std::uint64_t time = begin;
        double drift = 1;
        for (int i = 0; i < iterations / 2; ++i) {
            if (i % 50 == 0)
                drift = 1 + 0.1 * (static_cast<double>(random() % 1000) / 1000 - 0.5);
            const auto duration = static_cast<std::uint64_t>(mean * drift * noise(random));
            run.recorder->take(event::SpanDone{worker, {time, duration, index++, 1}});
            time += duration + 100;
        }
        end = std::max(end, time);
    }
    OutcomeView outcome;
    outcome.kind = OutcomeKind::None;
    run.recorder->take(event::OutcomeDone{0, outcome, WorkerId{1}, end});
}

ComparedRun figuresWith(double mean, std::uint64_t seed, int iterations = 2000)
{
    MadeUpRun run;
    runWith(run, mean, seed, iterations);
    return comparedRun(run.timeline());
}

TEST(Comparison, FiguresAreThoseOfTheRun)
{
    MadeUpRun run;
    runWith(run, 10'000, 1);
    const ComparedRun figures = comparedRun(run.timeline());
    EXPECT_EQ(figures.iterations, 2000U);
    EXPECT_EQ(figures.workers, 2U);
    EXPECT_EQ(figures.makespan, run.timeline().makespan());
    EXPECT_EQ(figures.active, figures.makespan);
    EXPECT_NEAR(figures.throughput, 2000e9 / static_cast<double>(figures.makespan), 1e-6);
    ASSERT_EQ(figures.slices.size(), 64U);
    double iterations = 0;
    for (const RunSlice &slice : figures.slices)
        iterations += slice.iterations;
    EXPECT_NEAR(iterations, 2000, 3); // the end of the last span, and what is less than a slice
}

TEST(Comparison, PausesAreLeftOut)
{
    MadeUpRun run;
    run.recorder->take(event::FirstDispatched{0});
    run.recorder->take(event::WorkerChanged{WorkerId{1}, WorkerState::Ready, 0});
    OutcomeView outcome;
    outcome.kind = OutcomeKind::None;
    std::uint64_t time = 0;
    for (std::uint64_t i = 0; i < 640; ++i) {
        if (i == 320) {
            run.recorder->take(event::PoolPaused{time});
            time += 50'000'000;
            run.recorder->take(event::PoolResumed{time});
        }
        run.recorder->take(event::SpanDone{WorkerId{1}, {time, 10'000, i, 1}});
        time += 10'000;
        run.recorder->take(event::OutcomeDone{i, outcome, WorkerId{1}, time});
    }
    const ComparedRun figures = comparedRun(run.timeline());
    EXPECT_EQ(figures.active, 6'400'000U);
    EXPECT_NEAR(figures.throughput, 100'000, 1e-6);
    for (const RunSlice &slice : figures.slices)
        EXPECT_NEAR(slice.iterations, 10, 0.1);
}

TEST(Comparison, ARunIsNotDistinguishableFromOneLikeIt)
{
    int alike = 0;
    constexpr int times = 40;
    for (std::uint64_t seed = 0; seed < times; ++seed) {
        const auto difference = runDifference(
            figuresWith(10'000, 2 * seed), figuresWith(10'000, 2 * seed + 1), {seed, 300});
        alike += difference.kind() == RunDifference::Kind::Alike ? 1 : 0;
    }
    EXPECT_GE(alike, 0.8 * times);
}

TEST(Comparison, ARunThatIsFasterIsToldByHowMuch)
{
    const ComparedRun slow = figuresWith(13'000, 1);
    const ComparedRun fast = figuresWith(10'000, 2);
    const auto difference = runDifference(slow, fast);
    EXPECT_EQ(difference.kind(), RunDifference::Kind::Faster);
    EXPECT_NEAR(difference.throughput.value, 1.3, 0.03);
    EXPECT_TRUE(difference.throughput.interval->contains(1.3));
    EXPECT_NEAR(difference.duration.value, 1 / 1.3, 0.03);
    EXPECT_EQ(runDifference(fast, slow).kind(), RunDifference::Kind::Slower);
    EXPECT_THAT(differenceText(difference, "A", "B"),
        testing::MatchesRegex("B does 1\\.[23][0-9]* times the iterations per second of A "
                              "\\(1\\..* to 1\\..*, with 95% confidence\\)"));
}

TEST(Comparison, AlikeIsSaidInWords)
{
    const ComparedRun figures = figuresWith(10'000, 1);
    const auto difference = runDifference(figures, figures);
    EXPECT_EQ(difference.throughput.value, 1);
    EXPECT_THAT(differenceText(difference, "A", "B"),
        HasSubstr("A and B are not distinguishable: B does 0.9"));
}

TEST(Comparison, OfAShortRunNothingCanBeTold)
{
    const auto difference = runDifference(figuresWith(10'000, 1), figuresWith(10'000, 2, 20));
    EXPECT_EQ(difference.kind(), RunDifference::Kind::Unknown);
    EXPECT_GT(difference.throughput.value, 0);
    EXPECT_THAT(differenceText(difference, "A", "B"), HasSubstr("cannot be measured"));
    const MadeUpRun nothing;
    EXPECT_EQ(comparedRun(nothing.timeline()).throughput, 0);
}

} // namespace
} // namespace poolscope
