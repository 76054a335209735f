// SPDX-License-Identifier: GPL-3.0-or-later
// SharedMapping: memory that worker and pool share, mapped from a path.
#pragma once

#include <cstddef>
#include <string>

namespace poolscope::worker {

class SharedMapping {
public:
    SharedMapping() = default;
    /// Maps `size` bytes for reading and writing. data() is null if that fails.
    SharedMapping(const std::string &path, std::size_t size);
    SharedMapping(SharedMapping &&other) noexcept;
    SharedMapping &operator=(SharedMapping &&other) noexcept;
    ~SharedMapping();

    std::byte *data() const { return m_data; }

private:
    std::byte *m_data = nullptr;
    std::size_t m_size = 0;
};

} // namespace poolscope::worker
