// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/whatif.h"
#include "record/recorder.h"
#include "report/chartdata.h"
#include "report/outcomeexport.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <sstream>
#include <unistd.h>

namespace poolscope {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::uint64_t oneSecond = 1'000'000'000;

/// A record that is filled as the pool fills it, and a folder to write to.
class RecordFileTest : public testing::Test {
protected:
    void SetUp() override
    {
        m_folder =
            fs::temp_directory_path() / ("poolscope-chartdata-" + std::to_string(::getpid()));
        fs::create_directory(m_folder);
    }
    void TearDown() override { fs::remove_all(m_folder); }

    void begin(std::uint64_t count)
    {
        m_record.inputCount = count;
        m_record.outcomes = std::move(*OutcomeStore::make(count, OutcomeStore::Keep::All));
        m_recorder.emplace(m_record.timeline, *m_record.outcomes, m_record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) { FAIL(); });
    }

    fs::path path(const std::string &name) const { return m_folder / name; }
    std::vector<std::string> names() const
    {
        std::vector<std::string> names;
        for (const auto &entry : fs::directory_iterator(m_folder))
            names.push_back(entry.path().filename());
        return names;
    }
    std::string contents(const std::string &name) const
    {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    RunRecord m_record;
    std::optional<Recorder> m_recorder;
    fs::path m_folder;
};

template <typename T> std::string messageOf(const Result<T> &result)
{
    return result ? "" : result.error().message;
}

using Rows = std::vector<std::vector<std::string>>;

/// The fields of lines that quote nothing.
Rows rowsOf(const std::string &text)
{
    Rows rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        rows.emplace_back();
        for (std::string field; std::getline(fields, field, ',');)
            rows.back().push_back(field);
    }
    return rows;
}

std::uint64_t nanoseconds(const std::string &seconds)
{
    const std::size_t point = seconds.find('.');
    EXPECT_EQ(seconds.size() - point, 10U) << seconds;
    return std::stoull(seconds.substr(0, point)) * oneSecond
        + std::stoull(seconds.substr(point + 1));
}

class ChartDataTest : public RecordFileTest {
protected:
    struct Recorded {
        WorkerId worker;
        Span span;
    };

    void span(WorkerId worker, const Span &span)
    {
        m_recorder->take(event::SpanDone{worker, span});
        m_spans.push_back({worker, span});
        m_iterations += span.count;
    }

    /// Workers that take turns; some spans are too short for the clock.
    void work(int spans, std::uint64_t longest)
    {
        std::mt19937_64 random(17);
        std::array<std::uint64_t, 3> clocks{};
        for (int i = 0; i < spans; ++i) {
            const std::size_t worker = random() % clocks.size();
            Span next;
            next.begin = clocks[worker] + random() % longest;
            next.duration = random() % 4 == 0 ? 0 : random() % longest;
            next.first = m_iterations;
            next.count = 1 + random() % 50;
            clocks[worker] = next.begin + next.duration;
            span(workerOf(worker), next);
        }
        for (WorkerId worker{1}; worker <= WorkerId{3}; ++worker)
            span(worker, {clocks[laneOf(worker)], 0, m_iterations, 1});
    }

    Rows write(ChartKind kind)
    {
        EXPECT_EQ(messageOf(writeChartData(kind, m_record, path("out.csv"))), "");
        const std::string text = contents("out.csv");
        EXPECT_EQ(text.back(), '\n');
        EXPECT_EQ(text.find('\r'), std::string::npos);
        return rowsOf(text);
    }

    std::vector<Recorded> m_spans;
    std::uint64_t m_iterations = 0;
};

TEST_F(ChartDataTest, KindsHaveNames)
{
    for (std::uint8_t i = 0; i < chartKindCount; ++i) {
        const auto kind = static_cast<ChartKind>(i);
        EXPECT_EQ(chartCalled(chartName(kind)), kind);
    }
    EXPECT_EQ(chartName(ChartKind::Completion), "completion");
    EXPECT_EQ(chartCalled("Workers"), std::nullopt);
    EXPECT_EQ(chartCalled(""), std::nullopt);
}

