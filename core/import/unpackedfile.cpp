// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/unpackedfile.h"

#include "input/byteordermark.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <zlib.h>

namespace poolscope {

namespace {

constexpr std::size_t blockSize = 1U << 16;

} // namespace

void UnpackedFile::Close::operator()(gzFile_s *file) const
{
    gzclose_r(file);
}

UnpackedFile::UnpackedFile(std::string path, gzFile_s *file)
    : m_path(std::move(path))
    , m_file(file)
    , m_buffer(blockSize, '\0')
{
}

Result<UnpackedFile> UnpackedFile::open(const std::string &path)
{
    errno = 0;
    gzFile_s *file = gzopen(path.c_str(), "rbe");
    if (!file)
        return failure("cannot read " + path + ": " + std::strerror(errno != 0 ? errno : ENOMEM));
    return UnpackedFile(path, file);
}

bool UnpackedFile::isCompressed() const
{
    return gzdirect(m_file.get()) == 0;
}

std::string_view UnpackedFile::next()
{
    if (m_problem)
        return {};
    errno = 0;
    const int count = gzread(m_file.get(), m_buffer.data(), static_cast<unsigned>(m_buffer.size()));
    if (count > 0)
        return {m_buffer.data(), static_cast<std::size_t>(count)};
    int error = Z_OK;
    const char *message = gzerror(m_file.get(), &error);
    if (error == Z_ERRNO)
        m_problem = Error{"cannot read " + m_path + ": " + std::strerror(errno)};
    else if (error != Z_OK && error != Z_STREAM_END)
        m_problem = Error{"cannot decompress " + m_path + ": " + message};
    return {};
}

std::optional<std::string_view> UnpackedLines::next()
{
    m_line.clear();
    m_isCut = false;
    bool hasLine = false;
    std::size_t end = std::string_view::npos;
    while (end == std::string_view::npos) {
        if (m_rest.empty())
            m_rest = m_file.next();
        if (m_rest.empty())
            break;
        if (std::exchange(m_isFirst, false))
            m_rest = withoutByteOrderMark(m_rest);
        hasLine = true;
        end = m_rest.find('\n');
        append(m_rest.substr(0, end));
        m_rest.remove_prefix(
            std::min(m_rest.size(), end == std::string_view::npos ? end : end + 1));
    }
    if (!hasLine)
        return std::nullopt;
    if (m_line.ends_with('\r'))
        m_line.pop_back();
    return m_line;
}

void UnpackedLines::append(std::string_view part)
{
    const std::size_t room = longestLine - m_line.size();
    m_isCut = m_isCut || part.size() > room;
    m_line.append(part.substr(0, room));
}

} // namespace poolscope
