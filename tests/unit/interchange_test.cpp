// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/accounting.h"
#include "import/decimaltime.h"
#include "import/jsonfeed.h"
#include "import/traceevents.h"
#include "import/unpackedfile.h"
#include "record/recorder.h"
#include "report/chrometrace.h"
#include "report/htmlreport.h"
#include "report/outcomeexport.h"
#include "report/summary.h"
#include "report/verdicttext.h"
#include "run/runopening.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unistd.h>
#include <zlib.h>

namespace poolscope {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t millisecond = 1'000'000;
const std::string jobLogHeader =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

TEST(DecimalTime, IsExact)
{
    const auto seconds = [](std::string_view text) {
        return parseTime(text, TimeUnit::Seconds);
    };
    const auto microseconds = [](std::string_view text) {
        return parseTime(text, TimeUnit::Microseconds);
    };
    EXPECT_EQ(seconds("1795566657.839"), 1'795'566'657'839'000'000);
    EXPECT_EQ(seconds("0"), 0);
    EXPECT_EQ(seconds("-1.5"), -1'500'000'000);
    EXPECT_EQ(seconds("1.0000000019"), 1'000'000'001);
    EXPECT_EQ(microseconds("1695566657839123.456"), 1'695'566'657'839'123'456);
    EXPECT_EQ(microseconds("1e3"), millisecond);
    EXPECT_EQ(microseconds("12."), 12'000);
}

TEST(DecimalTime, TakesNothingElse)
{
    for (const char *text : {"", "-", ".5", "nan", "inf", "1e400", "0x10", " 1", "1 ", "1.5s",
             "--1", "9223372037", "99999999999999999999", "+1", "1e", "e1"})
        EXPECT_FALSE(parseTime(text, TimeUnit::Seconds)) << text;
}

class InterchangeTest : public testing::Test {
protected:
    void SetUp() override
    {
        m_folder =
            fs::temp_directory_path() / ("poolscope-interchange-" + std::to_string(getpid()));
        fs::create_directory(m_folder);
    }
    void TearDown() override { fs::remove_all(m_folder); }

    std::string write(const std::string &name, const std::string &text) const
    {
        std::ofstream(m_folder / name, std::ios::binary | std::ios::trunc) << text;
        return m_folder / name;
    }
    std::string read(const std::string &name) const
    {
        std::ifstream file(m_folder / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    LoadedRun opened(const std::string &name, const std::string &text) const
    {
        auto run = openRun(write(name, text));
        EXPECT_TRUE(run) << run.error().message;
        return run ? std::move(*run) : LoadedRun();
    }
    std::string problem(const std::string &name, const std::string &text) const
    {
        const auto run = openRun(write(name, text));
        EXPECT_FALSE(run);
        return run ? std::string() : run.error().message;
    }
    LoadedRun jobs(const std::string &lines) const
    {
        return opened("jobs.joblog", jobLogHeader + lines);
    }

    fs::path m_folder;
};

/// "begin+duration:first", of each span of a lane, in milliseconds.
std::vector<std::string> lane(const LoadedRun &run, std::size_t worker)
{
    std::vector<std::string> spans;
    const Lane &lane = run.record->timeline.worker(worker).lane();
    lane.forEach(0, lane.size(), [&](const Span &span) {
        spans.push_back(std::to_string(span.begin / millisecond) + "+"
            + std::to_string(span.duration / millisecond) + ":" + std::to_string(span.first));
    });
    return spans;
}

Accounting accountingOf(const RunRecord &record)
{
    return poolscope::accountingOf(record.timeline, conditionsOf(record, record.machine.cores));
}

std::string input(const LoadedRun &run, std::uint64_t index)
{
    return *run.record->inputs->text(index);
}

using JobLogTest = InterchangeTest;

TEST_F(JobLogTest, GivesEachJobTheLowestLaneThatIsFree)
{
    const LoadedRun run = jobs("1\t:\t100.000\t     0.050\t0\t3\t0\t0\tsleep 1\n"
                               "3\t:\t100.060\t     0.010\t0\t3\t0\t0\tsleep 3\n"
                               "2\t:\t100.010\t     0.100\t0\t3\t0\t0\tsleep\t2\n");
    ASSERT_EQ(run.record->timeline.workerCount(), 2U);
    EXPECT_THAT(lane(run, 0), ElementsAre("0+50:0", "60+10:2"));
    EXPECT_THAT(lane(run, 1), ElementsAre("10+100:1"));
    EXPECT_EQ(input(run, 1), "sleep\t2");
    EXPECT_EQ(run.record->timeline.succeeded(), 3U);
    EXPECT_EQ(run.record->timeline.makespan(), 110 * millisecond);
    EXPECT_EQ(run.info.description.startedAt, 100);
    EXPECT_EQ(originText(run.record->origin), "jobs.joblog, of GNU parallel");
    EXPECT_TRUE(run.file.empty());
}

TEST_F(JobLogTest, ALaneThatEndsEarlyHasNothingLeftToDo)
{
    const LoadedRun run = jobs("1\t:\t100.000\t     0.050\t0\t3\t0\t0\tsleep 1\n"
                               "2\t:\t100.000\t     0.100\t0\t3\t0\t0\tsleep 2\n");
    const Accounting all = accountingOf(*run.record);
    EXPECT_EQ(all.times[Cause::Tail], 50 * millisecond);
    EXPECT_EQ(all.times[Cause::Lost], 0U);
    EXPECT_EQ(all.times[Cause::Running], 150 * millisecond);
    const Verdict verdict = analyse(*run.record, 0).verdict;
    EXPECT_EQ(verdict.finding, Finding::Tail);
    EXPECT_THAT(verdictText(verdict), HasSubstr("The longest of 2 iterations took 100 ms"));
}

TEST_F(JobLogTest, TimeInWhichJobsStillBeganIsNoTail)
{
    // Job 3 was never finished: what its slot did meanwhile is not in the log.
    const LoadedRun run = jobs("1\t:\t100.0\t10\t0\t0\t0\t0\ta\n"
                               "2\t:\t100.0\t1\t0\t0\t0\t0\tb\n"
                               "4\t:\t110.0\t10\t0\t0\t0\t0\td\n"
                               "5\t:\t120.0\t10\t0\t0\t0\t0\te\n");
    constexpr std::uint64_t second = 1'000'000'000;
    const Accounting all = accountingOf(*run.record);
    EXPECT_EQ(all.times[Cause::Running], 31 * second);
    EXPECT_EQ(all.times[Cause::Idle], 19 * second);
    EXPECT_EQ(all.times[Cause::Tail], 10 * second);
    EXPECT_EQ(all.times.sum(), 60 * second);
    const Verdict verdict = analyse(*run.record, 0).verdict;
    EXPECT_EQ(verdict.finding, Finding::WorkersIdle);
    EXPECT_TRUE(verdict.advice.empty());
    EXPECT_THAT(verdictText(verdict), Not(HasSubstr("Put long inputs first")));
    EXPECT_EQ(run.record->inputCount, 5U);
    EXPECT_EQ(run.record->timeline.settled(), 4U);
    EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::MissingJobs), 1U);
    EXPECT_FALSE(run.record->outcomes->has(2));
    EXPECT_EQ(input(run, 3), "d");
}

TEST_F(JobLogTest, HasNoValuesAndNoCores)
{
    const LoadedRun run = jobs("2\t:\t100.0\t1\t0\t0\t0\t0\ta\n"
                               "1\t:\t100.0\t2\t0\t0\t0\t0\tb\n");
    EXPECT_TRUE(isImported(run.record->origin));
    EXPECT_FALSE(heldBackOf(*run.record));
    EXPECT_EQ(run.record->machine.cores, 0U);
    const auto written = exportOutcomes(*run.record, m_folder / "out.jsonl");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("jobs.joblog, of GNU parallel, which has none"));
    EXPECT_FALSE(fs::exists(m_folder / "out.jsonl"));
}

TEST_F(JobLogTest, ARetryIsTheSameCommandAfterAFailure)
{
    const auto counts = [&](const std::string &lines) {
        const LoadedRun run = jobs(lines);
        const Timeline &timeline = run.record->timeline;
        return std::array{std::uint64_t{run.record->inputCount}, timeline.succeeded(),
            timeline.failed(), timeline.attempts()};
    };
    using Counts = std::array<std::uint64_t, 4>;
    const std::string failed = "1\t:\t100.0\t1\t0\t0\t1\t0\tcp a\n";
    EXPECT_EQ(counts(failed + "1\t:\t200.0\t1\t0\t0\t0\t0\tcp a\n"), (Counts{1, 1, 0, 2}));
    EXPECT_EQ(counts("1\t:\t200.0\t1\t0\t0\t0\t0\tcp a\n" + failed), (Counts{1, 1, 0, 2}))
        << "in whatever order the lines are";
    EXPECT_EQ(counts(failed + "1\t:\t200.0\t1\t0\t0\t0\t0\tls\n"), (Counts{2, 1, 1, 2}));
    EXPECT_EQ(counts(failed + "1\t:\t100.5\t1\t0\t0\t0\t0\tcp a\n"), (Counts{2, 1, 1, 2}))
        << "it began while the other still ran";
    const std::string done = "1\t:\t100.0\t1\t0\t0\t0\t0\tls\n";
    EXPECT_EQ(counts(done + "1\t:\t200.0\t1\t0\t0\t0\t0\tls\n"), (Counts{2, 2, 0, 2}));
}

TEST_F(JobLogTest, AnotherRunFollowsTheOneBefore)
{
    const LoadedRun run = jobs("1\t:\t100.0\t1\t0\t0\t1\t0\ta\n"
                               "2\t:\t102.0\t1\t0\t0\t0\t0\tb\n"
                               "1\t:\t200.0\t1\t0\t0\t0\t0\tc\n"
                               "3\t:\t202.0\t1\t0\t0\t0\t0\td\n");
    ASSERT_EQ(run.record->inputCount, 5U);
    EXPECT_EQ(input(run, 1), "b");
    EXPECT_EQ(input(run, 2), "c");
    EXPECT_EQ(input(run, 4), "d");
    EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::MissingJobs), 1U);
}

TEST_F(JobLogTest, ReadsTheHeaderOfOlderVersions)
{
    const std::string older = "Seq\tHost\tStarttime\tRuntime\tSend\tReceive\tExitval\tSignal\t"
                              "Command\n1\t:\t100.0\t0.005\t0\t0\t0\t0\techo A\n";
    for (const char *name : {"old.joblog", "old.log"}) {
        const LoadedRun run = opened(name, older);
        EXPECT_THAT(lane(run, 0), ElementsAre("0+5:0")) << name;
    }
}

TEST_F(JobLogTest, ForgivesTheRoundingOfTimes)
{
    const LoadedRun run = jobs("1\t:\t100.000\t0.050\t0\t0\t0\t0\ta\n"
                               "2\t:\t100.049\t0.050\t0\t0\t0\t0\tb\n");
    ASSERT_EQ(run.record->timeline.workerCount(), 1U);
    EXPECT_THAT(lane(run, 0), ElementsAre("0+50:0", "50+50:1"));
    EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::Moved), 1U);
}

