// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/memorywatch.h"

#include "system/processtable.h"
#include "system/runclock.h"

#include <algorithm>
#include <ctime>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace poolscope {

namespace {

constexpr std::uint64_t slowShare = 100; // slow work uses at most 1/100 of a core
constexpr double youth = 0.1; // seconds

double secondsSinceBoot()
{
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

bool isYoung(std::uint64_t started)
{
    static const auto ticksPerSecond = static_cast<double>(sysconf(_SC_CLK_TCK));
    return secondsSinceBoot() - static_cast<double>(started) / ticksPerSecond < youth;
}

/// Whether the pid still belongs to the process that started at this time.
bool isStill(pid_t pid, std::uint64_t started)
{
    const auto entry = processEntry(pid);
    return entry && entry->started == started;
}

/// Whether a process runs in its parent's memory, as it does from vfork() to exec().
bool hasParentsMemory(pid_t pid)
{
    const auto entry = processEntry(pid);
    return entry && syscall(SYS_kcmp, entry->parent, pid, KCMP_VM, 0, 0) == 0;
}

/// Calls work() unless the time is before `next`. Returns the time of the next call.
template <typename Work> std::uint64_t sparingly(std::uint64_t next, Work work)
{
    const std::uint64_t begun = RunClock::monotonic();
    if (begun < next)
        return next;
    work();
    const std::uint64_t ended = RunClock::monotonic();
    return ended + slowShare * (ended - begun);
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

void MemoryWatch::add(pid_t worker, pid_t keeper, Kind kind)
{
    const int statm =
        open(("/proc/" + std::to_string(worker) + "/statm").c_str(), O_RDONLY | O_CLOEXEC);
    if (statm >= 0)
        m_workers.try_emplace(worker, worker, keeper, kind).first->second.statm = statm;
}

void MemoryWatch::remove(pid_t worker)
{
    const auto node = m_workers.extract(worker);
    if (node)
        close(node.mapped().statm);
}

void MemoryWatch::look()
{
    if (m_limit != UINT64_MAX) {
        m_nextDescendants = sparingly(m_nextDescendants, [this] {
            for (auto &[pid, worker] : m_workers)
                lookForDescendants(pid, worker);
        });
    }
    for (auto &[pid, worker] : m_workers) {
        lookAt(worker);
        if (worker.quick <= m_limit)
            worker.isOver = false;
        else if (isToBeMeasured(worker))
            measure(pid, worker);
        worker.peak = std::max(worker.peak, worker.taken);
    }
}

/// Whether the worker is to be measured now. A worker that grew much is measured at once.
bool MemoryWatch::isToBeMeasured(const Worker &worker) const
{
    return RunClock::monotonic() >= worker.measureAgain
        || worker.taken > worker.takenWhenMeasured + m_limit / 4
        || worker.quick > worker.quickWhenMeasured + worker.quickWhenMeasured / 2;
}

void MemoryWatch::lookForDescendants(pid_t pid, Worker &worker)
{
    std::erase_if(worker.others,
        [](const auto &other) { return !isStill(other.first, other.second.started); });
    std::vector<pid_t> family{worker.keeper};
    for (const auto &[known, other] : worker.others)
        family.push_back(known);
    for (std::size_t next = 0; next < family.size(); ++next) {
        for (const pid_t child : childrenOf(family[next])) {
            if (std::find(family.begin(), family.end(), child) != family.end())
                continue;
            family.push_back(child);
            if (child != pid)
                addOther(worker, child);
        }
    }
}

void MemoryWatch::addOther(Worker &worker, pid_t pid)
{
    const auto entry = processEntry(pid);
    if (entry && !isYoung(entry->started))
        worker.others.try_emplace(pid, Other{entry->started, QuickMemory(pid)});
}

void MemoryWatch::lookAt(Worker &worker)
{
    // The memory of a process that has ended remains as it was read last.
    worker.memory.read(worker.statm);
    worker.taken = worker.memory.own();
    if (m_limit == UINT64_MAX)
        return;
    worker.quick = worker.memory.ownAndShared();
    for (auto &[pid, other] : worker.others) {
        if (!other.memory.read())
            continue;
        worker.taken += other.memory.own();
        worker.quick += other.memory.ownAndShared();
    }
}

void MemoryWatch::measure(pid_t pid, Worker &worker)
{
    worker.quickWhenMeasured = worker.quick;
    worker.takenWhenMeasured = worker.taken;
    const std::uint64_t begun = RunClock::monotonic();
    const std::set<MappedFile> ours = sharedFilesOfThisProcess();
    const auto itsOwn =
        worker.kind == Kind::Copy ? memorySinceFork(pid) : proportionalMemory(pid, ours);
    worker.taken = itsOwn.value_or(worker.memory.own());
    for (auto &[process, other] : worker.others) {
        if (isStill(process, other.started) && !hasParentsMemory(process))
            worker.taken += proportionalMemory(process, ours).value_or(other.memory.own());
    }
    worker.isOver = worker.taken > m_limit;
    const std::uint64_t ended = RunClock::monotonic();
    worker.measureAgain = ended + slowShare * m_workers.size() * (ended - begun);
}

std::uint64_t MemoryWatch::takenBy(pid_t worker) const
{
    const auto found = m_workers.find(worker);
    return found == m_workers.end() ? 0 : found->second.taken;
}

std::uint64_t MemoryWatch::peakOf(pid_t worker) const
{
    const auto found = m_workers.find(worker);
    return found == m_workers.end() ? 0 : found->second.peak;
}

bool MemoryWatch::isOver(pid_t worker) const
{
    const auto found = m_workers.find(worker);
    return found != m_workers.end() && found->second.isOver;
}

bool MemoryWatch::countsOthers(pid_t worker) const
{
    const auto found = m_workers.find(worker);
    return found != m_workers.end() && !found->second.others.empty();
}

} // namespace poolscope
