// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/sweepreport.h"

#include "report/alignedtable.h"
#include "report/valuetext.h"
#include "text/figures.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

using OrderedJson = nlohmann::ordered_json;

std::string chunkText(const SweepSetting &setting)
{
    return setting.chunk ? std::to_string(*setting.chunk) : "auto";
}

using Row = std::vector<std::string>;

Row rowOf(const SweepCell &cell)
{
    const Estimate &rate = cell.throughput;
    return {
        textOf(Count{cell.setting.workers}),
        chunkText(cell.setting),
        withoutUnit(Rate{rate.value}),
        rate.interval ? withoutUnit(Rate{rate.interval->low}) + " to "
                + withoutUnit(Rate{rate.interval->high})
                      : "?",
        cell.speedup ? threeDigits(cell.speedup->value) : "?",
        cell.efficiency ? textOf(Share{cell.efficiency->value}) : "?",
        std::to_string(cell.throughputs.size()),
    };
}

std::string withInterval(const Estimate &estimate)
{
    std::string text = threeDigits(estimate.value);
    if (estimate.interval)
        text += " (" + threeDigits(estimate.interval->low) + " to "
            + threeDigits(estimate.interval->high) + ")";
    return text;
}

double largestResidual(const ScalingFit &fit)
{
    double largest = 0;
    for (const double residual : fit.residuals)
        largest = std::max(largest, std::abs(residual));
    return largest;
}

std::string fitText(const ScalingFit &fit)
{
    std::string text = fit.law == ScalingLaw::Amdahl ? "Amdahl's law: serial share "
                                                     : "Universal Scalability Law: contention ";
    text += withInterval(fit.contention);
    if (fit.law == ScalingLaw::Universal)
        text += ", coherency " + withInterval(fit.coherency);
    text += ", R2 " + threeDigits(fit.rSquared) + ", residuals up to "
        + textOf(Rate{largestResidual(fit)});
    if (const auto most = fit.mostThroughput())
        text += "; at most " + textOf(Rate{*most});
    if (const auto peak = fit.peakWorkers())
        text +=
            " with " + textOf(Count{static_cast<std::uint64_t>(std::max(*peak, 1.0))}, "worker");
    return text + "\n";
}

std::string choiceText(const SweepCell &cell)
{
    return toString(cell.setting) + ", " + textOf(Rate{cell.throughput.value});
}

OrderedJson jsonOf(const Estimate &estimate, std::string_view name)
{
    const std::string key(name);
    return {
        {key, estimate.value},
        {key + "_low", estimate.interval ? OrderedJson(estimate.interval->low) : OrderedJson()},
        {key + "_high", estimate.interval ? OrderedJson(estimate.interval->high) : OrderedJson()},
    };
}

OrderedJson jsonOf(const SweepCell &cell)
{
    OrderedJson json{
        {"workers", cell.setting.workers},
        {"chunk", cell.setting.chunk ? OrderedJson(*cell.setting.chunk) : OrderedJson("auto")},
        {"runs", cell.throughputs.size()},
    };
    json.update(jsonOf(cell.throughput, "rate"));
    if (cell.speedup)
        json.update(jsonOf(*cell.speedup, "speedup"));
    else
        json.update(
            OrderedJson{{"speedup", nullptr}, {"speedup_low", nullptr}, {"speedup_high", nullptr}});
    json["efficiency"] = cell.efficiency ? OrderedJson(cell.efficiency->value) : OrderedJson();
    json["failed"] = cell.failed;
    return json;
}

} // namespace

std::string sweepText(const SweepPlan &plan, const SweepResult &result)
{
    std::vector<Row> rows{{"workers", "chunk", "it/s", "95%", "speedup", "efficiency", "runs"}};
    for (const SweepCell &cell : result.cells)
        rows.push_back(rowOf(cell));
    std::string text = alignedTable(rows);
    if (!result.best)
        return text;
    const SweepCell &best = result.cells[*result.best];
    const SweepCell &cheapest = result.cells[*result.cheapest];
    text += "\nat chunk " + chunkText(best.setting) + ":\n";
    text += fitsText(plan, result, best.setting.chunk);
    text += "\nfastest: " + choiceText(best) + "\n";
    text += "cheapest within 5% of it: "
        + (result.best == result.cheapest ? "the same" : choiceText(cheapest)) + "\n";
    return text;
}

std::string fitsText(
    const SweepPlan &plan, const SweepResult &result, const std::optional<std::uint64_t> &chunk)
{
    const auto points = scalingPoints(result, chunk);
    std::string text;
    for (const ScalingLaw law : {ScalingLaw::Amdahl, ScalingLaw::Universal}) {
        const auto fit = fitScaling(law, points, {plan.seed, 500});
        text += fit ? fitText(*fit) : fit.error().message + "\n";
    }
    return text;
}

std::string sweepCsv(const SweepResult &result)
{
    std::string text =
        "workers,chunk,runs,rate,rate_low,rate_high,speedup,speedup_low,speedup_high,"
        "efficiency,failed\n";
    for (const SweepCell &cell : result.cells) {
        std::string line;
        const OrderedJson json = jsonOf(cell);
        for (const auto &[key, value] : json.items()) {
            line += line.empty() ? "" : ",";
            if (value.is_string())
                line += value.get<std::string>();
            else if (value.is_number_float())
                appendReal(line, value.get<double>());
            else if (!value.is_null())
                line += value.dump();
        }
        text += line + "\n";
    }
    return text;
}

std::string sweepJsonLines(const SweepResult &result)
{
    std::string text;
    for (const SweepCell &cell : result.cells) {
        OrderedJson json = jsonOf(cell);
        json["rates"] = cell.throughputs;
        text += json.dump() + "\n";
    }
    return text;
}

} // namespace poolscope
