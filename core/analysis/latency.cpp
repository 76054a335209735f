// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/latency.h"

#include <algorithm>

namespace poolscope {

namespace {

bool isLonger(const Latency::Slow &a, const Latency::Slow &b)
{
    if (a.duration != b.duration)
        return a.duration > b.duration;
    if (a.place.worker != b.place.worker)
        return a.place.worker < b.place.worker;
    return a.place.position < b.place.position;
}

} // namespace

bool Latency::advance(std::size_t mostSpans)
{
    while (m_workers.size() < m_timeline.workerCount())
        m_workers.emplace_back();
    bool isComplete = true;
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        const WorkerRecord &record = m_timeline.worker(i);
        std::size_t &taken = m_workers[i].taken;
        const std::size_t size = record.lane().size();
        const std::size_t end = size - taken > mostSpans ? taken + mostSpans : size;
        mostSpans -= end - taken;
        record.lane().forEach(taken, end, [&](const Span &span) {
            m_workers[i].durations.add(iterationDuration(span), span.count);
            add({record.id(), taken++}, span);
        });
        isComplete = isComplete && end == size;
    }
    return isComplete;
}

void Latency::add(SpanPosition place, const Span &span)
{
    const Slow slow{place, {span.first, span.count}, iterationDuration(span)};
    m_all.add(slow.duration, span.count);
    if (span.count == 1)
        ++m_measuredAlone;
    const bool hasRoom = m_slow.size() < m_mostSlow;
    if (!hasRoom && (m_slow.empty() || !isLonger(slow, m_slow.front())))
        return;
    if (!hasRoom) {
        std::pop_heap(m_slow.begin(), m_slow.end(), isLonger);
        m_slow.pop_back();
    }
    m_slow.push_back(slow);
    std::push_heap(m_slow.begin(), m_slow.end(), isLonger);
}

std::vector<Latency::Slow> Latency::slowest() const
{
    std::vector<Slow> slow = m_slow;
    std::sort(slow.begin(), slow.end(), isLonger);
    return slow;
}

} // namespace poolscope
