// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/datafile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

Result<DataFile> DataFile::open(const std::string &path)
{
    DataFile file;
    file.m_path = path;
    file.m_descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info { };
    if (file.m_descriptor < 0 || fstat(file.m_descriptor, &info) != 0)
        return file.systemError();
    if (S_ISFIFO(info.st_mode))
        return failure("cannot read " + path
            + ": it is a pipe, and inputs are read several times: write it to a file, or have its "
              "lines come from standard input, by --lines -");
    if (!S_ISREG(info.st_mode))
        return failure("cannot read " + path + ": it is not a regular file");
    return file;
}

DataFile::DataFile(DataFile &&other) noexcept
{
    *this = std::move(other);
}

DataFile &DataFile::operator=(DataFile &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    std::swap(m_expected, other.m_expected);
    std::swap(m_buffer, other.m_buffer);
    std::swap(m_bufferBegin, other.m_bufferBegin);
    return *this;
}

DataFile::~DataFile()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

Result<DataFile> DataFile::duplicate() const
{
    DataFile file;
    file.m_path = m_path;
    file.m_expected = m_expected;
    file.m_descriptor = fcntl(m_descriptor, F_DUPFD_CLOEXEC, 0);
    if (file.m_descriptor < 0)
        return systemError();
    return file;
}

void DataFile::expect(BlockChecksums checksums)
{
    m_expected = std::make_shared<const BlockChecksums>(std::move(checksums));
    m_buffer.clear();
}

Result<void> DataFile::readBlocks(std::uint64_t offset, std::size_t firstSize,
    const std::function<bool(std::string_view block)> &use)
{
    for (std::size_t size = std::min(firstSize, blockSize);; size = blockSize) {
        const auto block = m_expected ? readExpected(offset, size) : readAny(offset, size);
        if (!block)
            return tl::unexpected(block.error());
        if (block->empty() || !use(*block))
            return {};
        offset += block->size();
    }
}

Result<std::string_view> DataFile::readAny(std::uint64_t offset, std::size_t size)
{
    m_buffer.resize(size);
    return readAt(offset, m_buffer.data(), size).map([&](std::size_t got) {
        return std::string_view(m_buffer.data(), got);
    });
}

Result<std::string_view> DataFile::readExpected(std::uint64_t offset, std::size_t size)
{
    if (offset >= m_expected->byteCount())
        return std::string_view();
    if (offset < m_bufferBegin || offset - m_bufferBegin >= m_buffer.size()) {
        if (const auto read = bufferExpected(offset, size); !read)
            return tl::unexpected(read.error());
    }
    return std::string_view(m_buffer).substr(offset - m_bufferBegin, size);
}

/// Reads and checks the blocks that contain these bytes.
Result<void> DataFile::bufferExpected(std::uint64_t offset, std::size_t size)
{
    constexpr std::uint64_t unit = BlockChecksums::blockSize;
    m_bufferBegin = offset / unit * unit;
    const std::uint64_t end =
        std::min((offset + size + unit - 1) / unit * unit, m_expected->byteCount());
    m_buffer.resize(end - m_bufferBegin);
    const auto got = readAt(m_bufferBegin, m_buffer.data(), m_buffer.size());
    if (got && *got == m_buffer.size() && m_expected->match(m_bufferBegin, m_buffer))
        return {};
    m_buffer.clear();
    if (!got)
        return tl::unexpected(got.error());
    return failure(m_path + " has changed since it was first read: leave it as it is during a run");
}

/// Reads `size` bytes, or fewer at the end of the file. Returns their number.
Result<std::size_t> DataFile::readAt(std::uint64_t offset, char *out, std::size_t size) const
{
    std::size_t got = 0;
    while (got < size) {
        const ssize_t more =
            pread(m_descriptor, out + got, size - got, static_cast<off_t>(offset + got));
        if (more == 0)
            break;
        if (more > 0)
            got += static_cast<std::size_t>(more);
        else if (errno != EINTR)
            return systemError();
    }
    return got;
}

tl::unexpected<Error> DataFile::systemError() const
{
    return failure("cannot read " + m_path + ": " + std::strerror(errno));
}

} // namespace poolscope
