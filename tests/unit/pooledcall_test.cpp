// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/callprediction.h"

#include "madeupcall.h"

#include <gtest/gtest.h>

namespace poolscope {

namespace {

TEST(PooledCall, ExpectsItsOwnRateOfItsOwnSettings)
{
    const PooledCall call = postsLoop();
    const ExpectedRate rate = expectedRate(call, {1, 2});
    EXPECT_LT(rate.low, call.rate());
    EXPECT_GT(rate.high, call.rate());
    EXPECT_FALSE(rate.isWide());
}

TEST(PooledCall, LargerChunksMakeQuickInputsFaster)
{
    const PooledCall call = postsLoop();
    const ExpectedRate rate = expectedRate(call, {256, 2});
    EXPECT_GT(rate.low, 15 * call.rate());
    EXPECT_LT(rate.high, 200 * call.rate());
    EXPECT_GT(rate.low, expectedRate(call, {16, 2}).low);
}

TEST(PooledCall, AnotherProcessDoesNotHelpABusyParent)
{
    const PooledCall call = postsLoop();
    const ExpectedRate rate = expectedRate(call, {1, 3});
    EXPECT_LT(rate.low, call.rate());
    EXPECT_LT(rate.high, 2 * call.rate());
}

TEST(PooledCall, LargerChunksDoNotHelpInputsThatCompute)
{
    const PooledCall call = computing();
    const ExpectedRate rate = expectedRate(call, {16, 2});
    EXPECT_LT(rate.low, call.rate());
    EXPECT_LT(rate.high, 1.5 * call.rate());
    EXPECT_EQ(bestChunk(call), 1);
}

TEST(PooledCall, ProcessesBeyondTheCoresDoNotHelpInputsThatCompute)
{
    const PooledCall call = computing();
    EXPECT_LT(expectedRate(call, {1, 8}).low, 1.1 * call.rate());
    EXPECT_LT(expectedRate(call, {1, 8}).high, 1.5 * call.rate());
    EXPECT_LT(expectedRate(call, {1, 1}).high, 0.7 * call.rate());
}

TEST(PooledCall, ProcessesHelpInputsThatWait)
{
    const PooledCall call = sleeping();
    const ExpectedRate rate = expectedRate(call, {1, 8});
    EXPECT_GT(rate.low, 2.5 * call.rate());
    EXPECT_LT(rate.high, 4.8 * call.rate());
}

TEST(PooledCall, OneChunkForAllInputsKeepsOneWorkerBusy)
{
    const PooledCall call = computing();
    EXPECT_LT(expectedRate(call, {call.inputs, 2}).high, 0.7 * call.rate());
}

TEST(PooledCall, BestChunkLeavesSeveralForEachWorker)
{
    PooledCall call = postsLoop();
    EXPECT_GE(bestChunk(call), 32);
    EXPECT_LE(bestChunk(call), 312);
    call.inputs = 40;
    EXPECT_LE(bestChunk(call), 2);
    call.inputs = 1;
    EXPECT_EQ(bestChunk(call), 1);
}

TEST(PooledCall, EmptyCallHasNoRate)
{
    const PooledCall call;
    EXPECT_EQ(call.rate(), 0);
    EXPECT_EQ(call.noPool(), Duration());
    EXPECT_GE(expectedRate(call, {256, 2}).low, 0);
    EXPECT_EQ(bestChunk(call), 1);
}

TEST(PooledCall, WithoutAPoolOnlyTheWorkIsLeft)
{
    EXPECT_NEAR(inSeconds(postsLoop().noPool()), 0.007, 0.002);
    EXPECT_NEAR(inSeconds(computing().noPool()), 4, 0.1);
}

} // namespace

} // namespace poolscope
