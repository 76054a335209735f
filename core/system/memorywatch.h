// SPDX-License-Identifier: GPL-3.0-or-later
// MemoryWatch: measures the memory of workers and of the processes that they started, from /proc,
// and finds workers that exceed the limit.
//
// Private resident memory and shared memory count. Libraries and other files, and memory that the
// pool shares with its workers, do not count. All descendants of a worker's keeper belong to the
// worker, in any session, also orphans. The search for them, and slow measurements, use at most a
// hundredth of a core. A process younger than a tenth of a second does not count: between fork and
// exec it appears to have all memory of its parent.
//
// A quick measurement counts shared memory in each process that shares it. If that sum exceeds the
// limit, each process is measured by its proportional part.
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
    /// `limit` is in bytes. Without a limit, processes that workers started and shared memory are
    /// not measured.
    explicit MemoryWatch(std::optional<std::uint64_t> limit);
    ~MemoryWatch();
    MemoryWatch(const MemoryWatch &) = delete;
    MemoryWatch &operator=(const MemoryWatch &) = delete;

    /// A Copy was forked from another process. Memory that both still share does not count once the
    /// copy is measured.
    enum class Kind : std::uint8_t { Program, Copy };
    /// `keeper` is the ancestor of all processes that the worker starts, or the worker itself.
    void add(pid_t worker, pid_t keeper, Kind kind = Kind::Program);
    void remove(pid_t worker);

    /// Measures all workers.
    void look();

    /// Bytes that the worker and its processes used at the last look, and the most that they used
    /// at any look. 0 if unknown.
    std::uint64_t takenBy(pid_t worker) const;
    std::uint64_t peakOf(pid_t worker) const;
    /// Whether the worker and its processes exceed the limit.
    bool isOver(pid_t worker) const;
    /// Whether processes that the worker started are counted.
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
        std::uint64_t quick = 0; ///< bytes of all processes, with shared memory
        std::uint64_t taken = 0; ///< bytes of all processes: measured, or without shared memory
        std::uint64_t peak = 0; ///< bytes
        std::uint64_t quickWhenMeasured = 0;
        std::uint64_t takenWhenMeasured = 0;
        std::uint64_t measureAgain = 0; ///< time of the next measurement, nanoseconds
        bool isOver = false;
    };

    void lookForDescendants(pid_t pid, Worker &worker);
    void addOther(Worker &worker, pid_t pid);
    void lookAt(Worker &worker);
    bool isToBeMeasured(const Worker &worker) const;
    void measure(pid_t pid, Worker &worker);

    std::uint64_t m_limit;
    std::map<pid_t, Worker> m_workers;
    std::uint64_t m_nextDescendants = 0; ///< time of the next search, nanoseconds
};

} // namespace poolscope
