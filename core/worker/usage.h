// SPDX-License-Identifier: GPL-3.0-or-later
// Usage: the CPU time and memory that this process has used so far.
#pragma once

#include "worker/owndescriptor.h"

#include <cstdint>

namespace poolscope::worker {

class Usage {
public:
    Usage();

    /// Reads the counters if a millisecond has passed since the last time. `now` is a clock time.
    void refresh(std::uint64_t now);

    /// Nanoseconds, including those of child processes that were reaped.
    std::uint64_t cpu() const { return m_cpu; }
    std::uint64_t runQueue() const { return m_runQueue; } ///< nanoseconds. 0 if unknown
    std::uint64_t maxRss() const { return m_maxRss; } ///< bytes

private:
    OwnDescriptor m_schedstat;
    std::uint64_t m_refreshed = 0;
    std::uint64_t m_rssRead = 0;
    std::uint64_t m_cpu = 0;
    std::uint64_t m_runQueue = 0;
    std::uint64_t m_maxRss = 0;
};

} // namespace poolscope::worker
