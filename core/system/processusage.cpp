// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/processusage.h"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

std::uint64_t timeOf(clockid_t clock)
{
    timespec time{};
    if (clock_gettime(clock, &time) != 0)
        return 0;
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000
        + static_cast<std::uint64_t>(time.tv_nsec);
}

/// Reads the time of waiting for a core: Documentation/scheduler/sched-stats.rst
std::uint64_t runQueueIn(const fs::path &schedstat)
{
    std::ifstream file(schedstat);
    std::uint64_t onCpu = 0;
    std::uint64_t runQueue = 0;
    file >> onCpu >> runQueue;
    return runQueue;
}

/// Returns the number after a name in a process's status. 0 if there is none.
std::uint64_t numberInStatus(const std::string &folder, std::string_view name)
{
    std::uint64_t number = 0;
    std::ifstream file(folder + "/status");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name))
            continue;
        const std::size_t at = line.find_first_not_of(" \t", name.size());
        if (at != std::string::npos)
            std::from_chars(line.data() + at, line.data() + line.size(), number);
        break;
    }
    return number;
}

} // namespace

std::optional<WorkerUsage> usageOf(pid_t process)
{
    clockid_t clock = 0;
    if (process <= 0 || clock_getcpuclockid(process, &clock) != 0)
        return std::nullopt;
    WorkerUsage usage;
    usage.cpu = timeOf(clock);
    const std::string folder = "/proc/" + std::to_string(process);
    usage.runQueue = runQueueIn(folder + "/schedstat");
    usage.maxRss = numberInStatus(folder, "VmHWM:") * 1024;
    return usage;
}

std::optional<WorkerUsage> threadUsageOf(pid_t process, pid_t thread)
{
    std::ifstream file(
        "/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) + "/schedstat");
    WorkerUsage usage;
    file >> usage.cpu >> usage.runQueue;
    return file ? std::optional(usage) : std::nullopt;
}

ThreadUsage threadsOf(pid_t process)
{
    const std::string folder = "/proc/" + std::to_string(process);
    ThreadUsage usage;
    usage.count = static_cast<std::uint32_t>(numberInStatus(folder, "Threads:"));
    if (usage.count < 2)
        return usage;
    std::error_code error;
    for (const auto &thread : fs::directory_iterator(folder + "/task", error)) {
        if (thread.path().filename() != std::to_string(process))
            usage.runQueue += runQueueIn(thread.path() / "schedstat");
    }
    return usage;
}

std::uint64_t threadCpu()
{
    return timeOf(CLOCK_THREAD_CPUTIME_ID);
}

} // namespace poolscope