TEST_F(JobLogTest, JobsThatOverlapHaveLanesOfTheirOwn)
{
    const LoadedRun run = jobs("1\t:\t100.000\t0.050\t0\t0\t0\t0\ta\n"
                               "2\t:\t100.045\t0.050\t0\t0\t0\t0\tb\n"
                               "3\t:\t100.200\t0.001\t0\t0\t0\t0\tc\n"
                               "4\t:\t100.200\t0.001\t0\t0\t0\t0\td\n");
    ASSERT_EQ(run.record->timeline.workerCount(), 2U);
    EXPECT_THAT(lane(run, 0), ElementsAre("0+50:0", "200+1:2"));
    EXPECT_THAT(lane(run, 1), ElementsAre("45+50:1", "200+1:3"));
}

TEST_F(JobLogTest, KeepsHostsApart)
{
    const LoadedRun run = jobs("1\ta\t100.000\t0.050\t0\t0\t0\t0\tx\n"
                               "2\tb\t101.000\t0.050\t0\t0\t0\t0\ty\n"
                               "3\tb\t101.000\t0.050\t0\t0\t0\t0\tz\n");
    ASSERT_EQ(run.record->timeline.workerCount(), 3U);
    EXPECT_EQ(run.record->timeline.worker(1).identity().host, "b");
    EXPECT_THAT(
        std::get<ImportedFile>(run.record->origin).workerNames, ElementsAre("a", "b", "b (2)"));
}

