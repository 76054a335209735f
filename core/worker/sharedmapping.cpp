// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/sharedmapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace poolscope::worker {

SharedMapping::SharedMapping(const std::string &path, std::size_t size)
{
    const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0)
        return;
    void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED)
        return;
    m_data = static_cast<std::byte *>(memory);
    m_size = size;
}

SharedMapping::SharedMapping(SharedMapping &&other) noexcept
{
    *this = std::move(other);
}

SharedMapping &SharedMapping::operator=(SharedMapping &&other) noexcept
{
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    return *this;
}

SharedMapping::~SharedMapping()
{
    if (m_data)
        munmap(m_data, m_size);
}

} // namespace poolscope::worker
