// SPDX-License-Identifier: GPL-3.0-or-later
// StopDetector: finds, by reading the clock, when this process was stopped.
//
// A signal or a freezer stops a process without informing it. (While the machine is suspended, the
// clock does not advance.) The caller reads the clock far more often than once a second. A longer
// time between two readings was a stop, unless the thread ran or waited for a core meanwhile, which
// may take long on a busy machine.
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
    /// The part of the stop within [from, to), in nanoseconds.
    std::uint64_t durationWithin(std::uint64_t from, std::uint64_t to) const
    {
        const std::uint64_t first = std::max(begin, from);
        const std::uint64_t last = std::min(end, to);
        return last > first ? last - first : 0;
    }
};

/// The part of [from, to) in which the process was stopped, in nanoseconds.
template <typename Stops>
std::uint64_t stoppedWithin(const Stops &stops, std::uint64_t from, std::uint64_t to)
{
    std::uint64_t stopped = 0;
    for (const StopInterval &stop : stops)
        stopped += stop.durationWithin(from, to);
    return stopped;
}

/// The part of the `duration` from `begin` on in which the process was not stopped.
template <typename Stops>
std::uint64_t timeNotStopped(const Stops &stops, std::uint64_t begin, std::uint64_t duration)
{
    return duration - stoppedWithin(stops, begin, begin + duration);
}

/// The time for which the calling thread has run or waited for a core, in nanoseconds. 0 if the
/// system does not count it.
std::uint64_t activeTimeOfThread();

/// One thread.
class StopDetector {
public:
    /// `time`, in nanoseconds of CLOCK_MONOTONIC, is the first reading.
    explicit StopDetector(std::uint64_t time, std::uint64_t (*activeTime)() = activeTimeOfThread)
        : m_activeTime(activeTime)
        , m_lastLook(time)
    {
    }

    /// Returns the stop since the last reading, if there was one.
    std::optional<StopInterval> look(std::uint64_t time);
    /// Skips the time until now, in which the process was not stopped.
    void skipTo(std::uint64_t time) { m_lastLook = time; }
    std::uint64_t lastLook() const { return m_lastLook; }

private:
    std::uint64_t (*m_activeTime)();
    std::uint64_t m_lastLook;
    std::optional<std::uint64_t> m_active; ///< at m_activeRead. Nothing if it was not read yet
    std::uint64_t m_activeRead = 0;
};

} // namespace poolscope
