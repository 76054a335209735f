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
    bool isStopped = false; ///< by a signal
};

/// All processes that are alive now. Takes milliseconds where there are hundreds.
std::vector<ProcessEntry> processTable();

/// Nothing where the process is not alive.
std::optional<ProcessEntry> processEntry(pid_t pid);

/// The children of a process. Takes some microseconds for each of its threads.
std::vector<pid_t> childrenOf(pid_t pid);

/// All processes that descend from a process. Orphans, whose parent has ended before, are found
/// only where the process is their subreaper.
std::vector<pid_t> descendantsOf(pid_t root);

/// Sends a signal to all of these, in whatever group or session they are.
void signalDescendants(pid_t root, int signal);

/// The resource trackers of Python's multiprocessing. One ends by itself once all processes have
/// ended that used it, and removes the shared memory and the semaphores that these have left.
enum class ResourceTrackers : std::uint8_t { Spared, Killed };
/// Whether a process is one of them, as its command line says.
bool isResourceTracker(pid_t pid);

/// Kills the same processes, and those that they start meanwhile. Returns all of them, and those
/// that were spared.
std::vector<pid_t> killDescendants(
    pid_t root, ResourceTrackers trackers = ResourceTrackers::Spared);

/// Kills a process and all that descend from it, but for resource trackers. The process itself is
/// left for its parent to reap.
void killTree(pid_t root);

/// Kills all processes of a session.
void killSession(pid_t session);

/// Stops all processes that descend from a process. Returns those that were not stopped already.
std::vector<pid_t> stopDescendants(pid_t root);

/// Continues processes that were stopped.
void continueAll(const std::vector<pid_t> &pids);

} // namespace poolscope
