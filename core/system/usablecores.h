// SPDX-License-Identifier: GPL-3.0-or-later
// The number of cores that this process may use: the value of `-j auto`.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

/// Returns the number of cores in the affinity mask, or fewer if the CPU quota of a control group
/// (v1 or v2, this group or one above it) allows less. Rounds up to whole cores. At least 1.
std::uint32_t usableCores();

/// Returns the quota in cores, or 0 if there is none. Reads proc/self/cgroup, and cpu.max or
/// cpu.cfs_quota_us below sys/fs/cgroup. `root` is "/", or the folder of a test.
double cgroupQuota(const std::string &root);

} // namespace poolscope
