// SPDX-License-Identifier: GPL-3.0-or-later
// StopDetector: when this process was stopped, as it sees by looking at the clock.
//
// A process that is stopped, by a signal, a freezer or together with its machine, notices nothing
// of it. Where it looks far more often than once a second, a longer time between two looks was a
// stop.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace poolscope {

/// In nanoseconds.
struct StopInterval {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    std::uint64_t duration() const { return end - begin; }
    /// How much of it lies in [from, to).
    std::uint64_t durationWithin(std::uint64_t from, std::uint64_t to) const
    {
        const std::uint64_t first = std::max(begin, from);
        const std::uint64_t last = std::min(end, to);
        return last > first ? last - first : 0;
    }
};

/// How much of [from, to) lies in any of these.
template <typename Stops>
std::uint64_t stoppedWithin(const Stops &stops, std::uint64_t from, std::uint64_t to)
{
    std::uint64_t stopped = 0;
    for (const StopInterval &stop : stops)
        stopped += stop.durationWithin(from, to);
    return stopped;
}

class StopDetector {
public:
    /// `time`, of CLOCK_MONOTONIC in nanoseconds, is that of the first look.
    explicit StopDetector(std::uint64_t time)
        : m_lastLook(time)
    {
    }

    /// Whether it was stopped since the last look.
    std::optional<StopInterval> look(std::uint64_t time)
    {
        const StopInterval since{m_lastLook, time};
        m_lastLook = time;
        return since.duration() >= shortestStop ? std::optional(since) : std::nullopt;
    }
    std::uint64_t lastLook() const { return m_lastLook; }

private:
    static constexpr std::uint64_t shortestStop = 1'000'000'000;

    std::uint64_t m_lastLook;
};

} // namespace poolscope
