// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/memorywatch.h"

#include "pool/runclock.h"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr std::uint64_t sessionsShare = 100; // of a core: one part in so many
constexpr double youth = 0.1; // seconds

std::uint64_t privateMemory(int statm)
{
    // "size resident shared ...", in pages: proc(5).
    char text[128] = {};
    std::uint64_t resident = 0;
    std::uint64_t shared = 0;
    if (pread(statm, text, sizeof(text) - 1, 0) <= 0
        || std::sscanf(text, "%*u %" SCNu64 " %" SCNu64, &resident, &shared) != 2)
        return 0;
    static const auto pageSize = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return resident > shared ? (resident - shared) * pageSize : 0;
}

struct ProcessStatus {
    pid_t session = 0;
    double started = 0; ///< seconds after the machine's start
};

std::optional<ProcessStatus> statusOf(const std::string &folder)
{
    const int file = open((folder + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return std::nullopt;
    char text[1024] = {};
    const ssize_t size = read(file, text, sizeof(text) - 1);
    close(file);
    // "PID (NAME) STATE PPID PGRP SESSION ... STARTTIME(22)", and NAME may hold anything: proc(5).
    const char *behindName = size > 0 ? std::strrchr(text, ')') : nullptr;
    ProcessStatus status;
    unsigned long long ticks = 0;
    if (!behindName
        || std::sscanf(behindName + 1,
               " %*c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &status.session, &ticks)
            != 2)
        return std::nullopt;
    static const auto ticksPerSecond = static_cast<double>(sysconf(_SC_CLK_TCK));
    status.started = static_cast<double>(ticks) / ticksPerSecond;
    return status;
}

double secondsSinceBoot()
{
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

} // namespace

MemoryWatch::MemoryWatch(std::optional<std::uint64_t> limit)
    : m_limit(limit.value_or(UINT64_MAX))
{
}

MemoryWatch::~MemoryWatch()
{
    for (const auto &[pid, worker] : m_workers)
        close(worker.statm);
}

void MemoryWatch::add(pid_t worker)
{
    const int statm =
        open(("/proc/" + std::to_string(worker) + "/statm").c_str(), O_RDONLY | O_CLOEXEC);
    if (statm >= 0)
        m_workers[worker].statm = statm;
}

void MemoryWatch::remove(pid_t worker)
{
    const auto node = m_workers.extract(worker);
    if (node)
        close(node.mapped().statm);
}

void MemoryWatch::look()
{
    if (m_limit != UINT64_MAX)
        lookAtSessions();
    for (auto &[pid, worker] : m_workers) {
        // A process that has ended takes nothing; what it took last is of interest.
        if (const std::uint64_t own = privateMemory(worker.statm); own > 0)
            worker.own = own;
        worker.peak = std::max(worker.peak, worker.own + worker.others);
    }
}

void MemoryWatch::lookAtSessions()
{
    const std::uint64_t begun = RunClock::monotonic();
    if (begun < m_nextSessions)
        return;
    DIR *processes = opendir("/proc");
    if (!processes)
        return;
    m_found.clear();
    const double bootTime = secondsSinceBoot();
    while (const dirent *entry = readdir(processes)) {
        const std::string_view name = entry->d_name;
        pid_t process = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
        if (error == std::errc() && end == name.data() + name.size()
            && !m_workers.contains(process))
            lookAtProcess("/proc/" + std::string(name), bootTime);
    }
    closedir(processes);
    for (auto &[pid, worker] : m_workers)
        worker.others = m_found[pid];
    const std::uint64_t ended = RunClock::monotonic();
    m_nextSessions = ended + sessionsShare * (ended - begun);
}

void MemoryWatch::lookAtProcess(const std::string &folder, double bootTime)
{
    const auto status = statusOf(folder);
    if (!status || !m_workers.contains(status->session) || bootTime - status->started < youth)
        return;
    const int statm = open((folder + "/statm").c_str(), O_RDONLY | O_CLOEXEC);
    if (statm < 0)
        return;
    m_found[status->session] += privateMemory(statm);
    close(statm);
}

std::uint64_t MemoryWatch::takenBy(pid_t worker) const
{
    const auto found = m_workers.find(worker);
    return found == m_workers.end() ? 0 : found->second.own + found->second.others;
}

std::uint64_t MemoryWatch::peakOf(pid_t worker) const
{
    const auto found = m_workers.find(worker);
    return found == m_workers.end() ? 0 : found->second.peak;
}

bool MemoryWatch::isOver(pid_t worker) const
{
    return takenBy(worker) > m_limit;
}

} // namespace poolscope
