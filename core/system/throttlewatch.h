// SPDX-License-Identifier: GPL-3.0-or-later
// ThrottleWatch: measures the time for which the CPU quota of this program's control group, or of
// one above it, has throttled processes since the object was created: cpu.stat in cgroups(7).
//
// The kernel counts this time for each core, so it may exceed the time that has passed. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace poolscope {

class ThrottleWatch {
public:
    /// `root` is "/", or the folder of a test. Without a quota nothing is read.
    explicit ThrottleWatch(const std::string &root);

    void look();
    /// The throttled time in nanoseconds, at the last look.
    std::uint64_t throttled() const { return m_now - m_before; }

private:
    std::uint64_t read() const;

    std::vector<std::string> m_files;
    std::uint64_t m_before = 0;
    std::uint64_t m_now = 0;
};

} // namespace poolscope
