// SPDX-License-Identifier: GPL-3.0-or-later
// RunClock: nanoseconds since a run's start, on the clock that workers of this host use, too.
#pragma once

#include <chrono>
#include <cstdint>

namespace poolscope {

struct RunClock {
    std::uint64_t origin = 0; ///< of the run, in nanoseconds of CLOCK_MONOTONIC

    static std::uint64_t monotonic()
    {
        const auto clock = std::chrono::steady_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(clock / std::chrono::nanoseconds(1));
    }
    std::uint64_t now() const { return monotonic() - origin; }
    /// The run's time at a time of CLOCK_MONOTONIC; 0 for one before its start.
    std::uint64_t at(std::uint64_t monotonicTime) const
    {
        return monotonicTime > origin ? monotonicTime - origin : 0;
    }
};

} // namespace poolscope
