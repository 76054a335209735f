// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/memorypages.h"

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

namespace poolscope {

void giveBackPages(void *begin, std::size_t size)
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto from = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
    const auto to = (reinterpret_cast<std::uintptr_t>(begin) + size) / page * page;
    if (to > from)
        ::madvise(reinterpret_cast<void *>(from), to - from, MADV_DONTNEED);
}

} // namespace poolscope
