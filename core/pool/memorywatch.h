// SPDX-License-Identifier: GPL-3.0-or-later
// MemoryWatch: how much memory workers take, from /proc, and which of them take too much.
//
// What counts is resident memory that a process has to itself: not the libraries and files that it
// shares, and not the shared column of outcomes. The worker's own process is looked at every time,
// which takes some microseconds; the processes that it has started are in its session, which
// takes a look at every process of the machine, and comes as often as that stays below a hundredth
// of a core. One younger than a tenth of a second is not counted: between fork and exec it seems to
// have all that its parent has.
//
// One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>

namespace poolscope {

class MemoryWatch {
public:
    /// Sessions are looked at only where there is a limit, in bytes.
    explicit MemoryWatch(std::optional<std::uint64_t> limit);
    ~MemoryWatch();
    MemoryWatch(const MemoryWatch &) = delete;
    MemoryWatch &operator=(const MemoryWatch &) = delete;

    /// The worker's process, which leads its session.
    void add(pid_t worker);
    void remove(pid_t worker);

    /// Looks at all workers.
    void look();

    /// Bytes that it took when it was last looked at, and the most that it ever took; 0: unknown.
    std::uint64_t takenBy(pid_t worker) const;
    std::uint64_t peakOf(pid_t worker) const;
    /// Whether it takes more than the limit.
    bool isOver(pid_t worker) const;

private:
    struct Worker {
        int statm = -1; ///< /proc/PID/statm, kept open
        std::uint64_t own = 0;
        std::uint64_t others = 0; ///< of its session
        std::uint64_t peak = 0;
    };

    void lookAtSessions();
    void lookAtProcess(const std::string &folder, double bootTime);

    std::uint64_t m_limit;
    std::map<pid_t, Worker> m_workers;
    std::map<pid_t, std::uint64_t> m_found; ///< by session, while it is looked at
    std::uint64_t m_nextSessions = 0; ///< when to look at the sessions again, nanoseconds
};

} // namespace poolscope
