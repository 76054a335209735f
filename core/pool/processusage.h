// SPDX-License-Identifier: GPL-3.0-or-later
// What a process or a thread has cost so far, as the kernel tells those who look from outside.
#pragma once

#include "pool/poollistener.h"

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace poolscope {

/// CPU time of all threads, the time for which the first of them waited for a core, and the largest
/// resident set. Nothing where the process is not of this host, or is gone.
std::optional<WorkerUsage> usageOf(pid_t process);

/// The threads that there are; count 0 where that is not known.
ThreadUsage threadsOf(pid_t process);

/// CPU time of the calling thread, in nanoseconds.
std::uint64_t threadCpu();

} // namespace poolscope
