// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/usage.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t refreshInterval = 1'000'000; // nanoseconds
constexpr std::uint64_t rssInterval = 50'000'000;

std::uint64_t nanoseconds(const timeval &time)
{
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000
        + static_cast<std::uint64_t>(time.tv_usec) * 1'000;
}

template <typename Whose> std::uint64_t cpuTime(Whose whose)
{
    rusage usage{};
    getrusage(whose, &usage);
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

/// Returns the peak memory of this program. ru_maxrss would include the program before exec().
std::uint64_t peakMemory()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:"))
            return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
    }
    return 0;
}

} // namespace

Usage::Usage()
    : m_schedstat("/proc/self/schedstat", O_RDONLY)
{
}

void Usage::refresh(std::uint64_t now)
{
    if (now - m_refreshed < refreshInterval)
        return;
    m_refreshed = now;
    m_cpu = cpuTime(RUSAGE_SELF) + cpuTime(RUSAGE_CHILDREN);
    if (now - m_rssRead >= rssInterval) {
        m_rssRead = now;
        m_maxRss = peakMemory();
    }
    // "time on the CPU, time waiting for one, timeslices": Documentation/scheduler/sched-stats.rst
    char text[96] = {};
    if (m_schedstat.isIntact() && pread(m_schedstat.number(), text, sizeof(text) - 1, 0) > 0)
        std::sscanf(text, "%*u %" SCNu64, &m_runQueue);
}

} // namespace poolscope::worker
