// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/attempts.h"

#include <algorithm>
#include <cassert>

namespace poolscope {

AttemptCounts AttemptCounts::after(std::uint32_t attempts)
{
    AttemptCounts counts;
    counts.earlier = std::min(attempts, mostEarlier) & mostEarlier;
    return counts;
}

void Attempts::addEarlier(const TriedIndex &tried)
{
    assert(m_earlier.empty() || m_earlier.back().index < tried.index);
    m_earlier.push_back({tried.index, AttemptCounts::after(tried.attempts)});
}

void Attempts::enqueue(std::uint64_t index, const AttemptCounts &counts)
{
    m_waiting.push_back({index, counts});
}

std::uint64_t Attempts::sendNext()
{
    const Waiting next = m_waiting.front();
    m_waiting.pop_front();
    if (next.counts.total() > 0)
        m_underWay[next.index] = next.counts;
    return next.index;
}

void Attempts::sentFresh(const IndexRange &indices)
{
    for (; !m_earlier.empty() && m_earlier.front().index < indices.end(); m_earlier.pop_front())
        m_underWay[m_earlier.front().index] = m_earlier.front().counts;
}

void Attempts::answered(const IndexRange &indices)
{
    m_answered.clear();
    if (m_underWay.empty())
        return;
    auto next = m_underWay.lower_bound(indices.first);
    while (next != m_underWay.end() && next->first < indices.end()) {
        const auto one = next++;
        m_answered.insert(m_underWay.extract(one));
    }
}

AttemptCounts Attempts::take(std::uint64_t index)
{
    for (Counts *counts : {&m_underWay, &m_answered}) {
        if (const auto node = counts->extract(index))
            return node.mapped();
    }
    return {};
}

} // namespace poolscope
