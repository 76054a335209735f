// SPDX-License-Identifier: GPL-3.0-or-later
// Memory that is taken from the system page by page as it is used, and given back in the same way
// while what lies beside it stays.
#pragma once

#include <cstddef>

namespace poolscope {

/// Addresses for `size` bytes, more than 0. They read as zeros, and a page takes memory from when
/// it is written to: so there may be many more of them than the machine has memory. Throws
/// std::bad_alloc where the system refuses.
void *reservePages(std::size_t size);

/// Ends what reservePages() began, with the same size.
void releasePages(void *begin, std::size_t size);

/// Gives the whole pages within [begin, begin + size) back to the system. They still belong to whom
/// they were allocated for, and are there again, as zeros, when they are touched.
void giveBackPages(void *begin, std::size_t size);

} // namespace poolscope
