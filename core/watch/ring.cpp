// SPDX-License-Identifier: GPL-3.0-or-later
#include "watch/ring.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace poolscope::watch {

namespace {

constexpr std::uint64_t headerSize = 4096;
constexpr std::uint64_t wordSize = sizeof(std::uint64_t);
constexpr std::uint64_t leastCapacity = 4096;
constexpr std::uint64_t mostCapacity = 1U << 30;
constexpr std::uint64_t magic = 0x3148'4354'4157'5350; // "PSWATCH1"

/// Words of the header.
enum Word : std::size_t {
    Magic,
    Pid,
    Thread,
    Parent,
    Made,
    Capacity,
    Written,
    Read,
    Lost,
    Open,
    OpenPool,
    OpenJob,
    OpenIndex,
    OpenBegun,
    OpenFirst,
    Cost,
    OpenEnded,
    JobsCall,
    JobsFirst,
    JobsInput,
    JobsInputs,
    JobsCount,
    WordCount
};
using Header = std::array<std::uint64_t, WordCount>;

bool readAt(int file, void *to, std::size_t size, std::uint64_t from)
{
    return ::pread(file, to, size, static_cast<off_t>(from)) == static_cast<ssize_t>(size);
}

} // namespace

Result<std::unique_ptr<Ring>> Ring::open(const std::string &path)
{
    std::unique_ptr<Ring> ring(new Ring);
    ring->m_path = path;
    ring->m_file = Descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!ring->m_file.isOpen())
        return failure("cannot read " + path + ": " + std::strerror(errno));
    Header header{};
    if (!readAt(ring->m_file.number(), header.data(), sizeof(header), 0) || header[Magic] != magic
        || !std::has_single_bit(header[Capacity]) || header[Capacity] < leastCapacity
        || header[Capacity] > mostCapacity)
        return failure(path + " is not a ring of a watched program");
    ring->m_pid = static_cast<std::uint32_t>(header[Pid]);
    ring->m_thread = static_cast<std::uint32_t>(header[Thread]);
    ring->m_parent = static_cast<std::uint32_t>(header[Parent]);
    ring->m_made = header[Made];
    ring->m_capacity = header[Capacity];
    return ring;
}

void Ring::remove() const
{
    ::unlink(m_path.c_str());
}

void Ring::look()
{
    Header header{};
    if (m_isMalformed || !readAt(m_file.number(), header.data(), sizeof(header), 0))
        return;
    m_written = header[Written];
    m_lost = header[Lost];
    m_cost = header[Cost];
    m_openJobs.reset();
    if (header[JobsCount] > 0) {
        Header again{};
        const bool isSame = readAt(m_file.number(), again.data(), sizeof(again), 0)
            && again[JobsCall] == header[JobsCall] && again[JobsFirst] == header[JobsFirst]
            && again[Written] == m_written;
        if (isSame)
            m_openJobs = {header[JobsCall], header[JobsFirst], header[JobsInput], header[JobsCount],
                header[JobsInputs], 0};
    }
    m_open = {};
    m_open.isOpen = header[Open] > 0;
    if (!m_open.isOpen)
        return;
    m_open.inputs = header[Open] - 1;
    m_open.pool = header[OpenPool];
    m_open.job = header[OpenJob];
    m_open.index = header[OpenIndex];
    m_open.begun = header[OpenBegun];
    m_open.firstInput = header[OpenFirst];
    m_open.ended = header[OpenEnded];
}

Result<void> Ring::read(const std::function<void(RecordKind, RecordWords &)> &take)
{
    if (m_isMalformed || m_written == m_read)
        return {};
    const std::uint64_t size = m_written - m_read;
    m_isMalformed = size > m_capacity || size % wordSize > 0;
    if (m_isMalformed)
        return failure("a ring of process " + std::to_string(m_pid) + " is malformed");
    m_words.resize(size / wordSize);
    const std::uint64_t at = m_read & (m_capacity - 1);
    const std::uint64_t first = std::min(size, m_capacity - at);
    auto *bytes = reinterpret_cast<char *>(m_words.data());
    const bool isRead = readAt(m_file.number(), bytes, first, headerSize + at)
        && (first == size || readAt(m_file.number(), bytes + first, size - first, headerSize));
    const auto parsed = isRead ? parse(size / wordSize, take) : failure("a ring cannot be read");
    m_isMalformed = !parsed;
    m_read = m_written;
    if (::pwrite(m_file.number(), &m_read, wordSize, Read * wordSize) != wordSize)
        m_isMalformed = true; // the writer has no room, and counts records that it cannot write
    return parsed;
}

Result<void> Ring::parse(
    std::uint64_t size, const std::function<void(RecordKind, RecordWords &)> &take) const
{
    const auto malformed = [this] {
        return failure("a record of process " + std::to_string(m_pid) + " is malformed");
    };
    for (std::uint64_t at = 0; at < size;) {
        const std::uint64_t head = m_words[at];
        const std::uint64_t length = head >> 16U & 0xffff'ffffU;
        if (length == 0 || length > size - at)
            return malformed();
        constexpr std::uint64_t sampledFlag = 1U << 8U;
        RecordWords words(std::span<const std::uint64_t>(m_words).subspan(at + 1, length - 1),
            (head & sampledFlag) != 0);
        take(static_cast<RecordKind>(head & 0xffU), words);
        if (words.isMalformed())
            return malformed();
        at += length;
    }
    return {};
}

} // namespace poolscope::watch
