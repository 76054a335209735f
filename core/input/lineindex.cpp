// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/lineindex.h"

#include "input/contenthash.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

constexpr std::size_t blockSize = 256 * 1024;
constexpr std::uint64_t placeDistance = 16 * 1024;

/// Splits a stream of blocks into lines. The visitor gets text(bytes), in as many pieces as come,
/// and endLine(next, certain): `next` is the offset of the following line, uncertain where a \n
/// that belongs to a \r may still come. A visitor's endLine returns false to stop.
template <typename Visitor> class LineScanner {
public:
    LineScanner(Visitor &visitor, std::uint64_t offset)
        : m_visitor(visitor)
        , m_offset(offset)
    {
    }

    bool scan(std::string_view block)
    {
        if (m_afterReturn && !block.empty() && block.front() == '\n')
            skip(block, 1);
        m_afterReturn = false;
        std::size_t newline = block.find('\n');
        std::size_t carriage = block.find('\r');
        while (newline != std::string_view::npos || carriage != std::string_view::npos) {
            const std::size_t end = std::min(newline, carriage);
            const bool crlf = end == carriage && end + 1 == newline;
            const std::size_t next = end + (crlf ? 2 : 1);
            m_visitor.text(block.substr(0, end));
            m_inLine = false;
            m_afterReturn = end == carriage && next == block.size() && !crlf;
            skip(block, next);
            if (!m_visitor.endLine(m_offset, !m_afterReturn))
                return false;
            newline = advance(newline, next, block, '\n');
            carriage = advance(carriage, next, block, '\r');
        }
        if (!block.empty()) {
            m_visitor.text(block);
            m_inLine = true;
            m_offset += block.size();
        }
        return true;
    }

    /// A last line without an ending is a line too.
    void finish()
    {
        if (m_inLine)
            m_visitor.endLine(m_offset, true);
    }

private:
    void skip(std::string_view &block, std::size_t count)
    {
        block.remove_prefix(count);
        m_offset += count;
    }
    /// Where the character stands in a block that has lost its first `gone` bytes.
    static std::size_t advance(
        std::size_t position, std::size_t gone, std::string_view block, char character)
    {
        if (position == std::string_view::npos)
            return position;
        return position < gone ? block.find(character) : position - gone;
    }

    Visitor &m_visitor;
    std::uint64_t m_offset;
    bool m_inLine = false;
    bool m_afterReturn = false;
};

/// Appends lines to a string, each behind its length.
class LineCollector {
public:
    LineCollector(std::string &out, std::uint64_t skipped, std::uint64_t wanted)
        : m_out(out)
        , m_skipped(skipped)
        , m_wanted(wanted)
    {
        beginLine();
    }

    void text(std::string_view bytes)
    {
        if (m_skipped == 0)
            m_out.append(bytes);
    }
    bool endLine(std::uint64_t next, bool certain)
    {
        if (m_skipped > 0) {
            --m_skipped;
        } else {
            const auto length =
                static_cast<std::uint32_t>(m_out.size() - m_start - sizeof(std::uint32_t));
            std::memcpy(m_out.data() + m_start, &length, sizeof(length));
            --m_wanted;
        }
        m_next = next;
        m_nextCertain = certain;
        if (m_wanted > 0)
            beginLine();
        return m_wanted > 0;
    }

    std::uint64_t missing() const { return m_wanted; }
    std::uint64_t next() const { return m_next; }
    bool nextCertain() const { return m_nextCertain; }

private:
    void beginLine()
    {
        if (m_skipped > 0)
            return;
        m_start = m_out.size();
        m_out.append(sizeof(std::uint32_t), '\0');
    }

    std::string &m_out;
    std::uint64_t m_skipped;
    std::uint64_t m_wanted;
    std::size_t m_start = 0;
    std::uint64_t m_next = 0;
    bool m_nextCertain = false;
};

std::string systemError(const std::string &path)
{
    return "cannot read " + path + ": " + std::strerror(errno);
}

/// Reads blocks from `offset` on until `use` returns false or the file ends; false on an error.
template <typename Use>
bool readBlocks(int file, std::uint64_t offset, std::size_t firstSize, Use use)
{
    std::string buffer(firstSize, '\0');
    for (;;) {
        const ssize_t got = pread(file, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0 || !use(std::string_view(buffer.data(), static_cast<std::size_t>(got))))
            return true;
        offset += static_cast<std::uint64_t>(got);
        if (buffer.size() < blockSize)
            buffer.resize(blockSize);
    }
}

} // namespace

