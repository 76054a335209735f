// SPDX-License-Identifier: GPL-3.0-or-later
// For how long after a message the coordinator looks for more, before it sleeps until one comes.
#pragma once

#include <cstdint>

namespace poolscope {

inline constexpr std::uint64_t watchTime = 50'000; // nanoseconds

} // namespace poolscope
