// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/usablecores.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sched.h>
#include <sstream>

namespace poolscope {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> readLine(const fs::path &file)
{
    std::ifstream stream(file);
    std::string line;
    if (!std::getline(stream, line))
        return std::nullopt;
    return line;
}

std::optional<double> readNumber(const fs::path &file)
{
    const auto line = readLine(file);
    double number = 0;
    if (!line || !(std::istringstream(*line) >> number))
        return std::nullopt;
    return number;
}

/// cpu.max of cgroup v2: "QUOTA PERIOD" or "max PERIOD".
std::optional<double> quotaV2(const fs::path &group)
{
    const auto line = readLine(group / "cpu.max");
    double quota = 0;
    double period = 0;
    if (!line || !(std::istringstream(*line) >> quota >> period) || period <= 0)
        return std::nullopt;
    return quota / period;
}

std::optional<double> quotaV1(const fs::path &group)
{
    const auto quota = readNumber(group / "cpu.cfs_quota_us");
    const auto period = readNumber(group / "cpu.cfs_period_us");
    if (!quota || !period || *quota <= 0 || *period <= 0)
        return std::nullopt;
    return *quota / *period;
}

/// The least quota of `group` and of every group above it, up to `mount`.
template <typename Read> double leastQuota(const fs::path &mount, std::string group, Read read)
{
    double least = 0;
    for (;;) {
        if (const auto quota = read(mount / fs::path(group).relative_path()))
            least = least == 0 ? *quota : std::min(least, *quota);
        if (group.empty() || group == "/")
            return least;
        group = fs::path(group).parent_path().string();
    }
}

bool hasCpuController(const std::string &controllers)
{
    std::istringstream list(controllers);
    for (std::string name; std::getline(list, name, ',');) {
        if (name == "cpu")
            return true;
    }
    return false;
}

} // namespace

double cgroupQuota(const std::string &root)
{
    const fs::path mount = fs::path(root) / "sys/fs/cgroup";
    std::ifstream groups(fs::path(root) / "proc/self/cgroup");
    double least = 0;
    // Each line is "ID:CONTROLLERS:GROUP"; version 2 has ID 0 and no controllers: cgroups(7).
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string group = line.substr(second + 1);
        double quota = 0;
        if (controllers.empty())
            quota = leastQuota(mount, group, quotaV2);
        else if (hasCpuController(controllers))
            quota =
                leastQuota(fs::exists(mount / controllers) ? mount / controllers : mount / "cpu",
                    group, quotaV1);
        if (quota > 0)
            least = least == 0 ? quota : std::min(least, quota);
    }
    return least;
}

std::uint32_t usableCores()
{
    cpu_set_t mask;
    CPU_ZERO(&mask);
    std::uint32_t cores = 1;
    if (sched_getaffinity(0, sizeof(mask), &mask) == 0)
        cores = static_cast<std::uint32_t>(std::max(CPU_COUNT(&mask), 1));
    const double quota = cgroupQuota("/");
    if (quota > 0)
        cores = std::min(cores, static_cast<std::uint32_t>(std::max(std::ceil(quota), 1.0)));
    return cores;
}

} // namespace poolscope
