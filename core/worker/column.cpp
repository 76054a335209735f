// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/column.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace poolscope::worker {

namespace {

constexpr std::uint64_t cellSize = sizeof(std::uint64_t);
constexpr std::size_t worthWriting = 256;

} // namespace

Column::Column(
    const std::string &path, std::uint64_t cells, std::uint64_t offset, ForeignCode foreignCode)
    : m_foreignCode(foreignCode)
    , m_cells(cells)
    , m_offset(offset)
{
    if (path.empty() || cells == 0)
        return;
    m_file = OwnDescriptor(path.c_str(), O_RDWR);
    if (m_file.number() < 0)
        return;
    void *memory = mmap(nullptr, cells * cellSize, PROT_READ | PROT_WRITE, MAP_SHARED,
        m_file.number(), static_cast<off_t>(offset));
    if (memory != MAP_FAILED)
        m_memory = static_cast<std::uint64_t *>(memory);
}

Column::Column(Column &&other) noexcept
{
    *this = std::move(other);
}

Column &Column::operator=(Column &&other) noexcept
{
    std::swap(m_file, other.m_file);
    std::swap(m_foreignCode, other.m_foreignCode);
    std::swap(m_memory, other.m_memory);
    std::swap(m_cells, other.m_cells);
    std::swap(m_offset, other.m_offset);
    return *this;
}

Column::~Column()
{
    if (m_memory)
        munmap(m_memory, m_cells * cellSize);
}

bool Column::store(std::uint64_t first, std::span<const std::uint64_t> cells)
{
    while (!cells.empty()) {
        const std::uint64_t cell = first % m_cells;
        const auto piece = cells.first(std::min<std::uint64_t>(cells.size(), m_cells - cell));
        if (!storePiece(cell, piece))
            return false;
        first += piece.size();
        cells = cells.subspan(piece.size());
    }
    return true;
}

bool Column::storePiece(std::uint64_t cell, std::span<const std::uint64_t> cells)
{
    const bool mayBeClosed = m_foreignCode == ForeignCode::Yes;
    if (cells.size() < worthWriting || (mayBeClosed && !m_file.isIntact())) {
        std::copy(cells.begin(), cells.end(), m_memory + cell);
        return true;
    }
    auto bytes = std::as_bytes(cells);
    auto offset = static_cast<off_t>(m_offset + cell * cellSize);
    while (!bytes.empty()) {
        const ssize_t written = pwrite(m_file.number(), bytes.data(), bytes.size(), offset);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            offset += written;
        }
    }
    return true;
}

} // namespace poolscope::worker
