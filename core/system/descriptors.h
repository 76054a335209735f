// SPDX-License-Identifier: GPL-3.0-or-later
// How many descriptors this process may open: setrlimit(2), RLIMIT_NOFILE.
#pragma once

#include "result.h"

#include <cstdint>
#include <sys/resource.h>

namespace poolscope {

/// Raises the soft limit to the hard one while it lives. One at a time.
class DescriptorLimit {
public:
    DescriptorLimit();
    ~DescriptorLimit();
    DescriptorLimit(const DescriptorLimit &) = delete;
    DescriptorLimit &operator=(const DescriptorLimit &) = delete;

    /// As it was before, which is what other programs expect.
    const rlimit &before() const { return m_before; }

private:
    rlimit m_before{};
};

/// Whether so many more descriptors can be opened. Fails with the reason and the limit.
Result<void> checkDescriptors(std::uint64_t count);

/// The same for a program that is about to start: raises the soft limit where that is needed.
Result<void> ensureDescriptors(std::uint64_t count);

} // namespace poolscope
