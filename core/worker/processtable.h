// SPDX-License-Identifier: GPL-3.0-or-later
// The processes of this machine, as /proc tells them.
#pragma once

#include <sys/types.h>
#include <vector>

namespace poolscope::worker {

struct ProcessEntry {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
};

/// All that are alive now. Takes milliseconds where there are hundreds.
std::vector<ProcessEntry> processTable();

/// Kills a process and all that descend from it, in whatever group or session they are. The process
/// itself is left for its parent to reap. What was given up by its parent before is not found.
void killTree(pid_t root);

/// Kills all processes of the sessions that these processes lead.
void killSessions(const std::vector<pid_t> &leaders);

} // namespace poolscope::worker
