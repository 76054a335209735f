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
    /// Clock ticks from the start of the machine to that of the process. Another process may have
    /// the same pid later, but not the same start.
    std::uint64_t started = 0;
    bool isStopped = false; ///< whether a signal has stopped it
};

/// Returns all processes that are alive. Takes milliseconds if there are hundreds.
std::vector<ProcessEntry> processTable();

/// Returns the entry of a process, or nothing if it is not alive.
std::optional<ProcessEntry> processEntry(pid_t pid);

/// Returns the children of a process. Takes some microseconds for each of its threads.
std::vector<pid_t> childrenOf(pid_t pid);

/// Returns all processes that descend from a process. Orphans, whose parent has ended before, are
/// found only if the process is their subreaper.
std::vector<pid_t> descendantsOf(pid_t root);

/// Sends a signal to all processes that descend from a process, in any group or session.
void signalDescendants(pid_t root, int signal);

/// The treatment of resource trackers of Python's multiprocessing. A tracker ends by itself when
/// all processes that used it have ended, and removes their shared memory and semaphores.
enum class ResourceTrackers : std::uint8_t { Spared, Killed };
/// Whether a process is a resource tracker, by its command line.
bool isResourceTracker(pid_t pid);

/// Kills all processes that descend from a process, and those that they start meanwhile. Returns
/// them, including those that were spared.
std::vector<pid_t> killDescendants(
    pid_t root, ResourceTrackers trackers = ResourceTrackers::Spared);

/// Kills a process and its descendants, except resource trackers. The parent of the process reaps
/// it.
void killTree(pid_t root);

/// Kills all processes of a session.
void killSession(pid_t session);

/// Stops all processes that descend from a process. Returns those that were not stopped already.
std::vector<pid_t> stopDescendants(pid_t root);

/// Continues processes that were stopped.
void continueAll(const std::vector<pid_t> &pids);

} // namespace poolscope
