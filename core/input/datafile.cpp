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
{
}

DataFile &DataFile::operator=(DataFile &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
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
    file.m_descriptor = fcntl(m_descriptor, F_DUPFD_CLOEXEC, 0);
    if (file.m_descriptor < 0)
        return systemError();
    return file;
}

Result<void> DataFile::readBlocks(std::uint64_t offset, std::size_t firstSize,
    const std::function<bool(std::string_view block)> &use) const
{
    std::string buffer(std::min(firstSize, blockSize), '\0');
    for (;;) {
        const ssize_t got =
            pread(m_descriptor, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError();
        if (got == 0 || !use(std::string_view(buffer.data(), static_cast<std::size_t>(got))))
            return {};
        offset += static_cast<std::uint64_t>(got);
        buffer.resize(blockSize);
    }
}

tl::unexpected<Error> DataFile::hasChanged() const
{
    return failure(m_path + " has changed since it was first read");
}

tl::unexpected<Error> DataFile::systemError() const
{
    return failure("cannot read " + m_path + ": " + std::strerror(errno));
}

} // namespace poolscope
