// SPDX-License-Identifier: GPL-3.0-or-later
// The control groups of this program and its workers: cgroups(7).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

struct Cgroup {
    std::string controllers; ///< separated by commas; empty for version 2
    std::string path; ///< within the controllers' hierarchy
};

/// Returns the control groups that the kernel reports. `root` is "/", or the folder of a test.
std::vector<Cgroup> ownCgroups(const std::string &root);

bool hasController(const std::string &controllers, std::string_view name);

} // namespace poolscope
