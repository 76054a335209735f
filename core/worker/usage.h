// SPDX-License-Identifier: GPL-3.0-or-later
// Usage: what this process has cost so far.
#pragma once

#include "worker/owndescriptor.h"

#include <cstdint>

namespace poolscope::worker {

class Usage {
public:
    Usage();

    /// Reads the counters anew, if a millisecond has passed since the last time.
    void refresh(std::uint64_t now);

    /// Nanoseconds, with those of the processes that it started and that have ended.
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
