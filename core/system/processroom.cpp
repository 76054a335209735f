// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/processroom.h"

#include "system/processtable.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace poolscope {

namespace {

/// Returns the number of threads of a process. 0 if the process belongs to another user.
std::uint64_t threadsOfUser(pid_t pid, uid_t user)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    std::uint64_t threads = 0;
    std::uint64_t owner = 0;
    for (std::string name; file >> name;) {
        if (name == "Uid:")
            file >> owner;
        else if (name == "Threads:")
            file >> threads;
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return owner == user ? threads : 0;
}

std::uint64_t threadsOfUser()
{
    std::uint64_t count = 0;
    for (const ProcessEntry &entry : processTable())
        count += threadsOfUser(entry.pid, getuid());
    return count;
}

std::uint64_t threadsOfAll()
{
    struct sysinfo info { };
    sysinfo(&info);
    return info.procs;
}

} // namespace

std::uint64_t processRoom(std::uint64_t wanted)
{
    rlimit limit{};
    getrlimit(RLIMIT_NPROC, &limit);
    const bool isLimited = limit.rlim_cur != RLIM_INFINITY && geteuid() != 0;
    if (!isLimited || limit.rlim_cur >= threadsOfAll() + wanted)
        return wanted;
    return std::min(wanted, limit.rlim_cur - std::min<rlim_t>(limit.rlim_cur, threadsOfUser()));
}

} // namespace poolscope
