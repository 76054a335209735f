// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/restarts.h"

#include <algorithm>

namespace poolscope {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds firstDelay(50);
constexpr int maxFruitless = 6;
constexpr std::uint64_t patience = 30'000'000'000; // nanoseconds

} // namespace

void Restarts::fruitlessStart(std::uint64_t time)
{
    if (m_fruitless == 0)
        m_since = time;
    m_last = time;
    ++m_fruitless;
}

std::optional<milliseconds> Restarts::delay(Readiness readiness) const
{
    if (m_fruitless == 0)
        return milliseconds(0);
    const bool worthWaiting = readiness == Readiness::Seen && m_last - m_since < patience;
    if (m_fruitless >= maxFruitless && !worthWaiting)
        return std::nullopt;
    return firstDelay * (1 << (std::min(m_fruitless, maxFruitless) - 1));
}

} // namespace poolscope
