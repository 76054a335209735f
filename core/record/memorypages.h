// SPDX-License-Identifier: GPL-3.0-or-later
// Memory that is not needed any more, given back while what lies beside it stays.
#pragma once

#include <cstddef>

namespace poolscope {

/// Gives the whole pages within [begin, begin + size) back to the system. They still belong to whom
/// they were allocated for, and are there again, as zeros, when they are touched.
void giveBackPages(void *begin, std::size_t size);

} // namespace poolscope