TEST_F(ChartDataTest, WorkersHaveALineForEachSpan)
{
    begin(1'000'000);
    work(2000, 3'000'000);
    span(WorkerId{2}, {7 * oneSecond, 5 * oneSecond, m_iterations, 9});
    const Rows rows = write(ChartKind::Workers);
    EXPECT_THAT(rows[0], ElementsAre("worker", "begin_s", "duration_s", "first_index", "count"));
    ASSERT_EQ(rows.size(), m_spans.size() + 1);
    std::size_t row = 1;
    for (WorkerId worker{1}; worker <= WorkerId{3}; ++worker) {
        for (const Recorded &recorded : m_spans) {
            if (recorded.worker != worker)
                continue;
            ASSERT_EQ(rows[row][0], std::to_string(numberOf(worker)));
            ASSERT_EQ(nanoseconds(rows[row][1]), recorded.span.begin);
            ASSERT_EQ(nanoseconds(rows[row][2]), recorded.span.duration);
            ASSERT_EQ(rows[row][3], std::to_string(recorded.span.first));
            ASSERT_EQ(rows[row][4], std::to_string(recorded.span.count));
            ++row;
        }
    }
    EXPECT_EQ(rows[rows.size() - 1
                  - static_cast<std::size_t>(std::count_if(m_spans.begin(), m_spans.end(),
                      [](const Recorded &r) { return r.worker == WorkerId{3}; }))][1],
        "7.000000000");
}

TEST_F(ChartDataTest, CompletionHasEveryInputOnceInTheOrderOfFinishing)
{
    begin(1'000'000);
    work(5000, 3'000'000);
    const Rows rows = write(ChartKind::Completion);
    EXPECT_THAT(rows[0], ElementsAre("rank", "index", "worker", "finished_s"));
    ASSERT_EQ(rows.size(), m_iterations + 1);
    std::vector<const Recorded *> ranOn(m_iterations);
    for (const Recorded &recorded : m_spans) {
        for (std::uint64_t i = 0; i < recorded.span.count; ++i)
            ranOn[recorded.span.first + i] = &recorded;
    }
    std::uint64_t before = 0;
    for (std::uint64_t rank = 0; rank < m_iterations; ++rank) {
        const auto &row = rows[rank + 1];
        ASSERT_EQ(row[0], std::to_string(rank));
        const std::uint64_t index = std::stoull(row[1]);
        ASSERT_LT(index, m_iterations);
        ASSERT_TRUE(ranOn[index]) << "twice: " << index;
        ASSERT_EQ(row[2], std::to_string(numberOf(ranOn[index]->worker)));
        ASSERT_EQ(nanoseconds(row[3]), ranOn[index]->span.begin + ranOn[index]->span.duration);
        ASSERT_GE(nanoseconds(row[3]), before);
        before = nanoseconds(row[3]);
        ranOn[index] = nullptr;
    }
}

/// By the length of the longest span, in nanoseconds.
class RateDataTest : public ChartDataTest, public testing::WithParamInterface<std::uint64_t> { };

TEST_P(RateDataTest, CountsAddUpToTheIterations)
{
    begin(1'000'000);
    work(1500, GetParam());
    const Rows rows = write(ChartKind::Rate);
    EXPECT_THAT(
        rows[0], ElementsAre("begin_s", "duration_s", "pool", "worker_1", "worker_2", "worker_3"));
    EXPECT_LE(rows.size(), 1002U);
    EXPECT_GE(rows.size(), 400U);
    std::uint64_t time = 0;
    std::array<double, 4> sums{};
    for (std::size_t i = 1; i < rows.size(); ++i) {
        ASSERT_EQ(nanoseconds(rows[i][0]), time);
        time += nanoseconds(rows[i][1]);
        for (std::size_t column = 0; column < sums.size(); ++column)
            sums[column] += std::stod(rows[i][column + 2]);
    }
    std::array<double, 4> expected{};
    for (const Recorded &recorded : m_spans) {
        expected[0] += static_cast<double>(recorded.span.count);
        expected[numberOf(recorded.worker)] += static_cast<double>(recorded.span.count);
        ASSERT_LE(recorded.span.begin + recorded.span.duration, time);
    }
    for (std::size_t column = 0; column < sums.size(); ++column)
        EXPECT_NEAR(sums[column], expected[column], 1e-3) << column;
}

INSTANTIATE_TEST_SUITE_P(Spans, RateDataTest, testing::Values(2, 10, 1000, 3'000'000),
    testing::PrintToStringParamName());