Result<LineIndex> LineIndex::open(const std::string &path)
{
    LineIndex index;
    index.m_path = path;
    index.m_file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info { };
    if (index.m_file < 0 || fstat(index.m_file, &info) != 0)
        return failure(systemError(path));
    if (!S_ISREG(info.st_mode))
        return failure("cannot read " + path + ": it is not a regular file");
    if (auto scanned = index.scan(); !scanned)
        return tl::unexpected(scanned.error());
    return index;
}

Result<LineIndex> LineIndex::duplicate() const
{
    LineIndex index;
    index.m_file = fcntl(m_file, F_DUPFD_CLOEXEC, 0);
    if (index.m_file < 0)
        return failure(systemError(m_path));
    index.m_path = m_path;
    index.m_places = m_places;
    index.m_lineCount = m_lineCount;
    index.m_byteCount = m_byteCount;
    index.m_longestLine = m_longestLine;
    index.m_contentHash = m_contentHash;
    return index;
}

LineIndex::LineIndex(LineIndex &&other) noexcept
{
    *this = std::move(other);
}

LineIndex &LineIndex::operator=(LineIndex &&other) noexcept
{
    std::swap(m_file, other.m_file);
    std::swap(m_path, other.m_path);
    std::swap(m_places, other.m_places);
    std::swap(m_next, other.m_next);
    std::swap(m_lineCount, other.m_lineCount);
    std::swap(m_byteCount, other.m_byteCount);
    std::swap(m_longestLine, other.m_longestLine);
    std::swap(m_contentHash, other.m_contentHash);
    return *this;
}

LineIndex::~LineIndex()
{
    if (m_file >= 0)
        close(m_file);
}

Result<void> LineIndex::scan()
{
    struct Places {
        LineIndex &index;
        std::uint64_t lineStart = 0;
        void text(std::string_view) { }
        bool endLine(std::uint64_t next, bool certain)
        {
            ++index.m_lineCount;
            index.m_longestLine = std::max(index.m_longestLine, next - lineStart);
            lineStart = next;
            if (certain && next - index.m_places.back().offset >= placeDistance)
                index.m_places.push_back({index.m_lineCount, next});
            return true;
        }
    } places{*this};
    LineScanner scanner(places, 0);
    ContentHasher hasher;
    const bool ok = readBlocks(m_file, 0, blockSize, [&](std::string_view block) {
        m_byteCount += block.size();
        hasher.add(block);
        return scanner.scan(block);
    });
    if (!ok)
        return failure(systemError(m_path));
    scanner.finish();
    m_contentHash = hasher.digest();
    if (m_longestLine > maxLineLength)
        return failure("cannot read " + m_path + ": it has a line of "
            + std::to_string(m_longestLine) + " bytes; a line may have "
            + std::to_string(maxLineLength));
    return {};
}

LineIndex::Place LineIndex::placeBefore(std::uint64_t line) const
{
    const auto after = std::upper_bound(m_places.begin(), m_places.end(), line,
        [](std::uint64_t wanted, const Place &place) { return wanted < place.line; });
    const Place &place = *std::prev(after);
    return m_next.line <= line && m_next.line > place.line ? m_next : place;
}

Result<void> LineIndex::read(std::uint64_t first, std::uint64_t count, std::string &out)
{
    if (count == 0)
        return {};
    const Place place = placeBefore(first);
    const std::uint64_t meanLength = m_byteCount / std::max<std::uint64_t>(m_lineCount, 1) + 1;
    const std::uint64_t expected = (first - place.line + count) * meanLength + 512;
    LineCollector collector(out, first - place.line, count);
    LineScanner scanner(collector, place.offset);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(expected, blockSize));
    if (!readBlocks(m_file, place.offset, size,
            [&](std::string_view block) { return scanner.scan(block); }))
        return failure(systemError(m_path));
    if (collector.missing() > 0)
        scanner.finish();
    if (collector.missing() > 0)
        return failure(m_path + " has become shorter while it was read");
    if (collector.nextCertain())
        m_next = {first + count, collector.next()};
    return {};
}

} // namespace poolscope
