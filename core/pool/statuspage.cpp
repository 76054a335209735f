// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/statuspage.h"

#include "wire/statuspage.h"

#include <algorithm>
#include <atomic>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace poolscope {

namespace {

/// Reads eight bytes of another process's memory. Returns nothing if that is not permitted.
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

StatusPage::StatusPage()
{
    m_file = memfd_create("poolscope-status-page", MFD_CLOEXEC);
    if (m_file < 0 || ftruncate(m_file, wire::statusPageSize) != 0)
        return;
    void *memory =
        mmap(nullptr, wire::statusPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, m_file, 0);
    if (memory == MAP_FAILED)
        return;
    m_memory = static_cast<std::byte *>(memory);
    m_path = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(m_file);
}

StatusPage::~StatusPage()
{
    if (m_memory)
        munmap(m_memory, wire::statusPageSize);
    if (m_file >= 0)
        close(m_file);
}

bool StatusPage::inUse() const
{
    return m_memory && field(wire::statusPageAppended) > 0;
}

void StatusPage::setSent(std::uint64_t bytes)
{
    setField(wire::statusPageSent, bytes);
}

void StatusPage::requestReturn(std::uint64_t endPosition)
{
    setField(wire::statusPageRequestEnd, endPosition);
    setField(wire::statusPageRequest, field(wire::statusPageRequest) + 1);
    endBatch();
}

void StatusPage::endBatch()
{
    setField(wire::statusPageProceed, 0);
}

bool StatusPage::isBatchToEnd() const
{
    return field(wire::statusPageProceed) == 0;
}

RunningBatch StatusPage::runningBatch(pid_t process) const
{
    if (!m_memory)
        return {};
    // If a batch ends or begins meanwhile, fields of two are mixed, and are read again. Only a
    // worker that breaks the protocol changes them each time.
    constexpr int tries = 100;
    RunningBatch running;
    for (int i = 0; i < tries; ++i) {
        running = readBatch(process);
        if (field(wire::statusPageBatchBegun) == running.begun
            && field(wire::statusPageBatchCount) == running.indices.count)
            return running;
    }
    running.started.reset();
    return running;
}

RunningBatch StatusPage::readBatch(pid_t process) const
{
    RunningBatch running;
    running.begun = field(wire::statusPageBatchBegun);
    const std::uint64_t count = field(wire::statusPageBatchCount);
    running.indices = {field(wire::statusPageBatchFirst), count};
    running.endPosition = field(wire::statusPageBatchEnd);
    const std::uint64_t address = field(wire::statusPageEndedAddress);
    const std::uint64_t started = field(wire::statusPageBatchStarted);
    if (address == 0 && started != wire::statusPageStartedUnknown)
        running.started = started;
    else if (const auto ended = readWord(process, address); ended && *ended <= count)
        running.started = std::min(*ended + 1, count);
    return running;
}

std::string_view StatusPage::bytesAfter(std::uint64_t received) const
{
    if (!m_memory)
        return {};
    const std::uint64_t base = field(wire::statusPageBase);
    const std::uint64_t appended = field(wire::statusPageAppended);
    const bool whole = appended >= base && appended - base <= wire::statusPageBufferSize;
    if (!whole || received < base || received >= appended)
        return {};
    return {reinterpret_cast<const char *>(m_memory) + wire::statusPageBuffer + (received - base),
        appended - received};
}

std::string StatusPage::liveBytesAfter(std::uint64_t received) const
{
    if (!inUse())
        return {};
    const std::uint64_t base = this->field(wire::statusPageBase);
    std::string bytes(bytesAfter(received));
    auto *field = reinterpret_cast<std::uint64_t *>(m_memory + wire::statusPageBase);
    // Unlike a load, adding 0 cannot be reordered before the copy.
    const std::uint64_t baseAfter = std::atomic_ref(*field).fetch_add(0, std::memory_order_acq_rel);
    return baseAfter == base ? bytes : std::string();
}

std::uint64_t StatusPage::field(std::size_t offset) const
{
    auto *field = reinterpret_cast<std::uint64_t *>(m_memory + offset);
    return std::atomic_ref(*field).load(std::memory_order_acquire);
}

void StatusPage::setField(std::size_t offset, std::uint64_t value)
{
    if (!m_memory)
        return;
    auto *field = reinterpret_cast<std::uint64_t *>(m_memory + offset);
    std::atomic_ref(*field).store(value, std::memory_order_release);
}

} // namespace poolscope
