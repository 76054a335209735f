// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/bloblog.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr std::size_t tailSize = 1U << 20;
constexpr std::uint64_t sectionSize = 16U << 20;
constexpr std::size_t blockSize = 64U << 10;

using Length = std::uint32_t;

int openTemporary(const std::string &directory)
{
    const int unnamed = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0)
        return unnamed;
    std::string name = directory + "/poolscope-XXXXXX";
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0)
        unlink(name.c_str());
    return named;
}

} // namespace

Result<std::unique_ptr<BlobLog>> BlobLog::make()
{
    std::error_code error;
    const std::string directory = std::filesystem::temp_directory_path(error).string();
    const int file = error ? -1 : openTemporary(directory);
    if (file < 0)
        return failure("cannot make a temporary file in " + (error ? "$TMPDIR" : directory) + ": "
            + (error ? error.message() : std::strerror(errno)));
    return std::unique_ptr<BlobLog>(new BlobLog(file));
}

BlobLog::~BlobLog()
{
    close(m_file);
}

Result<std::uint64_t> BlobLog::append(std::string_view record)
{
    const std::lock_guard lock(m_mutex);
    const std::uint64_t offset = m_flushed + m_tail.size();
    const auto length = static_cast<Length>(record.size());
    m_tail.append(reinterpret_cast<const char *>(&length), sizeof(length));
    m_tail.append(record);
    count(offset, sizeof(length) + record.size(), 1);
    if (m_tail.size() >= tailSize && m_obstacle.empty()) {
        if (const auto flushed = flush(); !flushed)
            return tl::unexpected(flushed.error());
    }
    return offset;
}

Result<void> BlobLog::flush()
{
    std::string_view rest = m_tail;
    while (!rest.empty()) {
        const ssize_t written = pwrite(m_file, rest.data(), rest.size(),
            static_cast<off_t>(m_flushed + m_tail.size() - rest.size()));
        if (written < 0 && errno != EINTR) {
            const std::string reason = std::strerror(errno);
            if (errno == ENOSPC || errno == EDQUOT) {
                m_obstacle =
                    "there is no room for outcomes in the folder of temporary files: " + reason;
                return {};
            }
            return failure("cannot keep outcomes in a temporary file: " + reason
                + (errno == EFBIG ? "" : "; TMPDIR can name another place"));
        }
        if (written > 0)
            rest.remove_prefix(static_cast<std::size_t>(written));
    }
    m_obstacle.clear();
    const std::uint64_t completeBefore = m_flushed / sectionSize;
    m_flushed += m_tail.size();
    m_tail.clear();
    for (std::uint64_t complete = completeBefore; complete < m_flushed / sectionSize; ++complete)
        punchIfDead(complete);
    if (m_tail.capacity() > 2 * tailSize)
        m_tail.shrink_to_fit();
    return {};
}

std::string BlobLog::obstacle() const
{
    const std::lock_guard lock(m_mutex);
    return m_obstacle;
}

Result<void> BlobLog::makeWay()
{
    const std::lock_guard lock(m_mutex);
    return m_obstacle.empty() ? Result<void>() : flush();
}

template <typename Bytes> Result<void> BlobLog::appendRecord(std::uint64_t offset, Bytes &to) const
{
    Length length = 0;
    if (auto got = readBytes(offset, reinterpret_cast<char *>(&length), sizeof(length)); !got)
        return got;
    const std::size_t before = to.size();
    to.resize(before + length);
    return readBytes(offset + sizeof(length), to.data() + before, length);
}

Result<std::vector<char>> BlobLog::read(std::uint64_t offset) const
{
    std::vector<char> record;
    return appendRecord(offset, record).map([&] { return std::move(record); });
}

Result<void> BlobLog::copy(std::uint64_t offset, std::string &to) const
{
    return appendRecord(offset, to);
}

/// Returns false if the bytes are in the file.
bool BlobLog::copyFromTail(std::uint64_t offset, char *to, std::size_t size) const
{
    const std::lock_guard lock(m_mutex);
    if (offset < m_flushed)
        return false;
    std::memcpy(to, m_tail.data() + (offset - m_flushed), size);
    return true;
}

Result<void> BlobLog::readBytes(std::uint64_t offset, char *to, std::size_t size) const
{
    if (copyFromTail(offset, to, size))
        return {};
    const std::lock_guard lock(m_blocksMutex);
    while (size > 0) {
        const std::size_t within = offset % blockSize;
        const std::size_t wanted = std::min(size, blockSize - within);
        const auto block = readBlock(offset / blockSize, within + wanted);
        if (!block)
            return tl::unexpected(block.error());
        std::memcpy(to, block->data() + within, wanted);
        to += wanted;
        offset += wanted;
        size -= wanted;
    }
    return {};
}

/// Returns at least the first `least` bytes of a block. The caller holds m_blocksMutex.
Result<std::string_view> BlobLog::readBlock(std::uint64_t number, std::size_t least) const
{
    auto block = std::find_if(m_blocks.begin(), m_blocks.end(),
        [number](const Block &known) { return known.number == number; });
    if (block == m_blocks.end())
        block = m_blocks.begin() + m_replacedNext++ % m_blocks.size();
    else if (block->bytes.size() >= least)
        return block->bytes;
    const std::uint64_t begin = number * blockSize;
    block->number = UINT64_MAX; // until the block is complete
    block->bytes.resize(std::min<std::uint64_t>(blockSize, flushed() - begin));
    const auto got = readFile(begin, block->bytes.data(), block->bytes.size());
    if (!got)
        return tl::unexpected(got.error());
    if (*got < least)
        return failure("cannot read back an outcome: the temporary file is too short");
    block->bytes.resize(*got);
    block->number = number;
    return block->bytes;
}

std::uint64_t BlobLog::flushed() const
{
    const std::lock_guard lock(m_mutex);
    return m_flushed;
}

/// Returns the number of bytes read, which is less than `size` at the end of the file.
Result<std::size_t> BlobLog::readFile(std::uint64_t offset, char *to, std::size_t size) const
{
    std::size_t read = 0;
    while (read < size) {
        const ssize_t got =
            pread(m_file, to + read, size - read, static_cast<off_t>(offset + read));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure(std::string("cannot read back an outcome: ") + std::strerror(errno));
        if (got == 0)
            break;
        read += static_cast<std::size_t>(got);
    }
    return read;
}

void BlobLog::discard(std::uint64_t offset)
{
    Length length = 0;
    if (!readBytes(offset, reinterpret_cast<char *>(&length), sizeof(length)))
        return;
    const std::lock_guard lock(m_mutex);
    count(offset, sizeof(length) + length, -1);
    for (std::uint64_t at = offset / sectionSize;
         at <= (offset + sizeof(length) + length - 1) / sectionSize; ++at)
        punchIfDead(at);
}

/// Adds `change` to the number of records of each section that contains a part of the record.
void BlobLog::count(std::uint64_t offset, std::size_t length, int change)
{
    const std::uint64_t last = (offset + length - 1) / sectionSize;
    if (last >= m_live.size())
        m_live.resize(last + 1);
    for (std::uint64_t at = offset / sectionSize; at <= last; ++at)
        m_live[at] += static_cast<std::uint32_t>(change);
}

/// Releases the disk space of a section that is completely written and has no record left.
void BlobLog::punchIfDead(std::uint64_t at)
{
    if (m_live[at] == 0 && m_flushed >= (at + 1) * sectionSize)
        fallocate(m_file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
            static_cast<off_t>(at * sectionSize), static_cast<off_t>(sectionSize));
}

} // namespace poolscope
