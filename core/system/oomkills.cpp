// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/oomkills.h"

#include "system/cgroups.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

/// Returns the number after "oom_kill" in a file of names and numbers.
std::uint64_t countIn(const fs::path &file)
{
    std::ifstream stream(file);
    std::string name;
    for (std::uint64_t value = 0; stream >> name >> value;) {
        if (name == "oom_kill")
            return value;
    }
    return 0;
}

std::uint64_t countOf(const fs::path &mount, const Cgroup &group)
{
    const fs::path path = fs::path(group.path).relative_path();
    if (group.controllers.empty())
        return countIn(mount / path / "memory.events");
    if (hasController(group.controllers, "memory"))
        return countIn(mount / "memory" / path / "memory.oom_control");
    return 0;
}

} // namespace

OomKills oomKills(const std::string &root)
{
    OomKills kills;
    for (const Cgroup &group : ownCgroups(root))
        kills.here = std::max(kills.here, countOf(fs::path(root) / "sys/fs/cgroup", group));
    kills.anywhere = countIn(fs::path(root) / "proc/vmstat");
    return kills;
}

std::string oomKillsBetween(const OomKills &before, const OomKills &after)
{
    if (after.here > before.here)
        return ", very likely by the kernel's out-of-memory killer, which struck in this program's "
               "control group meanwhile";
    if (after.anywhere > before.anywhere)
        return ", perhaps by the kernel's out-of-memory killer, which struck on this machine "
               "meanwhile";
    return {};
}

OomWatch::OomWatch(std::string root)
    : m_root(std::move(root))
{
}

void OomWatch::begin(std::uint64_t clock)
{
    constexpr std::uint64_t interval = 50'000'000; // nanoseconds
    if (m_looked != 0 && clock - m_looked < interval)
        return;
    m_before = oomKills(m_root);
    m_looked = clock;
}

std::string OomWatch::sinceBegin() const
{
    return oomKillsBetween(m_before, oomKills(m_root));
}

} // namespace poolscope
