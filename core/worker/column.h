// SPDX-License-Identifier: GPL-3.0-or-later
// Column: the shared cells that numbers go to, one of 8 bytes for each index, used as a ring.
#pragma once

#include "worker/sharedmapping.h"

#include <cstdint>
#include <vector>

namespace poolscope::worker {

class Column {
public:
    Column() = default;
    /// isOpen() is false where the path is empty or cannot be mapped.
    Column(const std::string &path, std::uint64_t cells);

    bool isOpen() const { return m_mapping.data() != nullptr; }

    /// The cell of index `first`; *count is cut to the cells that follow it without a wrap.
    std::uint64_t *cells(std::uint64_t first, std::uint64_t *count) const;

    /// Has the kernel make the pages under these cells at once, rather than by a fault each: on a
    /// virtual machine that is three times as fast. Worth it for many cells only.
    void populate(const std::uint64_t *cells, std::uint64_t count);

private:
    SharedMapping m_mapping;
    std::uint64_t m_cells = 0;
    std::vector<bool> m_populated; ///< by block
};

} // namespace poolscope::worker