TEST_F(ChartDataTest, LatencyHasEveryIterationOnceByWorker)
{
    begin(1'000'000);
    work(3000, 3'000'000);
    const Rows rows = write(ChartKind::Latency);
    EXPECT_THAT(rows[0], ElementsAre("worker", "from_s", "to_s", "iterations"));
    const auto toNanoseconds = [](const std::string &seconds) {
        return std::round(std::stod(seconds) * 1e9 * 65536) / 65536; // ends of bars are such
    };
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const unsigned long worker = std::stoul(rows[i][0]);
        const double from = toNanoseconds(rows[i][1]);
        const double to = toNanoseconds(rows[i][2]);
        std::uint64_t expected = 0;
        for (const Recorded &recorded : m_spans) {
            const double each = static_cast<double>(recorded.span.duration)
                / static_cast<double>(recorded.span.count);
            const bool counts = worker == 0 || worker == numberOf(recorded.worker);
            expected += counts && each >= from && each < to ? recorded.span.count : 0;
        }
        ASSERT_EQ(rows[i][3], std::to_string(expected)) << i;
        ASSERT_GT(expected, 0U);
    }
    std::array<std::uint64_t, 2> sums{}; // of the pool, and of its workers
    for (std::size_t i = 1; i < rows.size(); ++i)
        sums[rows[i][0] == "0" ? 0 : 1] += std::stoull(rows[i][3]);
    EXPECT_THAT(sums, ElementsAre(m_iterations, m_iterations));
}

TEST_F(ChartDataTest, WhatIfHasWhatAReplayWithEachNumberOfWorkersTakes)
{
    begin(1'000'000);
    specOf(m_record.origin)->pool.chunk = 3;
    specOf(m_record.origin)->pool.window = 1;
    work(500, 3'000'000);
    const Rows rows = write(ChartKind::WhatIf);
    EXPECT_THAT(rows[0],
        ElementsAre(
            "workers", "makespan_s", "lower_bound_s", "start_up_s", "shortest_s", "longest_s"));
    const RecordedWork work = recordedWork(m_record.timeline, m_record.machine.cores);
    std::uint32_t before = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const auto workers = static_cast<std::uint32_t>(std::stoul(rows[i][0]));
        ASSERT_GT(workers, before);
        before = workers;
        const auto run = replay(work, {workers, {3, 1}});
        ASSERT_DOUBLE_EQ(std::stod(rows[i][1]), run->makespan / 1e9);
        ASSERT_DOUBLE_EQ(std::stod(rows[i][2]), run->lowerBound / 1e9);
    }
    EXPECT_EQ(before, maxWorkers);
}

TEST_F(ChartDataTest, ARecordWithNothingHasOnlyALine)
{
    begin(10);
    EXPECT_EQ(write(ChartKind::Workers).size(), 1U);
    EXPECT_EQ(write(ChartKind::Completion).size(), 1U);
    EXPECT_EQ(write(ChartKind::Latency).size(), 1U);
    EXPECT_EQ(write(ChartKind::WhatIf).size(), 1U);
    EXPECT_EQ(
        write(ChartKind::Rate)[0], (std::vector<std::string>{"begin_s", "duration_s", "pool"}));
}

TEST_F(ChartDataTest, CancellingLeavesNoFile)
{
    constexpr std::uint64_t count = 250'000;
    begin(count);
    for (std::uint64_t i = 0; i < count; ++i)
        span(WorkerId{1}, {i * 10, 10, i, 1});
    for (const ChartKind kind : {ChartKind::Workers, ChartKind::Completion}) {
        int asked = 0;
        const auto once = [&] {
            return ++asked < 2;
        };
        EXPECT_EQ(messageOf(writeChartData(kind, m_record, path("out.csv"), once)), "cancelled");
        EXPECT_EQ(asked, 2);
        EXPECT_THAT(names(), IsEmpty());
        std::ofstream(path("out.csv")) << "old";
        EXPECT_EQ(messageOf(writeChartData(kind, m_record, path("out.csv"), [] { return false; })),
            "cancelled");
        EXPECT_EQ(contents("out.csv"), "old");
        EXPECT_THAT(names(), ElementsAre("out.csv"));
        EXPECT_EQ(
            messageOf(writeChartData(kind, m_record, path("out.csv"), [] { return true; })), "");
        EXPECT_EQ(rowsOf(contents("out.csv")).size(), count + 1);
        fs::remove(path("out.csv"));
    }
}

TEST_F(ChartDataTest, AFileThatCannotBeWrittenIsNamed)
{
    begin(10);
    const fs::path missing = path("missing") / "out.csv";
    EXPECT_EQ(messageOf(writeChartData(ChartKind::Rate, m_record, missing)),
        "cannot write " + missing.string() + ": No such file or directory");
}

using OutcomeExportTest = RecordFileTest;