TEST_F(JobLogTest, TellsFailuresAndWhatWasTriedAgain)
{
    const LoadedRun run = jobs("1\t:\t100.0\t0.5\t0\t0\t3\t0\tfalse\n"
                               "2\t:\t100.0\t0.5\t0\t0\t0\t9\tkilled\n"
                               "3\t:\t100.0\t0.5\t0\t0\t1\t0\tonce\n"
        + jobLogHeader + "3\t:\t200.0\t0.5\t0\t0\t0\t0\tonce\n");
    const Timeline &timeline = run.record->timeline;
    EXPECT_EQ(timeline.succeeded(), 1U);
    EXPECT_EQ(timeline.failed(), 2U);
    EXPECT_EQ(timeline.attempts(), 4U);
    const auto reason = [&](std::uint64_t index) {
        return std::string(run.record->outcomes->read(index)->view.failure.message);
    };
    EXPECT_EQ(reason(0), "ended with status 3");
    EXPECT_EQ(reason(1), "was killed by signal 9 (SIGKILL)");
    EXPECT_FALSE(run.record->outcomes->isFailure(2));
}

TEST_F(JobLogTest, WithoutJobsIsARunOfNothing)
{
    const LoadedRun run = jobs("");
    EXPECT_EQ(run.record->inputCount, 0U);
    EXPECT_EQ(run.record->timeline.workerCount(), 0U);
}

TEST_F(JobLogTest, LeavesOutLinesThatAreWrong)
{
    const std::string good = "1\t:\t100.0\t0.5\t0\t0\t0\t0\ta\n";
    std::vector<std::string> wrong{"2\t:\t100.0\n", "x\t:\t100.0\t0.5\t0\t0\t0\t0\ta\n",
        "2\t:\t100.0\t0.5\t0\t0\tx\t0\ta\n", "2\t:\t100.0\t0.5\t0\t0\t0\tx\ta\n",
        "2\t:\t9000000000.0\t0.5\t0\t0\t0\t0\ta\n"};
    for (const char *time : {"nan", "-1", "", "inf", "1e300", "99999999999999999999"}) {
        const std::string text(time);
        wrong.push_back("2\t:\t" + text + "\t0.5\t0\t0\t0\t0\ta\n");
        wrong.push_back("2\t:\t100.0\t" + text + "\t0\t0\t0\t0\ta\n");
    }
    for (const std::string &line : wrong) {
        const LoadedRun run = jobs(good + line + "2\t:\t101.0\t0.5\t0\t0\t0\t0\tb\n" + good);
        EXPECT_EQ(
            std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::UnreadableLines), 1U)
            << line;
        EXPECT_EQ(run.record->timeline.settled(), 3U) << line;
    }
}

TEST_F(JobLogTest, CutsALineThatIsLargerThanAnyCommand)
{
    const std::string good = "1\t:\t100.0\t0.5\t0\t0\t0\t0\ta\n";
    const std::string longLine =
        "2\t:\t101.0\t0.5\t0\t0\t0\t0\t" + std::string(UnpackedLines::longestLine, 'x') + "\n";
    gzFile file = gzopen((m_folder / "long.joblog.gz").c_str(), "wb1");
    for (const std::string &text :
        {jobLogHeader, good, longLine, std::string("3\t:\t102.0\t0.5\t0\t0\t0\t0\tc\n")})
        gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    const auto run = openRun(m_folder / "long.joblog.gz");
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(run->record->timeline.settled(), 2U);
    EXPECT_EQ(
        std::get<ImportedFile>(run->record->origin).notes.count(ImportNote::UnreadableLines), 1U);
    EXPECT_EQ(std::get<ImportedFile>(run->record->origin).notes.count(ImportNote::MissingJobs), 1U);
    EXPECT_EQ(input(*run, 2), "c");
}

TEST_F(JobLogTest, ALineOfManyColumnsIsNoHeader)
{
    const std::string many = "Seq\tStarttime\tJobRuntime\t" + std::string(300, '\t') + "Command\n";
    const LoadedRun run =
        jobs("1\t:\t100.0\t0.5\t0\t0\t0\t0\ta\n" + many + "2\t:\t101.0\t0.5\t0\t0\t0\t0\tb\n");
    EXPECT_EQ(run.record->timeline.settled(), 2U);
    EXPECT_EQ(
        std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::UnreadableLines), 1U);
}

TEST_F(JobLogTest, JobsWithoutALineAreInputsInProportionToTheLines)
{
    const auto line = [](int seq) {
        return std::to_string(seq) + "\t:\t100.0\t0.5\t0\t0\t0\t0\ta\n";
    };
    const LoadedRun few = jobs(line(1) + line(900));
    EXPECT_EQ(few.record->inputCount, 900U);
    EXPECT_EQ(
        std::get<ImportedFile>(few.record->origin).notes.count(ImportNote::MissingJobs), 898U);
    const LoadedRun far = jobs(line(1) + line(4'000'000));
    EXPECT_EQ(far.record->inputCount, 2U);
    EXPECT_EQ(std::get<ImportedFile>(far.record->origin).notes.count(ImportNote::MissingJobs),
        3'999'998U);
}

TEST_F(JobLogTest, NamesTheLineThatIsWrongIfNoneIsRight)
{
    EXPECT_THAT(problem("jobs.joblog", jobLogHeader + "2\t:\t100.0\n"),
        HasSubstr("line 2: it does not have the 9 columns"));
    EXPECT_THAT(problem("jobs.joblog", jobLogHeader + "1\t:\t100.0\t-1\t0\t0\t0\t0\ta\n"),
        HasSubstr("line 2: JobRuntime is not a duration"));
    EXPECT_THAT(problem("empty.joblog", ""), HasSubstr("is empty"));
    EXPECT_THAT(problem("other.joblog", "a\tb\n"), HasSubstr("this is not a job log"));
}

using TraceTest = InterchangeTest;

