// SPDX-License-Identifier: GPL-3.0-or-later
// How much memory a process takes that no file could be read for again, from /proc: what it has to
// itself, and shared memory (mmap(-1), memfd, shm_open(), System V).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <sys/types.h>
#include <utility>

namespace poolscope {

/// A file that memory can be mapped from: its device, as /proc writes it, and its inode.
using MappedFile = std::pair<std::uint64_t, std::uint64_t>;

/// Bytes of a process, in microseconds. What several processes share counts in each of them.
class QuickMemory {
public:
    explicit QuickMemory(pid_t pid)
        : m_pid(pid)
    {
    }

    /// Reads `statm`, which is open on /proc/PID/statm. False where the process has ended.
    bool read(int statm);
    /// The same, opening that file.
    bool read();

    std::uint64_t own() const { return m_own; }
    /// With the shared memory. It is looked at when it seems to have changed.
    std::uint64_t ownAndShared();

private:
    pid_t m_pid;
    std::uint64_t m_own = 0;
    std::uint64_t m_mapped = 0; ///< shared memory, and pages of files
    std::uint64_t m_mappedBefore = UINT64_MAX; ///< when m_shared was read
    std::uint64_t m_shared = 0;
};

/// Bytes of a process, of which pages that n processes share count one nth, and those of `files`
/// do not count. Takes some 20 ms for a gigabyte. Nothing where the kernel does not tell.
std::optional<std::uint64_t> proportionalMemory(pid_t pid, const std::set<MappedFile> &files);

/// Bytes that a forked process has changed or allocated since the fork, as long as the process that
/// forked it still runs. Takes as long as proportionalMemory(). Nothing if the kernel does not
/// report them.
std::optional<std::uint64_t> memorySinceFork(pid_t pid);

/// What this process maps to share it with others.
std::set<MappedFile> sharedFilesOfThisProcess();

} // namespace poolscope