/// The .npy file's values as doubles, behind its header.
std::vector<double> realsOf(const std::string &npy)
{
    constexpr std::size_t prefix = 10;
    const std::size_t header =
        prefix + static_cast<unsigned char>(npy[8]) + 256U * static_cast<unsigned char>(npy[9]);
    std::vector<double> values((npy.size() - header) / sizeof(double));
    std::memcpy(values.data(), npy.data() + header, values.size() * sizeof(double));
    return values;
}

TEST_F(OutcomeExportTest, EveryFormatHasEveryIndex)
{
    begin(6);
    OutcomeView outcome;
    outcome.kind = OutcomeKind::Integer;
    outcome.integer = 7;
    m_recorder->take(event::OutcomeDone{0, outcome, WorkerId{1}, 0});
    outcome.kind = OutcomeKind::Real;
    outcome.real = 0.5;
    m_recorder->take(event::OutcomeDone{1, outcome, WorkerId{1}, 0});
    outcome.kind = OutcomeKind::Failure;
    outcome.failure = {failureException, "ValueError", "bad", "where"};
    m_recorder->take(event::OutcomeDone{3, outcome, WorkerId{1}, 0});
    m_recorder->take(event::NumbersDone{{4, 1}, OutcomeKind::Integer, 0});
    for (const char *name : {"out.csv", "out.jsonl", "out.txt", "out.npy"})
        EXPECT_EQ(messageOf(exportOutcomes(m_record, path(name))), "");
    const std::string unfinished = "it had not finished when this was written";
    EXPECT_EQ(contents("out.csv"),
        "index,value,failure\n0,7,\n1,0.5,\n2,,unfinished: " + unfinished
            + "\n3,,ValueError: bad\n4,0,\n5,,unfinished: " + unfinished + "\n");
    EXPECT_EQ(contents("out.txt"), "7\n0.5\n\n\n0\n\n");
    const std::string lines = contents("out.jsonl");
    EXPECT_THAT(lines,
        StartsWith("{\"index\": 0, \"value\": 7}\n{\"index\": 1, \"value\": 0.5}\n"
                   "{\"index\": 2, \"failure\": {\"kind\": \"unfinished\""));
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 6);
    const std::vector<double> reals = realsOf(contents("out.npy"));
    ASSERT_EQ(reals.size(), 6U);
    EXPECT_EQ(reals[0], 7);
    EXPECT_EQ(reals[1], 0.5);
    EXPECT_TRUE(std::isnan(reals[2]));
    EXPECT_TRUE(std::isnan(reals[3]));
    EXPECT_EQ(reals[4], 0);
    EXPECT_TRUE(std::isnan(reals[5]));
}

TEST_F(OutcomeExportTest, NumbersThatWorkersWroteAreInOrder)
{
    constexpr std::uint64_t count = 200'000;
    begin(count);
    std::vector<std::uint64_t> cells(count);
    {
        std::fstream column(
            m_record.outcomes->columnPath(), std::ios::in | std::ios::out | std::ios::binary);
        ASSERT_TRUE(column);
        for (std::uint64_t i = 0; i < count; ++i)
            cells[i] = i * 3;
        column.write(reinterpret_cast<const char *>(cells.data()), count * sizeof(cells[0]));
    }
    m_recorder->take(event::NumbersDone{{0, 150'000}, OutcomeKind::Integer, 0});
    m_recorder->take(event::NumbersDone{{150'001, count - 150'001}, OutcomeKind::Integer, 0});
    ASSERT_EQ(messageOf(exportOutcomes(m_record, path("out.txt"))), "");
    std::string expected;
    for (std::uint64_t i = 0; i < count; ++i)
        expected += (i == 150'000 ? "" : std::to_string(i * 3)) + "\n";
    EXPECT_TRUE(contents("out.txt") == expected);
}

TEST_F(OutcomeExportTest, CancellingLeavesNoFile)
{
    begin(1'000'000);
    m_recorder->take(event::NumbersDone{{0, 1'000'000}, OutcomeKind::Integer, 0});
    for (const char *name : {"out.csv", "out.npy"}) {
        int asked = 0;
        const auto twice = [&] {
            return ++asked < 3;
        };
        EXPECT_EQ(messageOf(exportOutcomes(m_record, path(name), twice)), "cancelled");
        EXPECT_EQ(asked, 3);
        EXPECT_THAT(names(), IsEmpty());
    }
    EXPECT_EQ(messageOf(exportOutcomes(m_record, path("out.xml"))),
        "cannot write " + path("out.xml").string()
            + ": its ending must be .csv, .jsonl, .txt or .npy");
    EXPECT_THAT(names(), IsEmpty());
}

} // namespace
} // namespace poolscope
