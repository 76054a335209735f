// SPDX-License-Identifier: GPL-3.0-or-later
// MemoryWatch: how much memory workers and the processes that they started take, from /proc, and
// which of them take too much.
//
// What counts is resident memory that a process has to itself, and shared memory: not libraries and
// other files, and not what the pool shares with its workers. What descends from a worker's keeper
// belongs to the worker, whatever session it is in; that includes orphans. These processes, and all
// measurements that take long, are looked for as often as that stays below a hundredth of a core. A
// process younger than a tenth of a second is not counted: between fork and exec it seems to have
// all that its parent has.
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

    /// A Copy was forked from another process. Memory that both still share does not count once the
    /// copy is measured.
    enum class Kind : std::uint8_t { Program, Copy };
    /// `keeper` is the process that all descend from which the worker starts, or the worker.
    void add(pid_t worker, pid_t keeper, Kind kind = Kind::Program);
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

private:
    /// A process that a worker started.
    struct Other {
        std::uint64_t started = 0; ///< see ProcessEntry
        QuickMemory memory;
    };
    struct Worker {
        Worker(pid_t worker, pid_t itsKeeper, Kind itsKind)
            : keeper(itsKeeper)
            , kind(itsKind)
            , memory(worker)
        {
        }

        pid_t keeper;
        Kind kind;
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

    void lookForDescendants(pid_t pid, Worker &worker);
    void addOther(Worker &worker, pid_t pid);
    void lookAt(Worker &worker);
    bool isToBeMeasured(const Worker &worker) const;
    void measure(pid_t pid, Worker &worker);

    std::uint64_t m_limit;
    std::map<pid_t, Worker> m_workers;
    std::uint64_t m_nextDescendants = 0; ///< when to look for them again, nanoseconds
};

} // namespace poolscope
