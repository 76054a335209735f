// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/lineindex.h"

#include "input/byteordermark.h"
#include "input/linescanner.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace poolscope {

namespace {

/// Appends lines to a string, each after its length.
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

} // namespace

Result<LineIndex> LineIndex::open(const std::string &path)
{
    auto file = DataFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    LineIndex index(std::move(*file));
    if (auto scanned = index.scan(); !scanned)
        return tl::unexpected(scanned.error());
    return index;
}

Result<LineIndex> LineIndex::duplicate() const
{
    auto file = m_file.duplicate();
    if (!file)
        return tl::unexpected(file.error());
    LineIndex index(std::move(*file));
    index.m_sparseIndex = m_sparseIndex;
    index.m_lineCount = m_lineCount;
    index.m_longestLine = m_longestLine;
    return index;
}

Result<void> LineIndex::scan()
{
    struct Visitor {
        LineIndex &index;
        std::uint64_t lineStart = 0;
        void text(std::string_view) { }
        bool endLine(std::uint64_t next, bool certain)
        {
            ++index.m_lineCount;
            index.m_longestLine = std::max(index.m_longestLine, next - lineStart);
            lineStart = next;
            if (certain)
                index.m_sparseIndex.add({index.m_lineCount, next});
            return true;
        }
    } visitor{*this};
    std::optional<LineScanner<Visitor>> scanner;
    Result<std::size_t> mark = 0;
    BlockChecksums checksums;
    const auto read = m_file.readBlocks(0, DataFile::blockSize, [&](std::string_view block) {
        checksums.add(block);
        if (!scanner) {
            mark = byteOrderMarkOf(block, m_file.path());
            if (!mark)
                return false;
            block.remove_prefix(*mark);
            m_sparseIndex = SparseIndex({0, *mark});
            visitor.lineStart = *mark;
            scanner.emplace(visitor, *mark);
        }
        return scanner->scan(block);
    });
    if (!mark)
        return tl::unexpected(mark.error());
    if (!read)
        return read;
    if (scanner)
        scanner->finish();
    m_file.expect(std::move(checksums));
    if (m_longestLine > maxLineLength)
        return failure("cannot read " + m_file.path() + ": it has a line of "
            + std::to_string(m_longestLine) + " bytes; a line may have "
            + std::to_string(maxLineLength));
    return {};
}

Result<void> LineIndex::read(IndexRange indices, std::string &out)
{
    if (indices.count == 0)
        return {};
    const SparseIndex::Entry start = m_sparseIndex.before(indices.first);
    const std::uint64_t meanLength = byteCount() / std::max<std::uint64_t>(m_lineCount, 1) + 1;
    const std::uint64_t expected = (indices.first - start.index + indices.count) * meanLength + 512;
    LineCollector collector(out, indices.first - start.index, indices.count);
    LineScanner scanner(collector, start.offset);
    const auto read = m_file.readBlocks(
        start.offset, expected, [&](std::string_view block) { return scanner.scan(block); });
    if (!read)
        return read;
    if (collector.missing() > 0)
        scanner.finish();
    if (collector.nextCertain())
        m_sparseIndex.expectNext({indices.end(), collector.next()});
    return {};
}

} // namespace poolscope
