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

/// Tells whether a process that was killed may have been so for memory, where looking each time
/// before it works would cost more than that work. One thread.
class OomWatch {
public:
    explicit OomWatch(std::string root = "/");

    /// From here on, `clock` nanoseconds, a kill may be that of the process watched over: it is
    /// about to begin, or is idle.
    void begin(std::uint64_t clock);
    /// As oomKillsBetween(), since begin() or at most 50 ms before it.
    std::string sinceBegin() const;

private:
    std::string m_root;
    OomKills m_before;
    std::uint64_t m_looked = 0; ///< when; 0: not yet
};

} // namespace poolscope