TEST_F(TraceTest, TakesArraysAndObjects)
{
    const std::string events = R"([{"ph":"X","name":"a","pid":7,"tid":1,"ts":1000,"dur":2000},
        {"ph":"X","name":"b","pid":7,"tid":"two","ts":1500.5,"dur":"500"}])";
    for (const std::string &text :
        {events, "{\"x\":[[{}]],\"traceEvents\":" + events + "}", "\xef\xbb\xbf " + events,
            events.substr(0, events.size() - 1), events.substr(0, events.size() - 1) + ",\n",
            events.substr(0, events.size() - 1) + ",\n]", "[," + events.substr(1),
            "{\"traceEvents\":" + events.substr(0, events.size() - 1) + ",]}"}) {
        const LoadedRun run = opened("trace.json", text);
        ASSERT_EQ(run.record->timeline.workerCount(), 2U) << text;
        EXPECT_THAT(lane(run, 0), ElementsAre("0+2:0"));
        EXPECT_THAT(lane(run, 1), ElementsAre("0+0:1"));
        EXPECT_EQ(input(run, 0), "a");
        EXPECT_EQ(run.record->timeline.worker(0).identity().pid, 7U);
        EXPECT_EQ(workerName(run.record->origin, WorkerId{2}), "thread two");
        EXPECT_EQ(run.record->timeline.settled(), 2U);
        EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::CutOff), 0U)
            << text;
    }
}

TEST_F(TraceTest, PairsBeginAndEndAndKeepsTheOutermost)
{
    const LoadedRun run = opened("trace.json", R"([
        {"ph":"E","pid":1,"tid":1,"ts":0},
        {"ph":"B","name":"outer","pid":1,"tid":1,"ts":1000},
        {"ph":"B","name":"inner","pid":1,"tid":1,"ts":2000},
        {"ph":"X","name":"inmost","pid":1,"tid":1,"ts":2500,"dur":100},
        {"ph":"E","pid":1,"tid":1,"ts":3000},
        {"ph":"E","pid":1,"tid":1,"ts":5000},
        {"ph":"X","name":"overlapping","pid":1,"tid":1,"ts":4000,"dur":3000},
        {"ph":"B","name":"open","pid":1,"tid":1,"ts":8000},
        {"ph":"i","name":"note","pid":1,"tid":1,"ts":10000},
        {"ph":"X","name":"last","pid":1,"tid":2,"ts":8000,"dur":4000},
        {"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"second"}}])");
    ASSERT_EQ(run.record->timeline.workerCount(), 3U);
    EXPECT_THAT(lane(run, 0), ElementsAre("0+4:0", "7+4:2"));
    EXPECT_THAT(lane(run, 1), ElementsAre("3+3:1"));
    EXPECT_THAT(lane(run, 2), ElementsAre("7+4:3"));
    EXPECT_EQ(input(run, 1), "overlapping");
    EXPECT_THAT(std::get<ImportedFile>(run.record->origin).workerNames,
        ElementsAre("thread 1", "thread 1 (2)", "second"));
    const ImportNotes &notes = std::get<ImportedFile>(run.record->origin).notes;
    EXPECT_EQ(notes.count(ImportNote::Nested), 2U);
    EXPECT_EQ(notes.count(ImportNote::OwnLane), 1U);
    EXPECT_EQ(notes.count(ImportNote::Unfinished), 1U);
    EXPECT_EQ(notes.count(ImportNote::EndsWithoutBegin), 1U);
    EXPECT_EQ(notes.count(ImportNote::WithoutDuration), 1U);
    EXPECT_EQ(notes.leftOut(), 4U);
    std::string log;
    for (const LogLine &line : run.record->log.entries(0).entries)
        log += line->text + "\n";
    EXPECT_THAT(log, HasSubstr("2 events lie within others"));
    EXPECT_THAT(log, HasSubstr("1 event overlaps"));
    EXPECT_THAT(log, HasSubstr("1 event does not end"));
    EXPECT_THAT(log, HasSubstr("1 end belongs to no event"));
}

TEST_F(TraceTest, WhatDoesNotEndGoesOnToTheLastTimeOfTheTrace)
{
    const std::string begin = R"({"ph":"B","name":"job","pid":1,"tid":2,"ts":1000})";
    for (const char *last : {R"({"ph":"i","name":"x","pid":1,"tid":2,"ts":9000,"s":"t"})",
             R"({"ph":"C","name":"mem","pid":1,"ts":9000,"args":{"a":1}})",
             R"({"ph":"E","pid":1,"tid":3,"ts":9000})", R"({"ph":"s","id":1,"pid":1,"ts":9000})",
             R"({"ph":"e","id":1,"pid":1,"ts":9000})"}) {
        const LoadedRun run = opened("trace.json", "[" + begin + "," + last + "]");
        EXPECT_THAT(lane(run, 0), ElementsAre("0+8:0")) << last;
    }
}

TEST_F(TraceTest, TimesThatCannotBeRightAreNotTheEndOfTheTrace)
{
    const std::string begin = R"({"ph":"B","name":"job","pid":1,"tid":2,"ts":1000},
        {"ph":"X","pid":1,"tid":1,"ts":2000,"dur":7000})";
    for (const char *far :
        {R"({"ph":"i","name":"x","pid":1,"tid":2,"ts":9e15})",
            R"({"ph":"X","pid":1,"tid":3,"ts":9e15,"dur":1})",
            R"({"ph":"X","pid":1,"tid":3,"ts":1,"dur":9e15})",
            R"({"ph":"B","pid":1,"tid":3,"ts":9e15})", R"({"ph":"E","pid":1,"tid":3,"ts":9e15})"}) {
        const LoadedRun run = opened("trace.json", "[" + begin + "," + far + "]");
        ASSERT_EQ(run.record->inputCount, 2U) << far;
        EXPECT_EQ(input(run, 0), "job") << far;
        EXPECT_EQ(run.record->timeline.makespan(), 8 * millisecond) << far;
        EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.leftOut(), 1U) << far;
        EXPECT_EQ(
            std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::Unfinished), 1U)
            << far;
    }
}

