// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/usage.h"

#include <cinttypes>
#include <cstdio>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t refreshInterval = 1'000'000; // nanoseconds

std::uint64_t nanoseconds(const timeval &time)
{
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000
        + static_cast<std::uint64_t>(time.tv_usec) * 1'000;
}

} // namespace

Usage::Usage()
    : m_schedstat(open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC))
{
}

Usage::~Usage()
{
    if (m_schedstat >= 0)
        close(m_schedstat);
}

void Usage::refresh(std::uint64_t now)
{
    if (now - m_refreshed < refreshInterval)
        return;
    m_refreshed = now;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    m_cpu = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
    m_maxRss = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    // "time on the CPU, time waiting for one, timeslices": Documentation/scheduler/sched-stats.rst
    char text[96] = {};
    if (m_schedstat >= 0 && pread(m_schedstat, text, sizeof(text) - 1, 0) > 0)
        std::sscanf(text, "%*u %" SCNu64, &m_runQueue);
}

} // namespace poolscope::worker
