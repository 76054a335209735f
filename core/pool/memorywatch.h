// SPDX-License-Identifier: GPL-3.0-or-later
// MemoryWatch: how much memory workers and the processes that they started take, from /proc, and
// which of them take too much.
//
// What counts is resident memory that a process has to itself, and shared memory: not libraries and
// other files, and not what the pool shares with its workers. What started in a worker's session or
// descends from the worker belongs to it, whatever session it is in. Descendants are looked for
// every time, orphans in a worker's session and all measurements that take long as often as that
// stays below a hundredth of a core. A process that was found once still belongs to its worker when
// its parent ends. A process younger than a tenth of a second is not counted: between fork and exec
// it seems to have all that its parent has.
//
// A quick look counts memory that several processes share in each of them. Where that sum is over
// the limit, each is measured by its part.
//
// One thread.
#pragma once

#include "system/processmemory.h"

#include <cstdint>
#include <map>
#include <optional>
#include <sys/types.h>

namespace poolscope {

class MemoryWatch {
public:
    /// What workers have started is looked at only where there is a limit, in bytes; so is shared
    /// memory.
    explicit MemoryWatch(std::optional<std::uint64_t> limit);
    ~MemoryWatch();
    MemoryWatch(const MemoryWatch &) = delete;
    MemoryWatch &operator=(const MemoryWatch &) = delete;

    /// The worker's process, which leads its session.
    void add(pid_t worker);
    void remove(pid_t worker);

    /// Looks at all workers.
    void look();

    /// Bytes that the worker and what it started took when they were last looked at, and the most
    /// that they ever took. 0 if unknown.
    std::uint64_t takenBy(pid_t worker) const;
    std::uint64_t peakOf(pid_t worker) const;
    /// Whether they take more than the limit.
    bool isOver(pid_t worker) const;
    /// Whether some of that is taken by what the worker started.
    bool countsOthers(pid_t worker) const;
    /// Kills what the worker started, as far as it was found, in whatever session it is.
    void killOthers(pid_t worker) const;

private:
    /// A process that a worker started.
    struct Other {
        std::uint64_t started = 0; ///< see ProcessEntry
        QuickMemory memory;
    };
    struct Worker {
        explicit Worker(pid_t pid)
            : memory(pid)
        {
        }

        QuickMemory memory;
        int statm = -1; ///< /proc/PID/statm, kept open
        std::map<pid_t, Other> others;
        std::uint64_t quick = 0; ///< bytes of all, with shared memory
        std::uint64_t taken = 0; ///< bytes of all: measured, or without shared memory
        std::uint64_t peak = 0; ///< bytes
        std::uint64_t quickWhenMeasured = 0;
        std::uint64_t takenWhenMeasured = 0;
        std::uint64_t measureAgain = 0; ///< when, in nanoseconds
        bool isOver = false;
    };

    void lookForOrphans();
    void lookForDescendants(pid_t pid, Worker &worker);
    void addOther(Worker &worker, pid_t pid);
    void lookAt(Worker &worker);
    bool isToBeMeasured(const Worker &worker) const;
    void measure(pid_t pid, Worker &worker);

    std::uint64_t m_limit;
    std::map<pid_t, Worker> m_workers;
    std::uint64_t m_nextOrphans = 0; ///< when to look for them again, nanoseconds
    std::uint64_t m_nextDescendants = 0; ///< the same
};

} // namespace poolscope
