// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/descriptors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace poolscope {

namespace {

/// Returns the lowest free number. All numbers below it are in use.
Result<std::uint64_t> lowestFree()
{
    const int lowest = open("/", O_PATH | O_CLOEXEC);
    if (lowest < 0)
        return failure(std::strerror(errno));
    close(lowest);
    return static_cast<std::uint64_t>(lowest);
}

rlimit currentLimit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

DescriptorLimit::DescriptorLimit()
    : m_before(currentLimit())
{
    const rlimit raised{m_before.rlim_max, m_before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &raised);
}

DescriptorLimit::~DescriptorLimit()
{
    setrlimit(RLIMIT_NOFILE, &m_before);
}

Result<void> checkDescriptors(std::uint64_t count)
{
    const rlimit limit = currentLimit();
    const auto lowest = lowestFree();
    if (lowest && *lowest + count <= limit.rlim_cur)
        return {};
    return failure((lowest ? std::strerror(EMFILE) : lowest.error().message) + " (ulimit -n is "
        + std::to_string(limit.rlim_cur) + ")");
}

Result<void> ensureDescriptors(std::uint64_t count)
{
    rlimit limit = currentLimit();
    limit.rlim_cur = std::max(
        limit.rlim_cur, std::min<rlim_t>(lowestFree().value_or(0) + count, limit.rlim_max));
    setrlimit(RLIMIT_NOFILE, &limit);
    return checkDescriptors(count);
}

} // namespace poolscope
