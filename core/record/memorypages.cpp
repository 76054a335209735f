// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/memorypages.h"

#include <cstdint>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace poolscope {

void *reservePages(std::size_t size)
{
    // Without NORESERVE, Linux refuses to reserve more memory than the machine has.
    constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *begin = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (begin == MAP_FAILED)
        throw std::bad_alloc();
    return begin;
}

void releasePages(void *begin, std::size_t size)
{
    ::munmap(begin, size);
}

void discardPages(void *begin, std::size_t size)
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto from = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
    const auto to = (reinterpret_cast<std::uintptr_t>(begin) + size) / page * page;
    if (to > from)
        ::madvise(reinterpret_cast<void *>(from), to - from, MADV_DONTNEED);
}

} // namespace poolscope
