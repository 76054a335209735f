// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/csvscan.h"

#include "input/byteordermark.h"
#include "input/lineindex.h"
#include "spec/csvparser.h"

#include <algorithm>
#include <optional>

namespace poolscope {

namespace {

constexpr char defaultDelimiter = ',';

bool canBeDelimiter(char c)
{
    return std::string_view("\"\r\n\0", 4).find(c) == std::string_view::npos;
}

/// A first line that names the delimiter.
struct SeparatorLine {
    char delimiter = 0;
    std::size_t size = 0; ///< with its ending
};

std::optional<SeparatorLine> separatorLineOf(std::string_view text)
{
    const auto isLetter = [](char lower, char c) {
        return c == lower || (c >= 'A' && c <= 'Z' && c - 'A' + 'a' == lower);
    };
    constexpr std::string_view beginning = "sep=";
    const std::size_t quote = text.starts_with('"') ? 1 : 0;
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    const std::string_view unquoted = line.substr(quote);
    const std::size_t size = 2 * quote + beginning.size() + 1;
    const bool isOne = line.size() == size && line.size() < text.size()
        && std::equal(beginning.begin(), beginning.end(), unquoted.begin(), isLetter)
        && (quote == 0 || line.ends_with('"')) && canBeDelimiter(unquoted[beginning.size()]);
    if (!isOne)
        return std::nullopt;
    const std::size_t ending = text.substr(size).starts_with("\r\n") ? 2 : 1;
    return SeparatorLine{unquoted[beginning.size()], size + ending};
}

/// Splits a block into lines, which end at \n, \r\n or \r.
class LineCutter {
public:
    explicit LineCutter(std::string_view block)
        : m_block(block)
        , m_newline(block.find('\n'))
        , m_return(block.find('\r'))
    {
    }

    /// Returns the next line with its ending, or the rest of the block. Empty if nothing is left.
    std::string_view next()
    {
        constexpr auto none = std::string_view::npos;
        const std::size_t begin = m_begin;
        const std::size_t ending = std::min(m_newline, m_return);
        const bool both = m_return != none && m_newline == m_return + 1;
        m_begin = ending == none ? m_block.size() : ending + (both ? 2 : 1);
        if (m_newline != none && m_newline < m_begin)
            m_newline = m_block.find('\n', m_begin);
        if (m_return != none && m_return < m_begin)
            m_return = m_block.find('\r', m_begin);
        return m_block.substr(begin, m_begin - begin);
    }

private:
    std::string_view m_block;
    std::size_t m_begin = 0;
    std::size_t m_newline;
    std::size_t m_return;
};

/// Parses the file line by line. A record ends only at the end of a line, so that the offset of the
/// next record is known.
class Scan : private CsvParser::Visitor {
public:
    Scan(const DataFile &file, char delimiter, std::uint64_t offset, CsvVisitor &visitor)
        : m_file(file)
        , m_visitor(visitor)
        , m_parser(delimiter, *this)
        , m_offset(offset)
        , m_recordBegin(offset)
    {
    }

    bool take(std::string_view block)
    {
        m_stopped = !m_visitor.bytes(block);
        if (m_stopped)
            return false;
        if (m_offset == 0 && !begin(block))
            return false;
        LineCutter lines(block);
        for (std::string_view line = lines.next(); !line.empty(); line = lines.next()) {
            if (!takeLine(line))
                return false;
        }
        return true;
    }

    void finish()
    {
        if (m_stopped || m_error)
            return;
        const CsvParser::State state = m_parser.finish();
        if (state != CsvParser::State::Good)
            fail(state);
        else if (m_recordEnded)
            m_visitor.endRecord({m_recordLine, m_offset});
    }

    const std::optional<Error> &error() const { return m_error; }

private:
    void field(std::string_view text) override
    {
        m_fieldLine = m_line;
        m_visitor.field(text);
    }
    void recordEnded() override { m_recordEnded = true; }

