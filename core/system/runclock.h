// SPDX-License-Identifier: GPL-3.0-or-later
// RunClock: nanoseconds since a run's start, on the clock that workers of this host use, too.
#pragma once

#include <chrono>
#include <cstdint>

namespace poolscope {

struct RunClock {
    /// Of the run, in nanoseconds of CLOCK_MONOTONIC. Of a run that began before this boot it lies
    /// before 0, that is, a little below 2^64.
    std::uint64_t origin = 0;

    static std::uint64_t monotonic()
    {
        const auto clock = std::chrono::steady_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(clock / std::chrono::nanoseconds(1));
    }
    std::uint64_t now() const { return monotonic() - origin; }
    /// The run's time at a time of CLOCK_MONOTONIC; 0 for one before its start.
    std::uint64_t at(std::uint64_t monotonicTime) const
    {
        const auto since = static_cast<std::int64_t>(monotonicTime - origin);
        return since > 0 ? static_cast<std::uint64_t>(since) : 0;
    }
};

} // namespace poolscope
