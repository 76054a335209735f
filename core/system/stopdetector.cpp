// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/stopdetector.h"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

constexpr std::uint64_t shortestStop = 1'000'000'000; // nanoseconds
constexpr std::uint64_t activeInterval = 20'000'000; // from one reading to the next

} // namespace

/// Reads the times on a core and of waiting for one: Documentation/scheduler/sched-stats.rst
std::uint64_t activeTimeOfThread()
{
    const int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    std::array<char, 96> text{};
    const ssize_t got = read(file, text.data(), text.size() - 1);
    close(file);
    std::uint64_t onCore = 0;
    std::uint64_t waiting = 0;
    if (got <= 0 || std::sscanf(text.data(), "%" SCNu64 " %" SCNu64, &onCore, &waiting) != 2)
        return 0;
    return onCore + waiting;
}

std::optional<StopInterval> StopDetector::look(std::uint64_t time)
{
    const StopInterval since{std::exchange(m_lastLook, time), time};
    const bool isLong = since.duration() >= shortestStop;
    if (!isLong && time - m_activeRead < activeInterval)
        return std::nullopt;
    const std::uint64_t active = m_activeTime();
    const std::uint64_t before = std::exchange(m_active, active).value_or(active);
    m_activeRead = time;
    const bool isKnown = active >= before; // 0 if it cannot be read
    const bool wasStopped = isLong && isKnown && since.duration() >= active - before + shortestStop;
    return wasStopped ? std::optional(since) : std::nullopt;
}

} // namespace poolscope
