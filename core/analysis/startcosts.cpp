// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/startcosts.h"

#include <algorithm>

namespace poolscope {

namespace {

/// The time from one copy to the next, which takes two forks and the first messages.
constexpr double copyTime = 4e6; // nanoseconds

/// Returns the number of workers that share a core, at least 1.
double crowd(std::size_t workers, std::uint32_t cores)
{
    return cores == 0 ? 1 : std::max(1.0, static_cast<double>(workers) / cores);
}

} // namespace

StartCosts startCostsOf(const Timeline &timeline, std::uint32_t cores)
{
    StartCosts costs;
    std::size_t measured = 0;
    double duration = 0;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const TaskLoading loading = timeline.worker(i).loading();
        if (loading.cost.duration == 0)
            continue;
        ++measured;
        duration += static_cast<double>(loading.cost.duration);
        costs.loadCpu += static_cast<double>(loading.cost.cpu);
        costs.memory += static_cast<double>(loading.cost.memory);
        if (loading.isShared)
            costs.recorded = WorkerStart::Fork;
    }
    if (measured == 0)
        return {};
    const auto count = static_cast<double>(measured);
    costs.contendedLoad = duration / count;
    costs.loadCpu = std::min(costs.loadCpu / count, costs.contendedLoad); // threads may overlap
    costs.memory /= count;
    // A process that is copied loads alone. New interpreters slow each other, except while waiting.
    const double others =
        costs.recorded == WorkerStart::Fork ? 1 : crowd(timeline.workerCount(), cores);
    costs.load = std::min(costs.contendedLoad,
        costs.loadCpu + std::max(costs.contendedLoad - costs.loadCpu * others, 0.0));
    const auto start = static_cast<double>(timeline.firstDispatch());
    costs.interpreter = std::max(start - costs.contendedLoad, 0.0) / others;
    return costs;
}

bool areWorthSharing(const StartCosts &costs)
{
    constexpr double longLoad = 50e6; // nanoseconds
    constexpr double largeLoad = 20e6; // bytes
    return costs.contendedLoad > longLoad || costs.memory > largeLoad;
}

std::vector<double> readyTimes(
    const StartCosts &costs, WorkerStart start, std::uint32_t workers, std::uint32_t cores)
{
    const double alone = costs.interpreter + costs.load;
    std::vector<double> times(workers, alone);
    if (start == WorkerStart::Spawn) {
        const double waiting = costs.load - costs.loadCpu;
        const double together = (alone - waiting) * crowd(workers, cores) + waiting;
        std::fill(times.begin(), times.end(), together);
        return times;
    }
    for (std::size_t i = 0; i < times.size(); ++i)
        times[i] += static_cast<double>(i + 1) * copyTime;
    return times;
}

double memorySavedByCopies(const StartCosts &costs, std::uint32_t workers)
{
    return workers > 1 ? costs.memory * (workers - 1) : 0;
}

} // namespace poolscope
