// SPDX-License-Identifier: GPL-3.0-or-later
// StopDetector: when this process was stopped, found by looking at the clock.
//
// A signal or a freezer stops a process without its notice. (While the machine is suspended the
// clock stands still.) If the process looks at the clock far more often than once a second, a
// longer time between two looks was a stop, unless the thread ran or waited for a core meanwhile:
// on a busy machine that may take long.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace poolscope {

/// A time in which the process was stopped, in nanoseconds.
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

/// How much of the `duration` from `begin` on lies in none of these.
template <typename Stops>
std::uint64_t timeNotStopped(const Stops &stops, std::uint64_t begin, std::uint64_t duration)
{
    return duration - stoppedWithin(stops, begin, begin + duration);
}

/// For how long the calling thread has run or waited for a core, in nanoseconds; 0 where the system
/// does not count that.
std::uint64_t activeTimeOfThread();

/// One thread.
class StopDetector {
public:
    /// `time`, of CLOCK_MONOTONIC in nanoseconds, is that of the first look.
    explicit StopDetector(std::uint64_t time, std::uint64_t (*activeTime)() = activeTimeOfThread)
        : m_activeTime(activeTime)
        , m_lastLook(time)
    {
    }

    /// Whether it was stopped since the last look.
    std::optional<StopInterval> look(std::uint64_t time);
    /// Leaves out the time until now, which was spent otherwise than stopped.
    void skipTo(std::uint64_t time) { m_lastLook = time; }
    std::uint64_t lastLook() const { return m_lastLook; }

private:
    std::uint64_t (*m_activeTime)();
    std::uint64_t m_lastLook;
    std::optional<std::uint64_t> m_active; ///< as of m_activeRead; a short life needs none
    std::uint64_t m_activeRead = 0;
};

} // namespace poolscope
