// SPDX-License-Identifier: GPL-3.0-or-later
// How many cores this process may really use: what `-j auto` means.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

/// The cores of the affinity mask, or fewer where a cgroup's CPU quota (v1 or v2, of this group or
/// one above it) allows less; a part of a core counts as a whole one. At least 1.
std::uint32_t usableCores();

/// The quota alone, in cores, read below `root` ("/" outside of tests); 0 where there is none.
/// Files: proc/self/cgroup, and cpu.max or cpu.cfs_quota_us below sys/fs/cgroup.
double cgroupQuota(const std::string &root);

} // namespace poolscope
