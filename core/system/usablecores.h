// SPDX-License-Identifier: GPL-3.0-or-later
// The number of cores that this process may use: the value of `-j auto`.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

/// The cores of the affinity mask, or fewer if the CPU quota of a control group (v1 or v2, this
/// group or one above it) allows less. A part of a core counts as a whole core. At least 1.
std::uint32_t usableCores();

/// The quota in cores, read below `root` ("/" outside of tests). 0 if there is none.
/// Files: proc/self/cgroup, and cpu.max or cpu.cfs_quota_us below sys/fs/cgroup.
double cgroupQuota(const std::string &root);

} // namespace poolscope
