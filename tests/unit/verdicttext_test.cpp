// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/verdicttext.h"

#include <gtest/gtest.h>

namespace poolscope {

using namespace std::chrono_literals;

namespace {

/// A verdict that predicts 33,000 it/s, three times as many.
Verdict verdictOn(Finding finding, Evidence evidence, std::vector<Change> advice = {})
{
    Verdict verdict;
    verdict.finding = finding;
    verdict.evidence = evidence;
    verdict.advice = std::move(advice);
    verdict.remedy = Prediction{3, 33'012};
    return verdict;
}

evidence::Dispatch dispatch()
{
    evidence::Dispatch found;
    found.workers = 2;
    found.time = {0.95};
    found.coordinatorBusy = {0.8};
    found.perInput = 19us;
    found.perChunk = 1ms;
    found.iteration = 500ns;
    found.chunk = 2ms;
    found.iterations = 5000;
    found.chunks = 10;
    return found;
}

TEST(VerdictText, ComparesDispatchWithComputing)
{
    EXPECT_EQ(verdictText(verdictOn(Finding::Dispatch, dispatch(), {{Change::Setting::Chunk}})),
        "Sending an input to a worker costs 19 µs and computing it 500 ns, so 2 workers spent 95% "
        "of their time on dispatch. With --chunk auto expect about 33,000 it/s (3 x).");
    EXPECT_TRUE(verdictText(verdictOn(Finding::CoordinatorSaturated, dispatch()))
                    .starts_with("The coordinator was busy 80% of the run, and 2 workers spent 95% "
                                 "of their time on the dispatch of chunks of 2 ms each."));
}

TEST(VerdictText, GivesTheReasonWhyNoChunkSizeIsAdvised)
{
    evidence::Dispatch found = dispatch();
    EXPECT_TRUE(verdictText(verdictOn(Finding::Dispatch, found))
                    .ends_with(" Chunks are as large as the inputs allow: 5,000 inputs are too few "
                               "for 2 workers, and each chunk costs 1 ms."));
    found.chunksAreGrown = true;
    EXPECT_NE(
        verdictText(verdictOn(Finding::Dispatch, found)).find(" Chunks already hold 500 inputs: "),
        std::string::npos);
}

TEST(VerdictText, NamesTheInputThatNeverFinished)
{
    evidence::NeverFinished found{{3, 1, WorkerId{2}, 8s}, 10ms};
    EXPECT_EQ(verdictText(verdictOn(Finding::NeverFinished, found)),
        "Input 3 never finished (8 s on worker 2). The others took 10 ms each. With --timeout, an "
        "input that takes too long fails.");
    found.unfinished.count = 7;
    found.othersIteration.reset();
    EXPECT_EQ(verdictText(verdictOn(Finding::NeverFinished, found)),
        "One of the inputs 3 to 9 never finished (8 s on worker 2). With --timeout, an input that "
        "takes too long fails.");
}

TEST(VerdictText, AddsTheSavingsOfCopiesAndKeepsThePredictionOfTheCause)
{
    Verdict verdict =
        verdictOn(Finding::Throttled, evidence::Blocked{{0.45}, {}}, {{Change::Setting::Start}});
    verdict.gain = 1.01;
    verdict.copies = CopiesAdvice{16s, {50 << 20}, 26s, 10s, true, {3ULL << 30}};
    EXPECT_EQ(verdictText(verdict),
        "The CPU quota of the control group stopped workers for 45% of their time. With a higher "
        "quota expect up to 33,000 it/s (3 x). Each worker loaded the task itself, which took 16 s "
        "and 50 MiB. With copies of a process that has loaded it, expect 10 s instead of 26 s from "
        "start to end, and 3 GiB less memory.");
    verdict.copies->isFaster = false;
    EXPECT_NE(
        verdictText(verdict).find("expect the same time from start to end"), std::string::npos);
}

TEST(VerdictText, NamesTheRunThatWouldShowMore)
{
    Verdict verdict = verdictOn(Finding::Unknown, evidence::NotMeasured{{0.4}});
    verdict.nextLook = NextLook::LongerRun;
    EXPECT_EQ(verdictText(verdict),
        "40% of worker time could not be measured. To measure it, make a longer run, or one that "
        "is not stopped.");
    EXPECT_EQ(nextLookText(Verdict()), "");
}

TEST(ShortVerdict, NamesWhatToChangeAndWhatItGains)
{
    Verdict verdict;
    verdict.finding = Finding::Dispatch;
    verdict.gain = 17;
    EXPECT_EQ(shortText(verdict), "Dispatch costs most") << "there is no advice";
    verdict.advice = {{Change::Setting::Chunk}, {Change::Setting::Window}};
    EXPECT_EQ(shortText(verdict), "Dispatch costs most; --chunk auto --window auto: about 17 x");
    verdict.advice.push_back({Change::Setting::Workers, 4});
    verdict.gain.reset();
    EXPECT_EQ(shortText(verdict), "Dispatch costs most; --chunk auto --window auto")
        << "two changes at most";
}

TEST(ShortVerdict, NamesNoGainBelowATwentieth)
{
    Verdict verdict;
    verdict.finding = Finding::TooManyWorkers;
    verdict.advice = {{Change::Setting::Workers, 2}};
    verdict.gain = 1.04;
    EXPECT_EQ(shortText(verdict), "More workers than cores; -j 2");
    verdict.gain = 1.06;
    EXPECT_EQ(shortText(verdict), "More workers than cores; -j 2: about 1.06 x");
}

} // namespace
} // namespace poolscope
