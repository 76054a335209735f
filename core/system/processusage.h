// SPDX-License-Identifier: GPL-3.0-or-later
// CPU time and memory of a process or a thread, as the kernel reports them to other processes.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace poolscope {

/// CPU time and memory of a worker's process since its start.
struct WorkerUsage {
    std::uint64_t cpu = 0; ///< nanoseconds
    std::uint64_t runQueue = 0; ///< nanoseconds for which it waited for a core
    std::uint64_t maxRss = 0; ///< bytes
    std::uint64_t decoding = 0; ///< nanoseconds for which it decoded inputs, as far as reported
};

/// The threads of a worker's process at one moment.
struct ThreadUsage {
    std::uint32_t count = 0; ///< including the first. 0 if unknown
    std::uint64_t runQueue = 0; ///< nanoseconds for which all but the first waited for a core
};

/// Returns the CPU time of all threads, the time for which the first thread waited for a core, and
/// the largest resident set. Returns nothing if the process is not on this host or has ended.
std::optional<WorkerUsage> usageOf(pid_t process);

/// Returns the usage of one thread of a process, without its memory.
std::optional<WorkerUsage> threadUsageOf(pid_t process, pid_t thread);

/// Returns the usage of a process's threads. The count is 0 if unknown.
ThreadUsage threadsOf(pid_t process);

/// CPU time of the calling thread, in nanoseconds.
std::uint64_t threadCpu();

} // namespace poolscope
