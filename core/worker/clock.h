// SPDX-License-Identifier: GPL-3.0-or-later
// The worker's clock: CLOCK_MONOTONIC in nanoseconds, as the protocol has it.
#pragma once

#include "system/runclock.h"

namespace poolscope::worker {

inline std::uint64_t now()
{
    return RunClock::monotonic();
}

} // namespace poolscope::worker
