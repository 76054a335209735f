// SPDX-License-Identifier: GPL-3.0-or-later
// LineScanner: splits a stream of blocks into lines, which end at \n, \r\n or \r.
//
// The visitor receives text(bytes) once or more for a line, then endLine(next, certain), which
// returns false to stop. `next` is the offset of the following line. It is not certain if the line
// ended in \r at the end of a block, since the next block may begin with the \n that belongs to it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace poolscope {

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

    /// Ends the last line if it has no ending.
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
    /// Returns the position of the character in a block after its first `gone` bytes were removed.
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

} // namespace poolscope
