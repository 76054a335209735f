// SPDX-License-Identifier: GPL-3.0-or-later
// Memory that the system provides page by page when it is written, and that is released by pages.
#pragma once

#include <cstddef>

namespace poolscope {

/// Reserves addresses for `size` bytes, more than 0, which read as zeros. A page uses memory only
/// after it is written, so more can be reserved than the machine has. Throws std::bad_alloc if the
/// system refuses.
void *reservePages(std::size_t size);

/// Releases the addresses that reservePages() returned, with the same size.
void releasePages(void *begin, std::size_t size);

/// Releases the memory of the whole pages within [begin, begin + size). The addresses stay reserved
/// and read as zeros.
void discardPages(void *begin, std::size_t size);

} // namespace poolscope
