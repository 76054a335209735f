// SPDX-License-Identifier: GPL-3.0-or-later
// ThrottleWatch: for how long the CPU quota of this program's control group, or of one above it,
// held back the processes in it, since the watch was made: cpu.stat in cgroups(7).
//
// The kernel counts it for each core by itself, so it may exceed the time that has passed. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace poolscope {

class ThrottleWatch {
public:
    /// `root` is "/", or a folder that a test has made. Without a quota it never reads anything.
    explicit ThrottleWatch(const std::string &root);

    void look();
    /// Nanoseconds, as of the last look.
    std::uint64_t throttled() const { return m_now - m_before; }

private:
    std::uint64_t read() const;

    std::vector<std::string> m_files;
    std::uint64_t m_before = 0;
    std::uint64_t m_now = 0;
};

} // namespace poolscope
