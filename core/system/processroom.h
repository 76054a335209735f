// SPDX-License-Identifier: GPL-3.0-or-later
// How many processes this user may start: setrlimit(2), RLIMIT_NPROC.
#pragma once

#include <cstdint>

namespace poolscope {

/// How many more processes and threads the user may have, at most `wanted`.
std::uint64_t processRoom(std::uint64_t wanted);

} // namespace poolscope