TEST_F(TraceTest, EventsThatAreWrongAreLeftOut)
{
    const std::string good = R"({"ph":"X","name":"good","pid":1,"tid":1,"ts":100,"dur":50})";
    for (const char *bad : {R"({"ph":"X","name":"bad","pid":1,"tid":2,"ts":300,"dur":-5})",
             R"({"ph":"B","pid":1,"tid":2,"ts":300},{"ph":"E","pid":1,"tid":2,"ts":299})",
             R"({"ph":"X","pid":1,"tid":2,"dur":5})", R"({"ph":"X","pid":1,"ts":null,"dur":5})",
             R"({"ph":"X","ts":1,"dur":"long"})", R"({"ph":"X","ts":NaN})",
             R"({"ph":"X","ts":1e999})", R"({"ph":"X","ts":99999999999999999999999})",
             R"({"ph":"X","ts":100,"dur":9e15})", R"({"ph":"X","ts":-9e15,"dur":1})", "null", "1",
             "[]", R"({"pid":1,"ts":3})", R"({"ph":"B","pid":1})", R"({"ph":"b","id":1})"}) {
        const LoadedRun run = opened("trace.json", "[" + good + "," + bad + "," + good + "]");
        EXPECT_EQ(run.record->inputCount, 1U) << bad;
        EXPECT_EQ(
            std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::UnreadableEvents),
            1U)
            << bad;
        EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::Nested), 1U)
            << bad;
    }
}

TEST_F(TraceTest, EventsMayComeInAnyOrder)
{
    const LoadedRun run = opened("trace.json", R"([{"ph":"E","pid":1,"tid":1,"ts":9000},
        {"ph":"B","name":"second","pid":1,"tid":1,"ts":5000},
        {"ph":"E","pid":1,"tid":1,"ts":4000},{"ph":"B","name":"first","pid":1,"tid":1,"ts":1000}])");
    EXPECT_THAT(lane(run, 0), ElementsAre("0+3:0", "4+4:1"));
    EXPECT_EQ(input(run, 0), "first");
    EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.leftOut(), 0U);
}

TEST_F(TraceTest, PutsRightWhatWritersGetWrong)
{
    for (const std::string &name : {std::string("a\nb"), std::string("C:\\path"),
             std::string("\xe9t\xe9"), std::string("\\ud800x"), std::string(5000, 'x')}) {
        const LoadedRun run = opened("trace.json",
            R"([{"ph":"X","name":")" + name
                + R"(","pid":1,"tid":1,"ts":0,"dur":50,"args":{"loss":NaN,"low":-Infinity}}
            {"ph":"X","name":"next","pid":1,"tid":1,"ts":100,"dur":5,}])");
        ASSERT_EQ(run.record->inputCount, 2U) << name;
        EXPECT_EQ(input(run, 1), "next");
        EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.leftOut(), 0U) << name;
    }
    const LoadedRun run = opened("trace.json", "[{\"ph\":\"X\",\"ts\":0,\"name\":\"a\nb\xff\"}]");
    EXPECT_EQ(input(run, 0), "a\nb\xef\xbf\xbd");
}

TEST_F(TraceTest, CutsWhatIsLargerThanAnyTextOfAnEvent)
{
    const std::string quoted =
        R"({"ph":"X","ts":50,"dur":1,"name":"next"},{"ph":"X","ts":100,"name":"last"}])";
    for (const std::string &piece : {std::string("x"), std::string("\\\""), std::string("\\u00e9"),
             std::string("\xc3\xa9"), std::string("\\\\")}) {
        std::string name;
        while (name.size() < JsonFeed::longestString + (1U << 20))
            name += piece;
        for (const std::string &event : {R"({"ph":"X","ts":0,"dur":1,"name":")" + name + R"("},)",
                 R"({"ph":"X","ts":0,"dur":1,"args":{")" + name + R"(":1}},)"}) {
            const LoadedRun run = opened("trace.json", "[" + event + quoted);
            ASSERT_EQ(run.record->inputCount, 3U) << piece;
            EXPECT_LE(input(run, 0).size(), JsonFeed::longestString + (1U << 17)) << piece;
            EXPECT_EQ(input(run, 1), "next") << piece;
            EXPECT_EQ(input(run, 2), "last") << piece;
            EXPECT_EQ(
                std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::CutOff), 1U)
                << piece;
        }
    }
    const std::string longest(JsonFeed::longestString, 'x');
    const LoadedRun whole =
        opened("trace.json", R"([{"ph":"X","ts":0,"dur":1,"name":")" + longest + "\"}," + quoted);
    EXPECT_TRUE(input(whole, 0) == longest);
    EXPECT_EQ(std::get<ImportedFile>(whole.record->origin).notes.count(ImportNote::CutOff), 0U);
}

TEST_F(TraceTest, CutsObjectsOfManyMembers)
{
    std::string members;
    for (std::size_t i = 0; i <= TraceMembers::most; ++i)
        members.append("\"").append(std::to_string(i)).append("\":1,");
    const LoadedRun run = opened("trace.json",
        R"([{"ph":"X","ts":0,"dur":1,"args":{)" + members + R"(}},{"ph":"X","ts":50}])");
    EXPECT_EQ(run.record->inputCount, 2U);
    EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::CutOff), 1U);
}

TEST_F(TraceTest, ShowsWhatComesBeforeDamage)
{
    const std::string events = R"({"traceEvents":[{"ph":"X","ts":1,"dur":5},{"ph":"X","ts":9)";
    for (const std::string &text : {events, events + "}] nonsense : }", events + "}"}) {
        const LoadedRun run = opened("trace.json", text);
        EXPECT_GE(run.record->inputCount, 1U) << text;
        EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::CutOff), 1U)
            << text;
    }
}

