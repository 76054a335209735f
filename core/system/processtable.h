// SPDX-License-Identifier: GPL-3.0-or-later
// The processes of this machine, as /proc shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace poolscope {

struct ProcessEntry {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
    /// Clock ticks from the machine's start to the process's. A number that a process had may
    /// become another's, which has another start.
    std::uint64_t started = 0;
};

/// All processes that are alive now. Takes milliseconds where there are hundreds.
std::vector<ProcessEntry> processTable();

/// Nothing where the process is not alive.
std::optional<ProcessEntry> processEntry(pid_t pid);

/// The children of a process. Takes some microseconds for each of its threads.
std::vector<pid_t> childrenOf(pid_t pid);

/// Kills a process and all that descend from it, in whatever group or session they are. The process
/// itself is left for its parent to reap. Orphans, whose parent has ended before, are not found.
void killTree(pid_t root);

/// Stops a process and all that descend from it, and returns them.
std::vector<pid_t> stopTree(pid_t root);

/// Continues processes that were stopped.
void continueAll(const std::vector<pid_t> &pids);

/// Kills all processes of the sessions that these processes lead.
void killSessions(const std::vector<pid_t> &leaders);

} // namespace poolscope
