// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/usablecores.h"

#include "system/cgroups.h"

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

/// Reads cpu.max of cgroup v2: "QUOTA PERIOD" or "max PERIOD".
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

/// Returns the least quota of `group` and of every group above it, up to `mount`. 0 if there is
/// none.
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

} // namespace

double cgroupQuota(const std::string &root)
{
    const fs::path mount = fs::path(root) / "sys/fs/cgroup";
    double least = 0;
    for (const auto &[controllers, group] : ownCgroups(root)) {
        double quota = 0;
        if (controllers.empty())
            quota = leastQuota(mount, group, quotaV2);
        else if (hasController(controllers, "cpu"))
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
