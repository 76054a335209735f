// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/linestream.h"

#include "input/byteordermark.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

using Length = std::uint32_t;
constexpr std::size_t readSize = 64 * 1024; // the capacity of a pipe
constexpr int readsAtOnce = 16;
constexpr std::size_t blockSize = 64 * 1024;

bool canBeRead(int descriptor)
{
    pollfd waiting{descriptor, POLLIN, 0};
    return poll(&waiting, 1, 0) > 0;
}

} // namespace

LineStream::LineStream(int descriptor, std::string name)
    : m_descriptor(descriptor)
    , m_name(std::move(name))
{
}

Result<void> LineStream::take()
{
    std::string buffer(readSize, '\0');
    for (int i = 0; i < readsAtOnce && !isComplete() && !isFull(); ++i) {
        if (!canBeRead(m_descriptor))
            break;
        const ssize_t got = ::read(m_descriptor, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            break;
        if (got < 0)
            return failure("cannot read " + m_name + ": " + std::strerror(errno));
        const std::lock_guard lock(m_mutex);
        if (got == 0)
            finish();
        else if (auto taken = takeBlock({buffer.data(), static_cast<std::size_t>(got)}); !taken)
            return taken;
    }
    return {};
}

/// Stores the first bytes until it is known whether they are a byte order mark.
Result<void> LineStream::takeBeginning(std::string_view bytes)
{
    m_beginning += bytes;
    if (mayBeginByteOrderMark(m_beginning))
        return {};
    m_hasBegun = true;
    const std::string beginning = std::exchange(m_beginning, {});
    return byteOrderMarkOf(beginning, m_name).and_then([&](std::size_t mark) {
        return takeBlock(std::string_view(beginning).substr(mark));
    });
}

Result<void> LineStream::takeBlock(std::string_view bytes)
{
    if (!m_hasBegun)
        return takeBeginning(bytes);
    m_scanner.scan(bytes);
    if (unfinishedSize() > maxLineLength)
        return failure(m_name + " has a line of more than " + std::to_string(maxLineLength)
            + " bytes; a file may have longer ones");
    return {};
}

void LineStream::finish()
{
    m_scanner.scan(m_beginning); // the beginning of a mark that is not complete
    m_scanner.finish();
    m_isComplete = true;
}

LineStream::Block &LineStream::lastBlock()
{
    if (m_blocks.empty() || (!m_inLine && m_blocks.rbegin()->second.lines.size() >= blockSize))
        m_blocks[m_lineCount].lines.reserve(blockSize + blockSize / 8);
    return m_blocks.rbegin()->second;
}

void LineStream::addText(std::string_view bytes)
{
    std::string &lines = lastBlock().lines;
    const std::size_t before = lines.size();
    if (!m_inLine) {
        m_lineStart = lines.size();
        lines.append(sizeof(Length), '\0');
        m_inLine = true;
    }
    lines.append(bytes);
    m_byteCount += bytes.size();
    m_heldBytes += lines.size() - before;
}

bool LineStream::endLine()
{
    addText({});
    Block &block = lastBlock();
    const std::size_t start = m_lineStart;
    const auto length = static_cast<Length>(block.lines.size() - start - sizeof(Length));
    std::memcpy(block.lines.data() + start, &length, sizeof(length));
    m_hasher.add(std::string_view(block.lines).substr(start));
    ++block.count;
    ++m_lineCount;
    m_inLine = false;
    return true;
}

std::uint64_t LineStream::unfinishedSize() const
{
    return m_inLine ? m_blocks.rbegin()->second.lines.size() - m_lineStart : 0;
}

bool LineStream::isComplete() const
{
    const std::lock_guard lock(m_mutex);
    return m_isComplete;
}

bool LineStream::isFull() const
{
    const std::lock_guard lock(m_mutex);
    return m_heldBytes - unfinishedSize() >= fullSize;
}

void LineStream::removeUnless(const IsNeeded &isNeeded)
{
    const std::lock_guard lock(m_mutex);
    for (auto block = m_blocks.begin(); block != m_blocks.end();) {
        const bool isOpen = m_inLine && std::next(block) == m_blocks.end();
        if (isOpen || isNeeded({block->first, block->second.count})) {
            ++block;
        } else {
            m_heldBytes -= block->second.lines.size();
            block = m_blocks.erase(block);
        }
    }
}

std::uint64_t LineStream::lineCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_lineCount;
}

std::uint64_t LineStream::byteCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_byteCount;
}

std::string LineStream::contentHash() const
{
    const std::lock_guard lock(m_mutex);
    return m_hasher.digest();
}

Result<void> LineStream::read(IndexRange indices, std::string &out) const
{
    const std::lock_guard lock(m_mutex);
    const auto lengthAt = [](const std::string &lines, std::size_t at) {
        Length length = 0;
        std::memcpy(&length, lines.data() + at, sizeof(length));
        return sizeof(length) + length;
    };
    for (std::uint64_t first = indices.first; first < indices.end();) {
        const auto after = m_blocks.upper_bound(first);
        const auto found = after == m_blocks.begin() ? m_blocks.end() : std::prev(after);
        if (found == m_blocks.end() || first - found->first >= found->second.count)
            return failure(
                "line " + std::to_string(first + 1) + " of " + m_name + " is not stored any more");
        const auto &[blockFirst, block] = *found;
        const bool isAfterLast = m_next.line <= first && m_next.line > blockFirst;
        Cursor at = isAfterLast ? m_next : Cursor{blockFirst, 0};
        for (; at.line < first; ++at.line)
            at.offset += lengthAt(block.lines, at.offset);
        const std::size_t begin = at.offset;
        const std::uint64_t end = std::min(indices.end(), blockFirst + block.count);
        for (; at.line < end; ++at.line)
            at.offset += lengthAt(block.lines, at.offset);
        out.append(block.lines, begin, at.offset - begin);
        first = end;
        m_next = at;
    }
    return {};
}

} // namespace poolscope
