// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/underway.h"

#include "text/figures.h"

namespace poolscope {

std::optional<UnderWay> longestUnderWay(const Timeline &timeline)
{
    constexpr double shortest = 1; // seconds
    constexpr double slow = 10; // times the median
    std::optional<UnderWay> longest;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        const OpenSpan open = worker.openSpan();
        const double duration = static_cast<double>(open.duration()) / 1e9;
        if (open.count > 0 && duration >= shortest && (!longest || duration > longest->duration))
            longest = UnderWay{worker.id(), open.first, open.count, duration};
    }
    if (!longest)
        return std::nullopt;
    const auto median = timeline.medianIteration();
    longest->isSlow = median && longest->duration > slow * *median / 1e9;
    return longest;
}

std::string underWayText(const UnderWay &underWay)
{
    std::string text = "longest: input " + std::to_string(underWay.first);
    if (underWay.count > 1)
        text += " to " + std::to_string(underWay.first + underWay.count - 1);
    text += ", " + textOf(Seconds(underWay.duration));
    return underWay.isSlow ? text + " (over 10 x the median)" : text;
}

} // namespace poolscope
