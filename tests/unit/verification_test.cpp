// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/verificationtext.h"

#include <algorithm>
#include <gtest/gtest.h>

using namespace poolscope;

namespace {

Verification verificationOf(double predicted, double present, double advised)
{
    return {predicted, {present, present * 2, present / 2}, {advised, advised / 3, advised * 3}};
}

} // namespace

TEST(Verification, RunsBothInAlternationAndNeitherFirstEachTime)
{
    const std::vector<std::size_t> order = verificationPlan({}, {}, 4).order;
    ASSERT_EQ(order.size(), 8U);
    EXPECT_EQ(std::count(order.begin(), order.end(), advisedSetting), 4);
    int firstAdvised = 0;
    for (std::size_t pair = 0; pair < order.size(); pair += 2) {
        EXPECT_NE(order[pair], order[pair + 1]);
        firstAdvised += order[pair] == advisedSetting;
    }
    EXPECT_EQ(firstAdvised, 2);
}

TEST(Verification, CountsTheStartUpIfThePredictionDoes)
{
    Verification verification;
    verification.inputs = 100;
    verification.add(presentSetting, {40, 2.5, 5, 1});
    verification.countsStartUp = true;
    verification.add(advisedSetting, {40, 2.5, 5, 2});
    EXPECT_EQ(verification.present, std::vector<double>{40});
    EXPECT_EQ(verification.advised, std::vector<double>{20});
    EXPECT_EQ(verification.failed, 3U);
}

TEST(Verification, TakesAsManyInputsAsThereIsTimeFor)
{
    EXPECT_EQ(inputsWithin(Count{1000}, Seconds(5), Seconds(10)), 1000U);
    EXPECT_EQ(inputsWithin(Count{1000}, Seconds(40), Seconds(10)), 250U);
    EXPECT_EQ(inputsWithin(Count{3}, Seconds(1e9), Seconds(10)), 1U);
}

TEST(Verification, HoldsFromSevenTenthsOfWhatWasPredictedOn)
{
    EXPECT_EQ(verificationOf(10, 100, 1000).held(), true);
    EXPECT_EQ(verificationOf(10, 100, 700).held(), true);
    EXPECT_EQ(verificationOf(10, 100, 690).held(), false);
    Verification unpredicted = verificationOf(10, 100, 1000);
    unpredicted.predicted.reset();
    EXPECT_EQ(unpredicted.held(), std::nullopt);
}

TEST(Verification, PutsPredictedBesideMeasured)
{
    EXPECT_EQ(verificationText(verificationOf(150, 64'000, 8'384'000)),
        "Predicted 150 x; measured 131 x (present 64,000 it/s, advised 8.38 M it/s; medians of 3 "
        "each). The prediction held.");
    EXPECT_TRUE(
        verificationText(verificationOf(150, 100, 7500))
            .ends_with("The prediction did not hold: 50% of the predicted gain was measured."));
    EXPECT_TRUE(verificationText(verificationOf(2, 100, 90))
                    .ends_with("The prediction did not hold: the advice does not pay here."));
    Verification failing = verificationOf(2, 100, 200);
    failing.failed = 7;
    EXPECT_NE(verificationText(failing).find("Inputs failed"), std::string::npos);
}
