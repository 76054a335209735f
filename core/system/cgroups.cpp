// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/cgroups.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace poolscope {

std::vector<Cgroup> ownCgroups(const std::string &root)
{
    std::vector<Cgroup> groups;
    std::ifstream file(std::filesystem::path(root) / "proc/self/cgroup");
    // Each line is "ID:CONTROLLERS:GROUP".
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first != std::string::npos && second != std::string::npos)
            groups.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
    }
    return groups;
}

bool hasController(const std::string &controllers, std::string_view name)
{
    std::istringstream list(controllers);
    for (std::string each; std::getline(list, each, ',');) {
        if (each == name)
            return true;
    }
    return false;
}

} // namespace poolscope
