// SPDX-License-Identifier: GPL-3.0-or-later
// JsonFeed: reads a JSON file for a strict parser, and corrects common mistakes in traces.
//
// Superfluous commas are removed, and missing commas between values are added. A word that is not a
// JSON value, such as NaN, becomes null. In strings, control characters and backslashes that escape
// nothing are escaped, and bytes that are not UTF-8 become U+FFFD. Strings are cut at
// longestString, since a parser stores whole strings. One thread.
#pragma once

#include "import/unpackedfile.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

class JsonFeed {
public:
    static constexpr std::size_t longestString = 16U << 20;

    explicit JsonFeed(UnpackedFile &file);
    JsonFeed(const JsonFeed &) = delete;
    JsonFeed &operator=(const JsonFeed &) = delete;

    bool atEnd() const { return m_position == m_token.size(); }
    char current() const { return m_token[m_position]; }
    void advance()
    {
        if (++m_position == m_token.size())
            makeToken();
    }
    /// The offset in the decompressed file up to which bytes were used.
    std::uint64_t offset() const { return m_before + m_used; }
    std::uint64_t cutStrings() const { return m_cutStrings; }

private:
    void makeToken();
    void makeStructure(char c);
    void makeBareWord();
    void continueString();
    void appendPiece();
    void dropRestOfString();
    void makeEscape();
    void makeUnicodeEscape();
    void makeUtf8();
    void beginValue();
    bool fill(std::size_t count);
    char at(std::size_t position) const { return m_bytes[m_used + position]; }
    std::optional<unsigned> hexAt(std::size_t position);

    UnpackedFile &m_file;
    std::string m_bytes; ///< a part of the file
    std::size_t m_used = 0; ///< bytes of m_bytes
    std::uint64_t m_before = 0; ///< bytes of the file before m_bytes
    bool m_isAtEnd = false; ///< whether m_bytes ends where the file ends
    std::string m_token; ///< strict JSON
    std::size_t m_position = 0; ///< in m_token
    bool m_inString = false;
    std::size_t m_stringSize = 0; ///< of the current string, so far
    std::uint64_t m_cutStrings = 0;
    char m_last = 0; ///< the last token: a bracket, a colon, or 'v' for a value
};

/// The iterator by which a parser reads a feed. All copies share the feed's position.
class JsonFeedIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char *;
    using reference = char;

    explicit JsonFeedIterator(JsonFeed *feed = nullptr)
        : m_feed(feed)
    {
    }
    char operator*() const { return m_feed->current(); }
    JsonFeedIterator &operator++()
    {
        m_feed->advance();
        return *this;
    }
    JsonFeedIterator operator++(int)
    {
        ++*this;
        return *this;
    }
    /// Whether the feed has ended. One of the two is the end iterator.
    friend bool operator==(const JsonFeedIterator &a, const JsonFeedIterator &b)
    {
        const JsonFeed *feed = a.m_feed ? a.m_feed : b.m_feed;
        return !feed || feed->atEnd();
    }
    friend bool operator!=(const JsonFeedIterator &a, const JsonFeedIterator &b)
    {
        return !(a == b);
    }

private:
    JsonFeed *m_feed;
};

} // namespace poolscope
