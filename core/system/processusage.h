// SPDX-License-Identifier: GPL-3.0-or-later
// What a process or a thread has cost so far, as the kernel tells those who look from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace poolscope {

/// What a worker's process has cost since its start.
struct WorkerUsage {
    std::uint64_t cpu = 0; ///< nanoseconds
    std::uint64_t runQueue = 0; ///< nanoseconds for which it waited for a core
    std::uint64_t maxRss = 0; ///< bytes
    std::uint64_t decoding = 0; ///< nanoseconds for which it decoded inputs, as far as it has told
};

/// What the threads of a worker's process were at when they were looked at.
struct ThreadUsage {
    std::uint32_t count = 0; ///< with the first; 0: unknown
    std::uint64_t runQueue = 0; ///< nanoseconds for which all but the first waited for a core
};

/// CPU time of all threads, the time for which the first of them waited for a core, and the largest
/// resident set. Nothing where the process is not of this host, or is gone.
std::optional<WorkerUsage> usageOf(pid_t process);

/// The threads that there are; count 0 where that is not known.
ThreadUsage threadsOf(pid_t process);

/// CPU time of the calling thread, in nanoseconds.
std::uint64_t threadCpu();

} // namespace poolscope
