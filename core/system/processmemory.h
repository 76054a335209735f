// SPDX-License-Identifier: GPL-3.0-or-later
// Memory of a process that cannot be read from a file again, by /proc: private memory, and shared
// memory (mmap(-1), memfd, shm_open(), System V).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <sys/types.h>
#include <utility>

namespace poolscope {

/// A file that memory can be mapped from: its device, as /proc writes it, and its inode.
using MappedFile = std::pair<std::uint64_t, std::uint64_t>;

/// Measures a process within microseconds. Shared memory counts in each process that shares it.
class QuickMemory {
public:
    explicit QuickMemory(pid_t pid)
        : m_pid(pid)
    {
    }

    /// Reads the descriptor `statm` of /proc/PID/statm. Returns false if the process has ended.
    bool read(int statm);
    /// Opens /proc/PID/statm and reads it.
    bool read();

    std::uint64_t own() const { return m_own; } ///< private memory in bytes
    /// Private and shared memory in bytes. Shared memory is read again when it seems to have
    /// changed.
    std::uint64_t ownAndShared();

private:
    pid_t m_pid;
    std::uint64_t m_own = 0;
    std::uint64_t m_mapped = 0; ///< shared memory, and pages of files
    std::uint64_t m_mappedBefore = UINT64_MAX; ///< when m_shared was read
    std::uint64_t m_shared = 0;
};

/// Measures a process in bytes. A page that n processes share counts one nth, and pages of `files`
/// do not count. Takes some 20 ms for a gigabyte. Returns nothing if the kernel does not report it.
std::optional<std::uint64_t> proportionalMemory(pid_t pid, const std::set<MappedFile> &files);

/// Returns the bytes that a forked process has changed or allocated since the fork. The process
/// that forked it still runs. Takes as long as proportionalMemory(). Returns nothing if the kernel
/// does not report them.
std::optional<std::uint64_t> memorySinceFork(pid_t pid);

/// Returns the files that this process maps to share them with others.
std::set<MappedFile> sharedFilesOfThisProcess();

} // namespace poolscope
