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
    if (!S_ISREG(info.st_mode))
        return failure("cannot read " + path + ": it is not a regular file");
    return file;
}

DataFile::DataFile(DataFile &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_path(std::move(other.m_path))
    , m_expected(std::move(other.m_expected))
{
}

DataFile &DataFile::operator=(DataFile &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    std::swap(m_expected, other.m_expected);
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

void DataFile::expect(BlockPrints prints)
{
    m_expected = std::make_shared<const BlockPrints>(std::move(prints));
}

Result<void> DataFile::readBlocks(std::uint64_t offset, std::size_t firstSize,
    const std::function<bool(std::string_view block)> &use) const
{
    std::string buffer;
    for (std::size_t size = std::min(firstSize, blockSize);; size = blockSize) {
        const auto block =
            m_expected ? readExpected(offset, size, buffer) : readAny(offset, size, buffer);
        if (!block)
            return tl::unexpected(block.error());
        if (block->empty() || !use(*block))
            return {};
        offset += block->size();
    }
}

Result<std::string_view> DataFile::readAny(
    std::uint64_t offset, std::size_t size, std::string &buffer) const
{
    buffer.resize(size);
    return readAt(offset, buffer.data(), size).map([&](std::size_t got) {
        return std::string_view(buffer.data(), got);
    });
}

Result<std::string_view> DataFile::readExpected(
    std::uint64_t offset, std::size_t size, std::string &buffer) const
{
    constexpr std::uint64_t unit = BlockPrints::blockSize;
    const std::uint64_t begin = offset / unit * unit;
    const std::uint64_t end =
        std::min((offset + size + unit - 1) / unit * unit, m_expected->byteCount());
    if (offset >= end)
        return std::string_view();
    buffer.resize(end - begin);
    return readAt(begin, buffer.data(), buffer.size())
        .and_then([&](std::size_t got) -> Result<std::string_view> {
            if (got < buffer.size() || !m_expected->match(begin, buffer))
                return failure(m_path
                    + " has changed since it was first read; run it again when nothing "
                      "writes to it");
            return std::string_view(buffer).substr(offset - begin);
        });
}

/// As many bytes as there are, `size` at the most.
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
