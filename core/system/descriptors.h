// SPDX-License-Identifier: GPL-3.0-or-later
// The number of descriptors that this process may open: setrlimit(2), RLIMIT_NOFILE.
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

    /// The limits before the object was created, which other programs expect.
    const rlimit &before() const { return m_before; }

private:
    rlimit m_before{};
};

/// Checks that this number of descriptors can be opened, besides those that are open. The error
/// names the limit.
Result<void> checkDescriptors(std::uint64_t count);

/// Raises the soft limit if necessary, and calls checkDescriptors().
Result<void> ensureDescriptors(std::uint64_t count);

} // namespace poolscope