TEST_F(TraceTest, AsynchronousEventsHaveALaneForEachThatOverlaps)
{
    const LoadedRun run = opened("trace.json", R"([
        {"ph":"b","cat":"r","id":1,"name":"first","pid":1,"tid":1,"ts":0},
        {"ph":"b","cat":"r","id":"0x2","name":"second","pid":1,"tid":1,"ts":2000},
        {"ph":"b","cat":"r","id":1,"name":"part","pid":1,"tid":1,"ts":3000},
        {"ph":"e","cat":"r","id":1,"name":"part","pid":1,"tid":1,"ts":4000},
        {"ph":"e","cat":"r","id":1,"name":"first","pid":1,"tid":2,"ts":5000},
        {"ph":"e","cat":"r","id":"0x2","pid":1,"tid":1,"ts":7000},
        {"ph":"n","cat":"r","id":"0x2","pid":1,"tid":1,"ts":7000},
        {"ph":"b","cat":"r","id2":{"local":"7"},"name":"mine","pid":1,"ts":8000},
        {"ph":"b","cat":"r","id2":{"local":"7"},"name":"yours","pid":2,"ts":8000},
        {"ph":"e","cat":"r","id2":{"local":"7"},"pid":1,"ts":9000},
        {"ph":"e","cat":"r","id2":{"local":"7"},"pid":2,"ts":12000},
        {"ph":"S","cat":"old","id":1,"name":"x","pid":2,"ts":20000},
        {"ph":"F","cat":"old","id":1,"name":"x","pid":2,"ts":21000}])");
    ASSERT_EQ(run.record->timeline.workerCount(), 4U);
    EXPECT_THAT(lane(run, 0), ElementsAre("0+5:0", "8+1:2"));
    EXPECT_THAT(lane(run, 1), ElementsAre("2+5:1"));
    EXPECT_THAT(lane(run, 2), ElementsAre("8+4:3"));
    EXPECT_THAT(lane(run, 3), ElementsAre("20+1:4"));
    EXPECT_THAT(std::get<ImportedFile>(run.record->origin).workerNames,
        ElementsAre("process 1 \u00b7 r", "process 1 \u00b7 r (2)", "process 2 \u00b7 r",
            "process 2 \u00b7 old"));
    EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::Nested), 1U);
    EXPECT_EQ(
        std::get<ImportedFile>(run.record->origin).notes.count(ImportNote::WithoutDuration), 1U);
}

TEST_F(TraceTest, LanesHaveTheNamesAndTheOrderOfProcessesAndThreads)
{
    const auto event = [](int pid, const char *more) {
        return ",{\"ph\":\"X\",\"ts\":1,\"dur\":5,\"pid\":" + std::to_string(pid) + more + "}";
    };
    const auto name = [](int pid, const char *what, const std::string &arguments) {
        return ",{\"ph\":\"M\",\"tid\":1,\"pid\":" + std::to_string(pid) + ",\"name\":\"" + what
            + "\",\"args\":{" + arguments + "}}";
    };
    const LoadedRun run = opened("trace.json",
        "[" + event(10, ",\"tid\":1") + event(11, ",\"tid\":1") + event(11, ",\"tid\":5")
            + event(12, "") + event(13, "") + name(10, "process_name", "\"name\":\"PoolWorker-0\"")
            + name(11, "process_name", "\"name\":\"PoolWorker-1\"")
            + name(12, "process_name", "\"name\":\"host-a\"")
            + name(10, "thread_name", "\"name\":\"MainThread\"")
            + name(11, "thread_name", "\"name\":\"MainThread\"")
            + name(10, "process_sort_index", "\"sort_index\":7") + "]");
    const auto names = ElementsAre("PoolWorker-1 \u00b7 MainThread", "PoolWorker-1 \u00b7 thread 5",
        "host-a", "process 13", "PoolWorker-0 \u00b7 MainThread");
    EXPECT_THAT(std::get<ImportedFile>(run.record->origin).workerNames, names);
    ASSERT_TRUE(writeChromeTrace(*run.record, m_folder / "again.json"));
    const auto again = openRun(m_folder / "again.json");
    ASSERT_TRUE(again);
    EXPECT_THAT(std::get<ImportedFile>(again->record->origin).workerNames, names);
}

TEST_F(TraceTest, AProcessMayBeNamedByItsPid)
{
    const LoadedRun run = opened(
        "trace.json", R"([{"ph":"X","ts":1,"dur":5,"pid":"Node 10.0.0.1","tid":"worker:8a3"}])");
    EXPECT_THAT(std::get<ImportedFile>(run.record->origin).workerNames,
        ElementsAre("Node 10.0.0.1 \u00b7 thread worker:8a3"));
}

TEST_F(TraceTest, TheSummaryCountsWhatIsLeftOut)
{
    const LoadedRun run = opened("trace.json",
        R"([{"ph":"X","ts":0,"dur":9},{"ph":"X","ts":1,"dur":2},{"ph":"i","ts":3},7])");
    EXPECT_EQ(std::get<ImportedFile>(run.record->origin).notes.leftOut(), 3U);
    const auto summary = nlohmann::json::parse(summaryJson(*run.record, {}));
    EXPECT_EQ(summary["import"]["left_out"], 3);
    EXPECT_EQ(summary["import"]["nested"], 1);
}

