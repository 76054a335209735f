// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/timeline.h"

#include <algorithm>

namespace poolscope {

WorkerIdentity WorkerRecord::identity() const
{
    const std::lock_guard lock(m_identityMutex);
    return m_identity;
}

TaskLoading WorkerRecord::loading() const
{
    const std::lock_guard lock(m_identityMutex);
    return m_loading;
}

OpenSpan WorkerRecord::openSpan() const
{
    const std::lock_guard lock(m_openSpanMutex);
    return m_openSpan;
}

WorkerCost WorkerRecord::cost() const
{
    return {cpu(), runQueue(), maxRss(), decoding(), setUpCpu(), setUpRunQueue(), threads(),
        threadRunQueue(), loading()};
}

CoordinatorUsage Timeline::coordinator() const
{
    return {m_coordinator.cpu, m_coordinator.busy, m_coordinator.throttled};
}

std::optional<StopInterval> stopOf(const Mark &mark)
{
    if (mark.kind != Mark::Kind::Resumed || mark.value == 0)
        return std::nullopt;
    return StopInterval{mark.time - std::min(mark.value, mark.time), mark.time};
}

std::uint64_t Timeline::makespan() const
{
    const std::uint64_t begin = m_firstDispatch;
    const std::uint64_t end = begin > 0 ? this->end() : lastOutcome();
    return end > begin ? end - begin : 0;
}

std::uint64_t Timeline::pausedBetween(std::uint64_t begin, std::uint64_t end) const
{
    std::uint64_t paused = 0;
    const std::size_t size = m_paceChanges.size();
    for (std::size_t i = 0; i < size; i += 2) {
        const std::uint64_t from = std::max(begin, m_paceChanges[i]);
        const std::uint64_t to = i + 1 < size ? std::min(end, m_paceChanges[i + 1]) : end;
        paused += to > from ? to - from : 0;
    }
    return paused;
}

std::uint64_t Timeline::pausedOfMakespan() const
{
    return pausedBetween(m_firstDispatch, end());
}

} // namespace poolscope
