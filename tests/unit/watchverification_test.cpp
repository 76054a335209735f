// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/watchverificationtext.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace poolscope;
using testing::EndsWith;
using testing::StartsWith;

namespace {

WatchVerification verification(
    double recorded, std::vector<double> unchanged, std::vector<double> changed)
{
    return {{{"chunksize", 128, "post.py:17"}}, ExpectedRate{2e5, 3e5}, recorded,
        std::move(unchanged), std::move(changed)};
}

} // namespace

TEST(WatchVerification, ComparesMedians)
{
    EXPECT_DOUBLE_EQ(verification(100, {100, 120, 500}, {240, 230, 1000}).gain(), 2);
}

TEST(WatchVerification, IsDistinctBeyondTheSpreadOfUnchangedRuns)
{
    EXPECT_TRUE(verification(100, {110}, {121}).isDistinct());
    EXPECT_FALSE(verification(100, {110}, {120}).isDistinct());
    EXPECT_FALSE(verification(121, {110}, {120}).isDistinct());
    EXPECT_TRUE(verification(100, {110}, {90}).isDistinct());
}

TEST(WatchVerification, IsDistinctBeyondTheSpreadOfChangedRuns)
{
    EXPECT_TRUE(verification(100, {100, 100}, {200, 280}).isDistinct());
    EXPECT_FALSE(verification(100, {100, 100}, {105, 195}).isDistinct());
}

TEST(WatchVerification, PutsWhatWasExpectedBesideWhatWasMeasured)
{
    EXPECT_EQ(verificationText(verification(6600, {6620}, {250e3})),
        "Expected 200,000 to 300,000 it/s; measured 250,000 it/s with chunksize=128 at "
        "post.py:17, and 6,620 it/s unchanged: 37.8 times as fast.");
    EXPECT_THAT(verificationText(verification(6600, {6620, 6700}, {250e3, 250e3})),
        EndsWith(" Medians of 2 runs each."));
}

TEST(WatchVerification, OffersAnotherPairWhileNothingIsShown)
{
    auto alike = verification(100, {110}, {120});
    alike.expected.reset();
    alike.changes = {{"processes", 4}};
    EXPECT_THAT(verificationText(alike), StartsWith("Measured 120 it/s with processes=4, and "));
    EXPECT_THAT(verificationText(alike), EndsWith("verify again for another pair."));
    EXPECT_THAT(verificationText(verification(100, {110}, {50})), EndsWith("2.2 times slower."));
}