TEST_F(TraceTest, AProcessWhoseThreadsAreAllTheLanesDoesNotNameThem)
{
    const LoadedRun run = opened("trace.json",
        R"([{"ph":"X","ts":1,"dur":5,"pid":1,"tid":1},{"ph":"X","ts":1,"dur":5,"pid":1,"tid":2},
        {"ph":"M","name":"process_name","pid":1,"args":{"name":"python"}},
        {"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"second"}}])");
    EXPECT_THAT(std::get<ImportedFile>(run.record->origin).workerNames,
        ElementsAre("python \u00b7 thread 1", "second"));
}

TEST_F(TraceTest, MayBeAGzipFile)
{
    const auto compressed = [&](const std::string &name, const std::string &text) {
        gzFile file = gzopen((m_folder / name).c_str(), "wb");
        gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
        gzclose(file);
        return m_folder / name;
    };
    const std::string event = R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":0,"dur":5000})";
    const auto trace = openRun(compressed("trace.json.gz", "[" + event + "]"));
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_THAT(lane(*trace, 0), ElementsAre("0+5:0"));
    const auto log =
        openRun(compressed("log.gz", jobLogHeader + "1\t:\t100.0\t0.5\t0\t0\t0\t0\ta\n"));
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_THAT(lane(*log, 0), ElementsAre("0+500:0"));

    std::string many = "[";
    for (int i = 0; i < 10'000; ++i)
        many += R"({"ph":"X","dur":1,"ts":)" + std::to_string(i * 7 % 10'007) + "},\n";
    compressed("whole.gz", many + "]");
    const std::string bytes = read("whole.gz");
    const auto cut = openRun(write("cut.json.gz", bytes.substr(0, bytes.size() / 2)));
    ASSERT_TRUE(cut) << cut.error().message;
    EXPECT_GT(cut->record->inputCount, 100U);
    EXPECT_EQ(std::get<ImportedFile>(cut->record->origin).notes.count(ImportNote::CutOff), 1U);
    EXPECT_EQ(std::get<ImportedFile>(cut->record->origin).notes.linesOfShown().back(),
        "part of the file is missing or cannot be read");
}

TEST_F(InterchangeTest, OtherFilesAreRefusedByWhatTheyAre)
{
    const std::string table = "a,b\n1,2\n";
    for (const auto &[name, text, what] : {std::tuple{"t.csv", table, "a table of text"},
             {".ninja_log", std::string("# ninja log v5\n1\t371\t15917\ta.o\ta231\n"), "ninja"},
             {"t.txt", std::string("hello\n"), "a text file"},
             {"t.zst", std::string("\x28\xb5\x2f\xfd\x04"), "zstd"},
             {"t.json", std::string("\xff\xfe[\0", 4), "UTF-16"},
             {"t.bin", std::string("\1\2\3\4"), "a binary file"}}) {
        EXPECT_THAT(problem(name, text), HasSubstr(what));
        EXPECT_THAT(problem(name, text), HasSubstr("can be opened"));
        EXPECT_THAT(problem(name, text), Not(HasSubstr("database")));
    }
}

TEST_F(TraceTest, TellsWhereItIsMalformed)
{
    const auto problemOf = [&](const std::string &text) {
        return problem("trace.json", text);
    };
    const std::string deep(100'000, '[');
    EXPECT_THAT(problemOf("[{\"ph\":\"X\",\"ts\":NaN}]"), HasSubstr("nothing to show"));
    EXPECT_THAT(problemOf("[{\"ph\":\"X\"}]"), HasSubstr("nothing to show"));
    EXPECT_THAT(problemOf("[{\"ph\":\"X\",\"ts\":0,\"dur\":2e15}]"), HasSubstr("18 years"));
    EXPECT_THAT(problemOf("[1]"), HasSubstr("nothing to show"));
    EXPECT_THAT(problemOf("{}"), HasSubstr("no traceEvents"));
    EXPECT_THAT(problemOf("{\"traceEvents\":"), HasSubstr("ends too early"));
    EXPECT_THAT(problemOf("[{\"ph\":\"X\" \"ts\" : : 3"), HasSubstr("byte 21: this is not JSON"));
    EXPECT_THAT(problemOf("[]"), HasSubstr("nothing to show"));
    EXPECT_THAT(problemOf("[{\"ph"), HasSubstr("ends too early"));
    EXPECT_THAT(problemOf(deep), HasSubstr("ends too early"));
    EXPECT_THAT(problemOf("{\"a\":" + deep), HasSubstr("ends too early"));
}

/// A run of two workers in which one input fails, one is tried again and a worker dies.
class OwnTraceTest : public InterchangeTest {
protected:
    void SetUp() override
    {
        InterchangeTest::SetUp();
        specOf(m_record.origin)->input = RangeInput{0, 10};
        specOf(m_record.origin)->task = BuiltinTask{"sqrt", {}};
        m_record.inputCount = 10;
        m_record.outcomes = std::move(*OutcomeStore::make(10, OutcomeStore::Keep::All));
        m_record.inputs = std::move(*openInput(specOf(m_record.origin)->input));
        Recorder pool(m_record.timeline, *m_record.outcomes, m_record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) { FAIL(); });
        for (const WorkerId worker : {WorkerId{1}, WorkerId{2}}) {
            pool.take(event::WorkerChanged{worker, WorkerState::Starting, 10});
            pool.take(event::WorkerChanged{worker, WorkerState::Ready, 100});
            pool.take(event::WorkerIntroduced{worker, {40 + numberOf(worker), "host", "python"}});
            pool.take(event::WorkerCostSeen{worker,
                {5000, 70, 1 << 20, 60, 3000, 50, 3, 20,
                    {{800, 700, 1 << 10}, worker == WorkerId{2}}}});
        }
        pool.take(event::CoordinatorCostSeen{{900, 400, 30}});
        m_record.machine.cores = 6;
        pool.take(event::FirstDispatched{1000});
        pool.take(event::SpanDone{WorkerId{1}, {1100, 50, 0, 4}});
        pool.take(event::SpanDone{WorkerId{1}, {1160, 51, 4, 1}});
        pool.take(event::ChunkDone{WorkerId{1}, {1000, 1050, 0, 0, 1300, 1400, 2}});
        done(pool, {0, 5}, WorkerId{1}, 1400);
        pool.take(event::SpanDone{
            WorkerId{2}, {1200, 7, 5, 1}}); // of a chunk that its worker's death cuts short
        done(pool, {5, 1}, WorkerId{2}, 1500);
        pool.take(event::WorkerChanged{WorkerId{2}, WorkerState::Dead, 1600});
        pool.take(event::WorkerChanged{WorkerId{2}, WorkerState::Starting, 1700});
        pool.take(event::WorkerChanged{WorkerId{2}, WorkerState::Ready, 1800});
        OutcomeView lost;
        lost.kind = OutcomeKind::Failure;
        lost.failure = {failureQuarantined, {}, "killed", "\"quoted\" \xff"};
        pool.take(event::OutcomeDone{6, lost, WorkerId{2}, 1900, event::Attempt::Lost});
        pool.take(event::PoolPaused{1950});
        pool.take(event::PoolResumed{1960});
        pool.take(event::ProgramStopped{1970, 1980});
        pool.take(event::AttemptFailed{7, WorkerId{2}, 2100});
        pool.take(event::SpanDone{WorkerId{2}, {2000, 10, 7, 1}});
        pool.take(event::SpanDone{WorkerId{2}, {2200, 10, 7, 1}});
        pool.take(event::ChunkDone{WorkerId{2}, {1990, 1991, 0, 0, 2220, 2230, 2}});
        done(pool, {7, 1}, WorkerId{2}, 2230);
        OutcomeView failed;
        failed.kind = OutcomeKind::Failure;
        failed.failure = {failureException, "ValueError", "no 8", "traceback"};
        pool.take(event::OutcomeDone{8, failed, WorkerId{1}, 2400});
        pool.take(event::SpanDone{WorkerId{1}, {2300, 10, 8, 1}});
        pool.take(event::SpanDone{WorkerId{1}, {2500, 10, 9, 1}});
        pool.take(event::ChunkDone{WorkerId{1}, {2290, 2291, 0, 0, 2600, 2700, 2}});
        done(pool, {9, 1}, WorkerId{1}, 2700);
        pool.take(event::PoolResized{1, 2800});
        pool.take(event::WorkerChanged{WorkerId{2}, WorkerState::Gone, 2900});
        const auto written = writeChromeTrace(m_record, m_folder / "own.json");
        ASSERT_TRUE(written) << written.error().message;
    }

    static void done(Recorder &pool, IndexRange indices, WorkerId worker, std::uint64_t time)
    {
        OutcomeView value;
        value.kind = OutcomeKind::Real;
        for (std::uint64_t index = indices.first; index < indices.end(); ++index)
            pool.take(event::OutcomeDone{index, value, worker, time});
    }

    RunRecord m_record;
};

TEST_F(OwnTraceTest, OpensLikeAnyTraceWithTheSpansLanesAndNames)
{
    const auto run = openRun(m_folder / "own.json");
    ASSERT_TRUE(run) << run.error().message;
    const Timeline &before = m_record.timeline;
    const Timeline &after = run->record->timeline;
    EXPECT_EQ(originText(run->record->origin), "own.json, a trace");
    EXPECT_THAT(std::get<ImportedFile>(run->record->origin).workerNames,
        ElementsAre("worker 1", "worker 2"));
    ASSERT_EQ(after.workerCount(), before.workerCount());
    const std::uint64_t firstBegin = before.worker(0).lane().span(0).begin;
    constexpr std::uint64_t start = 1; // of an imported run
    for (std::size_t i = 0; i < before.workerCount(); ++i) {
        const Lane &a = before.worker(i).lane();
        const Lane &b = after.worker(i).lane();
        ASSERT_EQ(b.size(), a.size());
        for (std::size_t j = 0; j < a.size(); ++j) {
            EXPECT_EQ(b.span(j).begin, a.span(j).begin - firstBegin + start);
            EXPECT_EQ(b.span(j).duration, a.span(j).duration);
            const Span &span = a.span(j);
            EXPECT_EQ(*run->record->inputs->text(b.span(j).first),
                span.count == 1 ? "input " + std::to_string(span.first) : "inputs 0 to 3");
        }
    }
}

TEST_F(OwnTraceTest, ARunThatWasReadFromATraceGivesTheSameTraceAgain)
{
    const auto first = openRun(m_folder / "own.json");
    ASSERT_TRUE(first);
    ASSERT_TRUE(writeChromeTrace(*first->record, m_folder / "again.json"));
    const auto again = openRun(m_folder / "again.json");
    ASSERT_TRUE(again);
    EXPECT_EQ(std::get<ImportedFile>(again->record->origin).workerNames,
        std::get<ImportedFile>(first->record->origin).workerNames);
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(lane(*again, i), lane(*first, i));
    EXPECT_EQ(input(*again, 0), "inputs 0 to 3");
    EXPECT_EQ(again->record->timeline.makespan(), first->record->timeline.makespan());
}

TEST_F(OwnTraceTest, IsWhatViewersTake)
{
    const auto json = nlohmann::json::parse(read("own.json"));
    std::map<std::string, int> phases;
    for (const auto &event : json["traceEvents"]) {
        ++phases[event["ph"].get<std::string>()];
        EXPECT_TRUE(event.contains("name") && event.contains("pid") && event.contains("tid"));
        EXPECT_TRUE(event["ph"] == "M" || event["ts"].is_number());
        EXPECT_EQ(event["ph"] == "X", event.contains("dur"));
    }
    EXPECT_EQ(phases["X"], 7);
    EXPECT_EQ(phases["s"], 3);
    EXPECT_EQ(phases["t"], 3);
    EXPECT_EQ(phases["f"], 3);
    const std::size_t sentAndDecoded = 3 * 2;
    EXPECT_EQ(
        static_cast<std::size_t>(phases["i"]), m_record.timeline.marks().size() + sentAndDecoded);
    EXPECT_GT(phases["C"], 0);
}

/// Each is refused or read; none is a crash.
TEST_F(OwnTraceTest, TakesAnyDamage)
{
    const std::string whole = read("own.json");
    for (std::size_t length = 0; length < whole.size(); length += 7)
        (void)openRun(write("cut.json", whole.substr(0, length)));
    for (const char *hostile : {"0", "-1", "18446744073709551615", "9223372036854775807", "1e300",
             "1152921504606846976", "\"x\"", "null", "4294967296"}) {
        for (const char *name : {"\"ts\":", "\"dur\":", "\"pid\":", "\"tid\":", "\"id\":",
                 "\"sort_index\":", "\"name\":", "\"ph\":"}) {
            for (std::size_t at = whole.find(name); at != std::string::npos;
                 at = whole.find(name, at + 1)) {
                const std::size_t begin = at + std::string_view(name).size();
                const std::size_t end = whole.find_first_of(",}", begin);
                const std::string text = whole.substr(0, begin) + hostile + whole.substr(end);
                const auto run = openRun(write("hostile.json", text));
                const std::string said = run ? std::string() : run.error().message;
                EXPECT_THAT(said, Not(HasSubstr("\n"))) << text;
                at = whole.find('\n', at); // one of each line is enough
                if (at == std::string::npos)
                    break;
            }
        }
    }
}

TEST(HtmlReport, EscapesWhateverItIsGiven)
{
    ReportData report;
    report.title = "<script>alert(1)</script>";
    ReportSection section;
    section.heading = "a & b";
    section.lines = {"\x1b[31mred\xff\x00", "\"quoted\""};
    section.table.columns = {{"<b>"}};
    section.table.rows = {{"</td>"}};
    report.sections.push_back(section);
    const std::string html = htmlReport(report);
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_THAT(html, HasSubstr("a &amp; b"));
    EXPECT_THAT(html, HasSubstr("&lt;/td&gt;"));
    EXPECT_THAT(html, Not(HasSubstr("\x1b")));
    EXPECT_THAT(html, Not(HasSubstr("\xff")));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
}

} // namespace
} // namespace poolscope