    /// Skips a byte order mark and a line that names the delimiter.
    bool begin(std::string_view &block)
    {
        const auto mark = byteOrderMarkOf(block, m_file.path());
        if (!mark) {
            m_error = mark.error();
            return false;
        }
        std::size_t skipped = *mark;
        if (const auto separator = separatorLineOf(block.substr(skipped))) {
            skipped += separator->size;
            m_recordLine = m_fieldLine = ++m_line;
        }
        block.remove_prefix(skipped);
        m_offset = m_recordBegin = skipped;
        return true;
    }

    bool takeLine(std::string_view line)
    {
        const CsvParser::State state = m_parser.feed(line);
        if (state != CsvParser::State::Good)
            return fail(state);
        m_offset += line.size();
        if (m_offset - m_recordBegin > LineIndex::maxLineLength)
            return failTooLong();
        countLine(line);
        const bool isBlank = m_offset - m_recordBegin == line.size()
            && line.find_first_not_of("\r\n") == std::string_view::npos;
        if (!m_recordEnded && !isBlank)
            return true;
        const CsvRecordPosition place{m_recordLine, m_offset};
        m_recordBegin = m_offset;
        m_recordLine = m_fieldLine = m_line;
        m_stopped = std::exchange(m_recordEnded, false) && !m_visitor.endRecord(place);
        return !m_stopped;
    }

    /// Counts the line, unless it is a \n that belongs to the \r at the end of the block before.
    void countLine(std::string_view line)
    {
        const bool ends = line.back() == '\n' || line.back() == '\r';
        const bool counted = m_afterReturn && line == "\n";
        if (ends && !counted)
            ++m_line;
        m_afterReturn = line.back() == '\r';
    }

    bool fail(CsvParser::State state)
    {
        switch (state) {
        case CsvParser::State::StrayQuote:
            m_error = csvFailure(m_file, m_line,
                "a quote is out of place; a field with quotes in it is written as "
                "\"a \"\"quoted\"\" word\"")
                          .value();
            break;
        case CsvParser::State::UnterminatedQuote:
            m_error = csvFailure(m_file, m_fieldLine, "a quote is not closed").value();
            break;
        default:
            m_error = csvFailure(m_file, m_line, "there is not enough memory").value();
        }
        return false;
    }

    bool failTooLong()
    {
        m_error = csvFailure(m_file, m_fieldLine,
            "a row has more than " + std::to_string(LineIndex::maxLineLength)
                + " bytes; a quote may be missing")
                      .value();
        return false;
    }

    const DataFile &m_file;
    CsvVisitor &m_visitor;
    CsvParser m_parser;
    std::uint64_t m_offset;
    std::uint64_t m_line = 1;
    std::uint64_t m_recordBegin;
    std::uint64_t m_recordLine = 1;
    std::uint64_t m_fieldLine = 1; ///< the line in which the unfinished field begins
    bool m_recordEnded = false;
    bool m_afterReturn = false;
    bool m_stopped = false;
    std::optional<Error> m_error;
};

} // namespace

Result<void> scanCsv(DataFile &file, char delimiter, std::uint64_t offset, std::size_t firstSize,
    CsvVisitor &visitor)
{
    Scan scan(file, delimiter, offset, visitor);
    const auto read = file.readBlocks(
        offset, firstSize, [&](std::string_view block) { return scan.take(block); });
    if (!read)
        return read;
    scan.finish();
    if (scan.error())
        return tl::unexpected(*scan.error());
    return {};
}

Result<char> csvDelimiter(DataFile &file, char given)
{
    if (!canBeDelimiter(given))
        return failure(
            "the delimiter of " + file.path() + " cannot be a quote, a line break or a zero byte");
    if (given != defaultDelimiter)
        return given;
    constexpr std::size_t enough = 64;
    std::string beginning;
    const auto read = file.readBlocks(0, enough, [&](std::string_view block) {
        beginning = block.substr(0, enough);
        return false;
    });
    if (!read)
        return tl::unexpected(read.error());
    const std::size_t mark = byteOrderMarkOf(beginning, file.path()).value_or(0);
    const auto separator = separatorLineOf(std::string_view(beginning).substr(mark));
    return separator ? separator->delimiter : given;
}

tl::unexpected<Error> csvFailure(
    const DataFile &file, std::uint64_t line, const std::string &message)
{
    return failure(file.path() + ":" + std::to_string(line) + ": " + message);
}

} // namespace poolscope
