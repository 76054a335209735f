// SPDX-License-Identifier: GPL-3.0-or-later
// Column: the shared cells that numbers go to, one of 8 bytes for each index, used as a ring.
//
// Few cells are stored through the mapping; many are written to the file behind it, which costs a
// third of what the page faults of fresh memory cost.
#pragma once

#include "worker/owndescriptor.h"

#include <cstdint>
#include <span>
#include <string>

namespace poolscope::worker {

class Column {
public:
    Column() = default;
    /// isOpen() is false where the path is empty or cannot be mapped.
    Column(const std::string &path, std::uint64_t cells, std::uint64_t offset,
        ForeignCode foreignCode);
    Column(Column &&other) noexcept;
    Column &operator=(Column &&other) noexcept;
    ~Column();

    bool isOpen() const { return m_memory != nullptr; }

    /// Stores the cells of index `first` and of those after it. False where there is no memory.
    [[nodiscard]] bool store(std::uint64_t first, std::span<const std::uint64_t> cells);

private:
    bool storePiece(std::uint64_t cell, std::span<const std::uint64_t> cells);

    OwnDescriptor m_file;
    ForeignCode m_foreignCode = ForeignCode::No;
    std::uint64_t *m_memory = nullptr;
    std::uint64_t m_cells = 0;
    std::uint64_t m_offset = 0;
};

} // namespace poolscope::worker
