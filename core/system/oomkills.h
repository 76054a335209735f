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

/// Watches over processes that begin and end so often that looking before each would cost more than
/// they do. One thread.
class OomWatch {
public:
    explicit OomWatch(std::string root = "/");

    /// A process is about to begin, at `clock` nanoseconds.
    void begin(std::uint64_t clock);
    /// As oomKillsBetween(), since at most 50 ms before it began.
    std::string sinceBegin() const;

private:
    std::string m_root;
    OomKills m_before;
    std::uint64_t m_looked = 0; ///< when; 0: not yet
};

} // namespace poolscope
