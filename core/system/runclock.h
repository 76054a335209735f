// SPDX-License-Identifier: GPL-3.0-or-later
// RunClock: nanoseconds since the start of a run, on the clock that the workers of this host use.
#pragma once

#include <chrono>
#include <cstdint>

namespace poolscope {

struct RunClock {
    /// The start of the run in nanoseconds of CLOCK_MONOTONIC. For a run that began before this
    /// boot the start is negative, that is, a little below 2^64.
    std::uint64_t origin = 0;

    static std::uint64_t monotonic()
    {
        const auto clock = std::chrono::steady_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(clock / std::chrono::nanoseconds(1));
    }
    std::uint64_t now() const { return monotonic() - origin; }
    /// Converts a time of CLOCK_MONOTONIC. Returns 0 for a time before the start of the run.
    std::uint64_t at(std::uint64_t monotonicTime) const
    {
        const auto since = static_cast<std::int64_t>(monotonicTime - origin);
        return since > 0 ? static_cast<std::uint64_t>(since) : 0;
    }
};

inline std::int64_t secondsSince1970()
{
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace poolscope
