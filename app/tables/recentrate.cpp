// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/recentrate.h"

namespace poolscope {

void RecentRate::add(std::uint64_t time, std::uint64_t value)
{
    m_samples.push_back({time, value});
    while (m_samples.size() > 2 && time - m_samples[1].time >= window)
        m_samples.pop_front();
}

void RecentRate::addIfMoved(std::uint64_t time, std::uint64_t value)
{
    if (m_samples.empty() || m_samples.back().value != value)
        add(time, value);
}

std::optional<double> RecentRate::perSecond() const
{
    if (m_samples.empty())
        return {};
    const Sample &from = m_samples.front();
    const Sample &to = m_samples.back();
    // A sum of two counters may seem to fall while they are being changed.
    if (to.time <= from.time || to.value < from.value)
        return {};
    return static_cast<double>(to.value - from.value) * 1e9
        / static_cast<double>(to.time - from.time);
}

std::optional<double> RecentRate::perSecondAt(std::uint64_t now) const
{
    const bool isRecent = !m_samples.empty() && now - m_samples.back().time < window;
    return isRecent ? perSecond() : std::nullopt;
}

} // namespace poolscope
