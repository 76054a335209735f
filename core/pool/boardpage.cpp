// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/boardpage.h"

#include "wire/board.h"

#include <algorithm>
#include <atomic>
#include <sys/mman.h>
#include <unistd.h>

namespace poolscope {

BoardPage::BoardPage()
{
    m_file = memfd_create("poolscope-board", MFD_CLOEXEC);
    if (m_file < 0 || ftruncate(m_file, wire::boardSize) != 0)
        return;
    void *memory = mmap(nullptr, wire::boardSize, PROT_READ | PROT_WRITE, MAP_SHARED, m_file, 0);
    if (memory == MAP_FAILED)
        return;
    m_memory = static_cast<std::byte *>(memory);
    m_path = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(m_file);
}

BoardPage::~BoardPage()
{
    if (m_memory)
        munmap(m_memory, wire::boardSize);
    if (m_file >= 0)
        close(m_file);
}

bool BoardPage::inUse() const
{
    return m_memory && field(wire::boardAppended) > 0;
}

void BoardPage::setSent(std::uint64_t bytes)
{
    if (!m_memory)
        return;
    auto *sent = reinterpret_cast<std::uint64_t *>(m_memory + wire::boardSent);
    std::atomic_ref(*sent).store(bytes, std::memory_order_release);
}

IndexRange BoardPage::runningBatch() const
{
    if (!m_memory)
        return {};
    const std::uint64_t count = field(wire::boardBatchCount);
    return {field(wire::boardBatchFirst), std::min<std::uint64_t>(count, UINT32_MAX)};
}

RunningBatch BoardPage::runningNow() const
{
    if (!m_memory)
        return {};
    const std::uint64_t begun = field(wire::boardBatchBegun);
    const IndexRange indices = runningBatch();
    const bool isSame = field(wire::boardBatchBegun) == begun;
    return isSame ? RunningBatch{indices, begun} : RunningBatch{};
}

std::string_view BoardPage::bytesAfter(std::uint64_t received) const
{
    if (!m_memory)
        return {};
    const std::uint64_t base = field(wire::boardBase);
    const std::uint64_t appended = field(wire::boardAppended);
    const bool whole = appended >= base && appended - base <= wire::boardBufferSize;
    if (!whole || received < base || received >= appended)
        return {};
    return {reinterpret_cast<const char *>(m_memory) + wire::boardBuffer + (received - base),
        appended - received};
}

std::string BoardPage::liveBytesAfter(std::uint64_t received) const
{
    if (!inUse())
        return {};
    const std::uint64_t base = this->field(wire::boardBase);
    std::string bytes(bytesAfter(received));
    auto *field = reinterpret_cast<std::uint64_t *>(m_memory + wire::boardBase);
    // Adding nothing, unlike a load, cannot come before the copy.
    const std::uint64_t baseAfter = std::atomic_ref(*field).fetch_add(0, std::memory_order_acq_rel);
    return baseAfter == base ? bytes : std::string();
}

std::uint64_t BoardPage::field(std::size_t offset) const
{
    auto *field = reinterpret_cast<std::uint64_t *>(m_memory + offset);
    return std::atomic_ref(*field).load(std::memory_order_acquire);
}

} // namespace poolscope
