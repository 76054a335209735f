// SPDX-License-Identifier: GPL-3.0-or-later
// The control groups that this program is in, which its workers are in, too: cgroups(7).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

struct Cgroup {
    std::string controllers; ///< with commas between them; empty: version 2
    std::string path; ///< within the controllers' hierarchy
};

/// None where the kernel tells of none. `root` is "/", or a folder that a test has made.
std::vector<Cgroup> ownCgroups(const std::string &root);

bool hasController(const std::string &controllers, std::string_view name);

} // namespace poolscope
