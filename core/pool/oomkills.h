// SPDX-License-Identifier: GPL-3.0-or-later
// How often the kernel's out-of-memory killer has struck, as far as the kernel tells.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

struct OomKills {
    std::uint64_t here = 0; ///< in this program's control group
    std::uint64_t anywhere = 0; ///< on this machine
};

/// What is not told is 0. `root` is "/", or a folder that a test has made.
OomKills oomKills(const std::string &root);

/// ", ..." in words, where it struck between the two; else empty.
std::string oomKillsBetween(const OomKills &before, const OomKills &after);

} // namespace poolscope
