// SPDX-License-Identifier: GPL-3.0-or-later
// Counts of the kills by the kernel's out-of-memory killer, as far as the kernel reports them.
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

struct OomKills {
    std::uint64_t here = 0; ///< in this program's control group
    std::uint64_t anywhere = 0; ///< on this machine
};

/// Reads the counts. 0 if they are not reported. `root` is "/", or the folder of a test.
OomKills oomKills(const std::string &root);

/// Returns ", ..." in words if there was a kill between the two counts, else an empty text.
std::string oomKillsBetween(const OomKills &before, const OomKills &after);

/// Reports whether a process that was killed may have been killed for memory. Reads the counts at
/// most every 50 ms while the process works. One thread.
class OomWatch {
public:
    explicit OomWatch(std::string root = "/");

    /// Starts counting at `clock`, in nanoseconds. To be called when the process begins work or is
    /// idle.
    void begin(std::uint64_t clock);
    /// Returns the text of oomKillsBetween() since begin(), or since at most 50 ms before it.
    std::string sinceBegin() const;

private:
    std::string m_root;
    OomKills m_before;
    std::uint64_t m_looked = 0; ///< time at which m_before was read. 0 if it was not
};

} // namespace poolscope
