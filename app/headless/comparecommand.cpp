// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/comparecommand.h"

#include "analysis/comparison.h"
#include "headless/headless.h"
#include "headless/runarguments.h"
#include "headless/standardoutput.h"
#include "record/runfileload.h"
#include "report/figuretext.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace poolscope {

using namespace table;

namespace {

using Json = nlohmann::ordered_json;

/// A run as the comparison has it.
struct Compared {
    std::string file;
    std::string command;
    std::uint64_t failed = 0;
    RunFigures figures;
};

struct Quantile {
    const char *name;
    const char *key;
    double share;
};

constexpr Quantile quantiles[] = {
    {"median", "median_s", 0.5},
    {"p90", "p90_s", 0.9},
    {"p99", "p99_s", 0.99},
    {"longest", "longest_s", 1},
};

int complain(const Error &error, int status)
{
    std::fprintf(stderr, "poolscope: %s\n", error.message.c_str());
    return status;
}

/// "A", "B", ... "Z", "AA", ...
std::string letterOf(std::size_t position)
{
    std::string letters;
    for (std::size_t rest = position + 1; rest > 0; rest = (rest - 1) / 26)
        letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
    return letters;
}

Result<Compared> readRun(const std::string &path)
{
    return loadRunFile(path).map([&path](const LoadedRun &run) {
        const Timeline &timeline = run.record->timeline;
        return Compared{
            path, shellCommand(run.info.description.spec), timeline.failed(), runFigures(timeline)};
    });
}

/// A row of the table: its name, and what it has of each run.
template <typename Text>
std::vector<std::string> rowOf(
    const std::string &name, const std::vector<Compared> &runs, Text text)
{
    std::vector<std::string> row{name};
    for (const Compared &run : runs)
        row.push_back(text(run));
    return row;
}

std::string comparisonText(
    const std::vector<Compared> &runs, const std::vector<RunDifference> &differences)
{
    std::string text;
    std::vector<std::string> heading{""};
    for (std::size_t i = 0; i < runs.size(); ++i) {
        text += letterOf(i) + "  " + runs[i].file + ": " + runs[i].command + "\n";
        heading.push_back(letterOf(i));
    }
    std::vector<std::vector<std::string>> rows{heading};
    const auto add = [&](const std::string &name, auto value) {
        rows.push_back(rowOf(name, runs, value));
    };
    add("it/s", [](const Compared &run) { return rateText(run.figures.throughput); });
    add("makespan", [](const Compared &run) {
        return durationText(static_cast<double>(run.figures.makespan));
    });
    add("workers", [](const Compared &run) { return std::to_string(run.figures.workers); });
    add("iterations", [](const Compared &run) { return std::to_string(run.figures.iterations); });
    add("failed", [](const Compared &run) { return std::to_string(run.failed); });
    for (const Quantile &quantile : quantiles)
        add(quantile.name, [&quantile](const Compared &run) {
            return durationText(run.figures.durations.quantile(quantile.share));
        });
    text += "\n" + tableText(rows) + "\n";
    for (std::size_t i = 0; i < differences.size(); ++i)
        text += differenceText(differences[i], letterOf(0), letterOf(i + 1)) + "\n";
    return text;
}

Json estimateJson(const Estimate &estimate)
{
    return {
        {"value", estimate.value},
        {"low", estimate.interval ? Json(estimate.interval->low) : Json()},
        {"high", estimate.interval ? Json(estimate.interval->high) : Json()},
    };
}

Json runJson(const Compared &run)
{
    constexpr double nanoseconds = 1e-9;
    const RunFigures &figures = run.figures;
    Json json{
        {"file", run.file},
        {"command", run.command},
        {"rate", figures.throughput},
        {"makespan_s", static_cast<double>(figures.makespan) * nanoseconds},
        {"workers", figures.workers},
        {"iterations", figures.iterations},
        {"failed", run.failed},
    };
    for (const Quantile &quantile : quantiles)
        json[quantile.key] = figures.durations.quantile(quantile.share) * nanoseconds;
    return json;
}

std::string comparisonJson(
    const std::vector<Compared> &runs, const std::vector<RunDifference> &differences)
{
    Json json{{"runs", Json::array()}, {"differences", Json::array()}};
    for (const Compared &run : runs)
        json["runs"].push_back(runJson(run));
    for (std::size_t i = 0; i < differences.size(); ++i) {
        json["differences"].push_back({
            {"first", runs.front().file},
            {"second", runs[i + 1].file},
            {"rate_ratio", estimateJson(differences[i].throughput)},
            {"duration_ratio", estimateJson(differences[i].duration)},
            {"says", differenceText(differences[i], runs.front().file, runs[i + 1].file)},
        });
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

int compareRunFiles(const InfoOptions &options)
{
    std::vector<Compared> runs;
    for (const std::string &path : options.files) {
        auto run = readRun(path);
        if (!run)
            return complain(run.error(), exitWrongUse);
        runs.push_back(std::move(*run));
    }
    std::vector<RunDifference> differences;
    for (std::size_t i = 1; i < runs.size(); ++i)
        differences.push_back(runDifference(runs.front().figures, runs[i].figures));
    const auto written = StandardOutput({}).writeText(
        options.json ? comparisonJson(runs, differences) : comparisonText(runs, differences));
    return written ? exitAllSucceeded : complain(written.error(), exitPoolFailed);
}

} // namespace poolscope
