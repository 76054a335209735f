// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/processmemory.h"

#include <cinttypes>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr std::uint64_t worthLooking = 1U << 20; // bytes of shared memory

std::string fileOf(pid_t pid, const char *name)
{
    return "/proc/" + std::to_string(pid) + '/' + name;
}

std::uint64_t bytesOfPages(std::uint64_t pages)
{
    static const auto pageSize = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return pages * pageSize;
}

/// Returns the bytes of a line "NAME:   123 kB", or nothing if it is another line.
std::optional<std::uint64_t> bytesOf(const std::string &line, std::string_view name)
{
    std::uint64_t kilobytes = 0;
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':'
        || std::sscanf(line.c_str() + name.size() + 1, " %" SCNu64, &kilobytes) != 1)
        return std::nullopt;
    return kilobytes * 1024;
}

/// Returns the bytes of the line of that name in a file of /proc/PID.
std::optional<std::uint64_t> bytesIn(pid_t pid, const char *file, std::string_view name)
{
    std::ifstream lines(fileOf(pid, file));
    for (std::string line; std::getline(lines, line);) {
        if (const auto bytes = bytesOf(line, name))
            return bytes;
    }
    return std::nullopt;
}

struct Mapping {
    MappedFile file;
    bool isShared = false;
};

/// Reads "BEGIN-END PERMISSIONS OFFSET MAJOR:MINOR INODE ...", as lines of maps and smaps begin.
std::optional<Mapping> mappingOf(const std::string &line)
{
    char shared = 0;
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    Mapping mapping;
    if (std::sscanf(line.c_str(), "%*x-%*x %*c%*c%*c%c %*x %" SCNx64 ":%" SCNx64 " %" SCNu64,
            &shared, &major, &minor, &mapping.file.second)
        != 4)
        return std::nullopt;
    mapping.file.first = (major << 32) | minor;
    mapping.isShared = shared == 's';
    return mapping;
}

/// Returns the bytes of the process's proportional part of these files.
std::uint64_t partsOf(pid_t pid, const std::set<MappedFile> &files)
{
    std::ifstream mappings(fileOf(pid, "smaps"));
    std::uint64_t bytes = 0;
    bool counts = false;
    for (std::string line; std::getline(mappings, line);) {
        if (const auto mapping = mappingOf(line))
            counts = mapping->isShared && files.contains(mapping->file);
        else if (counts)
            bytes += bytesOf(line, "Pss").value_or(0);
    }
    return bytes;
}

} // namespace

bool QuickMemory::read(int statm)
{
    // "size resident shared ...", in pages: proc(5).
    char text[128] = {};
    std::uint64_t resident = 0;
    std::uint64_t mapped = 0;
    if (pread(statm, text, sizeof(text) - 1, 0) <= 0
        || std::sscanf(text, "%*u %" SCNu64 " %" SCNu64, &resident, &mapped) != 2 || resident == 0)
        return false;
    m_own = resident > mapped ? bytesOfPages(resident - mapped) : 0;
    m_mapped = bytesOfPages(mapped);
    return true;
}

bool QuickMemory::read()
{
    const int statm = open(fileOf(m_pid, "statm").c_str(), O_RDONLY | O_CLOEXEC);
    if (statm < 0)
        return false;
    const bool isAlive = read(statm);
    close(statm);
    return isAlive;
}

std::uint64_t QuickMemory::ownAndShared()
{
    const bool grew = m_mapped > m_mappedBefore && m_mapped - m_mappedBefore >= worthLooking;
    if (grew || m_mapped < m_mappedBefore) {
        m_mappedBefore = m_mapped;
        m_shared = bytesIn(m_pid, "status", "RssShmem").value_or(m_shared);
    }
    return m_own + m_shared;
}

std::optional<std::uint64_t> proportionalMemory(pid_t pid, const std::set<MappedFile> &files)
{
    std::ifstream sums(fileOf(pid, "smaps_rollup"));
    std::optional<std::uint64_t> own;
    std::uint64_t shared = 0;
    for (std::string line; std::getline(sums, line);) {
        if (const auto bytes = bytesOf(line, "Pss_Anon"))
            own = bytes;
        if (const auto bytes = bytesOf(line, "Pss_Shmem"))
            shared = *bytes;
    }
    if (!own)
        return std::nullopt;
    if (shared >= worthLooking) {
        const std::uint64_t left = partsOf(pid, files);
        shared -= left < shared ? left : shared;
    }
    return *own + shared;
}

std::optional<std::uint64_t> memorySinceFork(pid_t pid)
{
    return bytesIn(pid, "smaps_rollup", "Private_Dirty");
}

std::set<MappedFile> sharedFilesOfThisProcess()
{
    std::set<MappedFile> files;
    std::ifstream mappings("/proc/self/maps");
    for (std::string line; std::getline(mappings, line);) {
        if (const auto mapping = mappingOf(line); mapping && mapping->isShared)
            files.insert(mapping->file);
    }
    return files;
}

} // namespace poolscope
