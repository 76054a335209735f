// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/throttlewatch.h"

#include "system/cgroups.h"
#include "system/usablecores.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

/// Adds the cpu.stat of `group` and of every group above it, up to `mount`.
void addFiles(std::vector<std::string> &files, const fs::path &mount, std::string group)
{
    for (;;) {
        const fs::path file = mount / fs::path(group).relative_path() / "cpu.stat";
        if (fs::exists(file))
            files.push_back(file.string());
        if (group.empty() || group == "/")
            return;
        group = fs::path(group).parent_path().string();
    }
}

std::uint64_t throttledIn(const std::string &file)
{
    std::ifstream stream(file);
    std::string name;
    for (std::uint64_t value = 0; stream >> name >> value;) {
        if (name == "throttled_usec")
            return value * 1000;
        if (name == "throttled_time") // version 1, in nanoseconds
            return value;
    }
    return 0;
}

} // namespace

ThrottleWatch::ThrottleWatch(const std::string &root)
{
    if (cgroupQuota(root) <= 0)
        return;
    const fs::path mount = fs::path(root) / "sys/fs/cgroup";
    for (const auto &[controllers, group] : ownCgroups(root)) {
        if (controllers.empty())
            addFiles(m_files, mount, group);
        else if (hasController(controllers, "cpu"))
            addFiles(m_files, fs::exists(mount / controllers) ? mount / controllers : mount / "cpu",
                group);
    }
    m_before = m_now = read();
}

void ThrottleWatch::look()
{
    if (!m_files.empty())
        m_now = std::max(m_before, read());
}

std::uint64_t ThrottleWatch::read() const
{
    std::uint64_t throttled = 0;
    for (const std::string &file : m_files)
        throttled = std::max(throttled, throttledIn(file));
    return throttled;
}

} // namespace poolscope
