// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/comparisonreport.h"

#include "text/figures.h"

#include <algorithm>

namespace poolscope {

namespace {

constexpr double legible = 0.005; // the smallest share of the time that is reported

using Runs = std::vector<ComparisonSubject>;

template <typename Text> ComparisonRow rowOf(const std::string &name, const Runs &runs, Text text)
{
    ComparisonRow row{name, {}, {}};
    for (const ComparisonSubject &run : runs)
        row.figures.push_back(text(run));
    return row;
}

/// "1.42 x (1.38 to 1.46)"
std::string factorText(const Estimate &estimate)
{
    std::string text = textOf(Factor{estimate.value});
    if (estimate.interval)
        text += " (" + threeDigits(estimate.interval->low) + " to "
            + threeDigits(estimate.interval->high) + ")";
    return text;
}

double shareOf(const ComparisonSubject &run, Cause cause)
{
    const auto present = static_cast<double>(run.times.sum() - run.times[Cause::Absent]);
    return present > 0 ? static_cast<double>(run.times[cause]) / present : 0;
}

void addCauses(std::vector<ComparisonRow> &rows, const Runs &runs)
{
    for (std::size_t i = 0; i < causeCount; ++i) {
        const auto cause = static_cast<Cause>(i);
        const bool isShown = cause != Cause::Absent
            && std::any_of(runs.begin(), runs.end(),
                [cause](const ComparisonSubject &run) { return shareOf(run, cause) >= legible; });
        if (!isShown)
            continue;
        std::string name = "time: " + std::string(causeName(cause));
        std::replace(name.begin(), name.end(), '_', ' ');
        rows.push_back(rowOf(name, runs,
            [cause](const ComparisonSubject &run) { return textOf(Share{shareOf(run, cause)}); }));
    }
}

} // namespace

ComparisonSubject comparisonSubject(const RunRecord &record)
{
    const Timeline &timeline = record.timeline;
    const RunConditions conditions = conditionsOf(record, record.machine.cores);
    return {timeline.failed(), comparedRun(timeline), accountingOf(timeline, conditions).times};
}

std::string letterOf(std::size_t position)
{
    std::string letters;
    for (std::size_t rest = position + 1; rest > 0; rest = (rest - 1) / 26)
        letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
    return letters;
}

std::vector<RunDifference> differencesOf(const Runs &runs)
{
    std::vector<RunDifference> differences;
    for (std::size_t i = 1; i < runs.size(); ++i)
        differences.push_back(runDifference(runs.front().figures, runs[i].figures));
    return differences;
}

std::vector<ComparisonRow> comparisonRows(
    const Runs &runs, const std::vector<RunDifference> &differences)
{
    std::vector<ComparisonRow> rows;
    const auto add = [&](const std::string &name, auto text) -> ComparisonRow & {
        return rows.emplace_back(rowOf(name, runs, text));
    };
    ComparisonRow &throughput = add("it/s",
        [](const ComparisonSubject &run) { return withoutUnit(Rate{run.figures.throughput}); });
    for (const RunDifference &difference : differences)
        throughput.differences.push_back(factorText(difference.throughput));
    add("makespan",
        [](const ComparisonSubject &run) { return textOf(Duration(run.figures.makespan)); });
    add("workers", [](const ComparisonSubject &run) { return textOf(Count{run.figures.workers}); });
    add("iterations",
        [](const ComparisonSubject &run) { return textOf(Count{run.figures.iterations}); });
    add("failed", [](const ComparisonSubject &run) { return textOf(Count{run.failed}); });
    ComparisonRow &mean = add("mean", [](const ComparisonSubject &run) {
        return textOf(Duration(run.figures.durations.mean()));
    });
    for (const RunDifference &difference : differences)
        mean.differences.push_back(factorText(difference.duration));
    for (const ReportedQuantile &quantile : reportedQuantiles)
        add(quantile.name, [&quantile](const ComparisonSubject &run) {
            return textOf(Duration(run.figures.durations.quantile(quantile.share)));
        });
    addCauses(rows, runs);
    return rows;
}

} // namespace poolscope
