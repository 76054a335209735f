// SPDX-License-Identifier: GPL-3.0-or-later
// The number of processes that this user may start: setrlimit(2), RLIMIT_NPROC.
#pragma once

#include <cstdint>

namespace poolscope {

/// Returns the number of further processes and threads that the user may have, at most `wanted`.
std::uint64_t processRoom(std::uint64_t wanted);

} // namespace poolscope
