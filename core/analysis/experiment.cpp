// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/experiment.h"

#include "analysis/statistics.h"

namespace poolscope {

namespace {

/// Returns the median time of the runs whose setting `counts` accepts.
template <typename Counts>
std::optional<double> medianSeconds(const ExperimentPlan &plan, Counts counts)
{
    std::vector<double> seconds;
    for (const ExperimentPlan::Setting &setting : plan.settings) {
        if (counts(setting))
            seconds.insert(seconds.end(), setting.seconds.begin(), setting.seconds.end());
    }
    return seconds.empty() ? std::nullopt : std::optional(median(seconds));
}

std::optional<double> secondsOf(const ExperimentPlan &plan, const ExperimentPlan::Setting &setting)
{
    using Setting = ExperimentPlan::Setting;
    auto seconds = medianSeconds(plan, [&](const Setting &other) { return &other == &setting; });
    if (!seconds)
        seconds = medianSeconds(plan,
            [&](const Setting &other) { return other.spec.pool.chunk == setting.spec.pool.chunk; });
    if (!seconds)
        seconds = medianSeconds(plan, [](const Setting &) { return true; });
    return seconds;
}

} // namespace

std::size_t runsMade(const ExperimentPlan &plan)
{
    std::size_t runs = 0;
    for (const ExperimentPlan::Setting &setting : plan.settings)
        runs += setting.seconds.size();
    return runs;
}

std::optional<double> secondsLeft(const ExperimentPlan &plan, std::size_t first)
{
    double seconds = 0;
    for (std::size_t run = first; run < plan.order.size(); ++run) {
        const auto ofRun = secondsOf(plan, plan.settings[plan.order[run]]);
        if (!ofRun)
            return std::nullopt;
        seconds += *ofRun;
    }
    return seconds;
}

} // namespace poolscope
