// SPDX-License-Identifier: GPL-3.0-or-later
// Machine: what a run was made on.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

/// Empty or 0 stands for what is not known.
struct Machine {
    std::string host;
    std::string kernel; ///< "Linux 6.1.0-18-amd64 x86_64"
    std::string processor; ///< its model
    std::uint32_t cores = 0; ///< usable ones
    std::uint64_t memory = 0; ///< bytes of it
};

Machine thisMachine();

} // namespace poolscope
