// SPDX-License-Identifier: GPL-3.0-or-later
// Column: the shared memory in which a worker stores numbers. The memory is a ring with a cell of
// 8 bytes for each index.
//
// Few cells are stored through the mapping. Many are written to the file, which costs a third of
// the page faults of fresh memory.
#pragma once

#include "worker/owndescriptor.h"

#include <cstdint>
#include <span>
#include <string>

namespace poolscope::worker {

class Column {
public:
    Column() = default;
    /// Maps the file from the byte `offset` on. isOpen() is false if that fails or `path` is empty.
    Column(const std::string &path, std::uint64_t cells, std::uint64_t offset,
        ForeignCode foreignCode);
    Column(Column &&other) noexcept;
    Column &operator=(Column &&other) noexcept;
    ~Column();

    bool isOpen() const { return m_memory != nullptr; }

    /// Stores cells from index `first` on. Requires isOpen(). Returns false if the file cannot be
    /// written.
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
