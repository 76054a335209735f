// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/boardpage.h"

#include "wire/board.h"

#include <algorithm>
#include <atomic>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace poolscope {

namespace {

/// Eight bytes of another process's memory; nothing where that may not be read.
std::optional<std::uint64_t> readWord(pid_t process, std::uint64_t address)
{
    std::uint64_t word = 0;
    const iovec local{&word, sizeof(word)};
    const iovec remote{reinterpret_cast<void *>(address), sizeof(word)};
    if (process <= 0 || process_vm_readv(process, &local, 1, &remote, 1, 0) != sizeof(word))
        return std::nullopt;
    return word;
}

} // namespace

IndexRange RunningBatch::current() const
{
    if (!started || indices.count == 0)
        return indices;
    return {indices.first + std::clamp<std::uint64_t>(*started, 1, indices.count) - 1, 1};
}

std::uint64_t RunningBatch::firstNotBegun() const
{
    const std::uint64_t begin = endPosition - std::min(endPosition, indices.count);
    return begin + std::min(started.value_or(indices.count), indices.count);
}

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
    setField(wire::boardSent, bytes);
}

void BoardPage::requestReturn(std::uint64_t endPosition)
{
    setField(wire::boardRequestEnd, endPosition);
    setField(wire::boardRequest, field(wire::boardRequest) + 1);
    endBatch();
}

void BoardPage::endBatch()
{
    setField(wire::boardProceed, 0);
}

bool BoardPage::isBatchToEnd() const
{
    return field(wire::boardProceed) == 0;
}

RunningBatch BoardPage::runningBatch(pid_t process) const
{
    if (!m_memory)
        return {};
    // Where a batch ends or begins meanwhile, figures of two would be mixed. Only a worker that
    // does not keep to the protocol changes them each time.
    constexpr int tries = 100;
    RunningBatch running;
    for (int i = 0; i < tries; ++i) {
        running = readBatch(process);
        if (field(wire::boardBatchBegun) == running.begun
            && field(wire::boardBatchCount) == running.indices.count)
            return running;
    }
    running.started.reset();
    return running;
}

RunningBatch BoardPage::readBatch(pid_t process) const
{
    RunningBatch running;
    running.begun = field(wire::boardBatchBegun);
    const std::uint64_t count = field(wire::boardBatchCount);
    running.indices = {field(wire::boardBatchFirst), count};
    running.endPosition = field(wire::boardBatchEnd);
    const std::uint64_t address = field(wire::boardEndedAddress);
    const std::uint64_t started = field(wire::boardBatchStarted);
    if (address == 0 && started != wire::boardStartedUnknown)
        running.started = started;
    else if (const auto ended = readWord(process, address); ended && *ended <= count)
        running.started = std::min(*ended + 1, count);
    return running;
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

void BoardPage::setField(std::size_t offset, std::uint64_t value)
{
    if (!m_memory)
        return;
    auto *field = reinterpret_cast<std::uint64_t *>(m_memory + offset);
    std::atomic_ref(*field).store(value, std::memory_order_release);
}

} // namespace poolscope
