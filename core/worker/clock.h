// SPDX-License-Identifier: GPL-3.0-or-later
// The worker's clock: CLOCK_MONOTONIC in nanoseconds, as the protocol has it.
#pragma once

#include <cstdint>
#include <ctime>

namespace poolscope::worker {

inline std::uint64_t now()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000
        + static_cast<std::uint64_t>(time.tv_nsec);
}

} // namespace poolscope::worker
