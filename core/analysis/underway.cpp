// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/underway.h"

namespace poolscope {

std::optional<UnderWay> longestUnderWay(const Timeline &timeline)
{
    constexpr Seconds shortest(1);
    std::optional<UnderWay> longest;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i) {
        const WorkerRecord &worker = timeline.worker(i);
        const OpenSpan open = worker.openSpan();
        const Duration duration(open.duration());
        if (open.count > 0 && duration >= shortest && (!longest || duration > longest->duration))
            longest = UnderWay{worker.id(), open.first, open.count, duration};
    }
    if (!longest)
        return std::nullopt;
    const auto median = timeline.medianIteration();
    longest->isSlow = median && longest->duration > UnderWay::slow * Duration(*median);
    return longest;
}

} // namespace poolscope
