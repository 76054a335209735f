// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/verification.h"

#include "analysis/statistics.h"

#include <algorithm>

namespace poolscope {

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

std::uint64_t inputsWithin(Count inputs, Seconds duration, Seconds most)
{
    if (duration <= most)
        return inputs.number;
    const double share = most / duration;
    return std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(static_cast<double>(inputs.number) * share), 1, inputs.number);
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

} // namespace poolscope
