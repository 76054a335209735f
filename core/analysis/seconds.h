// SPDX-License-Identifier: GPL-3.0-or-later
// Times of a record, which are whole nanoseconds, as seconds.
#pragma once

#include <cstdint>

namespace poolscope {

inline double seconds(std::uint64_t nanoseconds)
{
    return static_cast<double>(nanoseconds) / 1e9;
}

} // namespace poolscope
