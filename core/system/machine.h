// SPDX-License-Identifier: GPL-3.0-or-later
// Machine: the computer on which a run was made.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

/// A value is empty or 0 if unknown.
struct Machine {
    std::string host;
    std::string kernel; ///< "Linux 6.1.0-18-amd64 x86_64"
    std::string processor; ///< its model
    std::uint32_t cores = 0; ///< usable ones
    std::uint64_t memory = 0; ///< bytes
};

Machine thisMachine();

std::string hostName();

} // namespace poolscope
