// SPDX-License-Identifier: GPL-3.0-or-later
// How many descriptors this process may open: setrlimit(2), RLIMIT_NOFILE.
#pragma once

#include "result.h"

#include <cstdint>
#include <sys/resource.h>

namespace poolscope {

/// Raises the soft limit to the hard limit while the object exists. Only one may exist at a time.
class DescriptorLimit {
public:
    DescriptorLimit();
    ~DescriptorLimit();
    DescriptorLimit(const DescriptorLimit &) = delete;
    DescriptorLimit &operator=(const DescriptorLimit &) = delete;

    /// The limits before that, which other programs expect.
    const rlimit &before() const { return m_before; }

private:
    rlimit m_before{};
};

/// Checks that this number of descriptors can be opened, besides those that are open. The error
/// names the limit.
Result<void> checkDescriptors(std::uint64_t count);

/// Checks this before a program starts, and raises the soft limit if necessary.
Result<void> ensureDescriptors(std::uint64_t count);

} // namespace poolscope
