// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/verification.h"

#include "analysis/statistics.h"
#include "text/figures.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

constexpr double noMore = 1.05; // up to this factor two runs of one setting differ, too

std::string judgementOf(const Verification &verification)
{
    const auto held = verification.held();
    const double measured = verification.measured();
    if (!held)
        return "Nothing was predicted.";
    if (*held)
        return "The prediction held.";
    if (measured <= noMore)
        return "The prediction did not hold: the advice does not pay here.";
    return "The prediction did not hold: " + textOf(Share{measured / *verification.predicted})
        + " of it came.";
}

} // namespace

ExperimentPlan verificationPlan(
    const RunSpec &present, const RunSpec &advised, std::uint32_t repeats)
{
    ExperimentPlan plan;
    plan.settings = {{"the present setting", present}, {"the advised setting", advised}};
    plan.warmUp = advisedSetting;
    for (std::uint32_t repeat = 0; repeat < repeats; ++repeat) {
        const bool presentFirst = repeat % 2 == 0;
        plan.order.push_back(presentFirst ? presentSetting : advisedSetting);
        plan.order.push_back(presentFirst ? advisedSetting : presentSetting);
    }
    return plan;
}

std::uint64_t inputsWithin(std::uint64_t inputs, double seconds, double most)
{
    if (seconds <= most)
        return inputs;
    const double share = most / seconds;
    return std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(static_cast<double>(inputs) * share), 1, inputs);
}

void Verification::add(std::size_t setting, const RunMeasurement &measurement)
{
    auto &throughputs = setting == presentSetting ? present : advised;
    throughputs.push_back(countsStartUp
            ? static_cast<double>(inputs) / std::max(measurement.elapsed, 1e-9)
            : measurement.throughput);
    failed += measurement.failed;
}

double Verification::measured() const
{
    const double before = median(present);
    return before > 0 ? median(advised) / before : 0;
}

std::optional<bool> Verification::held() const
{
    return predicted ? std::optional(measured() >= heldFrom * *predicted) : std::nullopt;
}

std::string verificationText(const Verification &verification)
{
    std::string text;
    if (verification.predicted)
        text = "Predicted " + textOf(Factor{*verification.predicted}) + "; measured ";
    else
        text = "Measured ";
    text += textOf(Factor{verification.measured()}) + " (present "
        + textOf(Rate{median(verification.present)}) + ", advised "
        + textOf(Rate{median(verification.advised)})
        + (verification.countsStartUp ? ", start-up included" : "") + "; medians of "
        + std::to_string(verification.present.size()) + " each). " + judgementOf(verification);
    if (verification.failed > 0)
        text += " Inputs failed: what was measured is how fast they fail.";
    return text;
}

} // namespace poolscope
