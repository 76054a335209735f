// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/comparecommand.h"

#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/standardoutput.h"
#include "report/alignedtable.h"
#include "report/comparisonreport.h"
#include "run/runopening.h"
#include "spec/runarguments.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

using OrderedJson = nlohmann::ordered_json;

/// The file of a run, and its source or command.
struct Named {
    std::string file;
    std::string source; ///< empty if the run has a spec
    std::string command; ///< empty if the run has no spec
};

/// The runs in the order of the arguments.
struct Compared {
    std::vector<Named> names;
    std::vector<ComparisonSubject> runs;
};

Result<void> readRun(const std::string &path, Compared &into)
{
    return openRun(path).map([&](const LoadedRun &run) {
        const Origin &origin = run.record->origin;
        const RunSpec *spec = specOf(origin);
        into.names.push_back({path, originText(origin), spec ? shellCommand(*spec) : ""});
        into.runs.push_back(comparisonSubject(*run.record));
    });
}

std::string comparisonText(const Compared &compared, const std::vector<RunDifference> &differences)
{
    std::string text;
    std::vector<std::string> heading{""};
    for (std::size_t i = 0; i < compared.names.size(); ++i) {
        const Named &named = compared.names[i];
        text += letterOf(i) + "  " + named.file + ": " + named.source + named.command + "\n";
        heading.push_back(letterOf(i));
    }
    std::vector<std::vector<std::string>> rows{heading};
    for (const ComparisonRow &row : comparisonRows(compared.runs, differences)) {
        rows.push_back({row.name});
        rows.back().insert(rows.back().end(), row.figures.begin(), row.figures.end());
    }
    text += "\n" + alignedTable(rows) + "\n";
    for (std::size_t i = 0; i < differences.size(); ++i)
        text += differenceText(differences[i], letterOf(0), letterOf(i + 1)) + "\n";
    return text;
}

OrderedJson estimateJson(const Estimate &estimate)
{
    return {
        {"value", estimate.value},
        {"low", estimate.interval ? OrderedJson(estimate.interval->low) : OrderedJson()},
        {"high", estimate.interval ? OrderedJson(estimate.interval->high) : OrderedJson()},
    };
}

OrderedJson runJson(const Named &named, const ComparisonSubject &run)
{
    constexpr double nanoseconds = 1e-9;
    const ComparedRun &figures = run.figures;
    OrderedJson json{
        {"file", named.file},
        {"source", named.source.empty() ? OrderedJson() : OrderedJson(named.source)},
        {"command", named.source.empty() ? OrderedJson(named.command) : OrderedJson()},
        {"rate", figures.throughput},
        {"makespan_s", static_cast<double>(figures.makespan) * nanoseconds},
        {"workers", figures.workers},
        {"iterations", figures.iterations},
        {"failed", run.failed},
    };
    for (const ReportedQuantile &quantile : reportedQuantiles)
        json[quantile.key] = figures.durations.quantile(quantile.share) * nanoseconds;
    return json;
}

std::string comparisonJson(const Compared &compared, const std::vector<RunDifference> &differences)
{
    const std::vector<Named> &names = compared.names;
    OrderedJson json{{"runs", OrderedJson::array()}, {"differences", OrderedJson::array()}};
    for (std::size_t i = 0; i < names.size(); ++i)
        json["runs"].push_back(runJson(names[i], compared.runs[i]));
    for (std::size_t i = 0; i < differences.size(); ++i) {
        json["differences"].push_back({
            {"first", names.front().file},
            {"second", names[i + 1].file},
            {"rate_ratio", estimateJson(differences[i].throughput)},
            {"duration_ratio", estimateJson(differences[i].duration)},
            {"says", differenceText(differences[i], names.front().file, names[i + 1].file)},
        });
    }
    return json.dump(2, ' ', true, OrderedJson::error_handler_t::replace) + "\n";
}

} // namespace

int compareRunFiles(const InfoOptions &options)
{
    if (const auto checked = StandardOutput::check(); !checked)
        return complain(checked.error(), exitWrongUse);
    Compared compared;
    for (const std::string &path : options.files) {
        if (const auto read = readRun(path, compared); !read)
            return complain(read.error(), exitWrongUse);
    }
    const std::vector<RunDifference> differences = differencesOf(compared.runs);
    return print(options.json ? comparisonJson(compared, differences)
                              : comparisonText(compared, differences));
}

} // namespace poolscope
