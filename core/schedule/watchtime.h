// SPDX-License-Identifier: GPL-3.0-or-later
// The time after a message for which the coordinator polls, before it sleeps until the next one.
#pragma once

#include <cstdint>

namespace poolscope {

inline constexpr std::uint64_t watchTime = 50'000; // nanoseconds

} // namespace poolscope
