// SPDX-License-Identifier: GPL-3.0-or-later
// JsonFeed: the bytes of a file that holds JSON, with what writers of traces often get wrong put
// right, for a parser that takes strict JSON only.
//
// Superfluous commas are removed, missing ones between values added. What is not a value of JSON,
// such as NaN, becomes null. In strings, line breaks and other control characters are escaped,
// backslashes that escape nothing are kept, and bytes that are not UTF-8 become U+FFFD. Strings are
// cut at longestString, because a parser collects them whole.
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
    /// How many bytes of the file, decompressed, are used up.
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
    std::string m_bytes; ///< of the file, from before what comes next
    std::size_t m_used = 0; ///< of these
    std::uint64_t m_before = 0; ///< bytes of the file before these
    bool m_isAtEnd = false; ///< the file has no more than these
    std::string m_token; ///< strict JSON
    std::size_t m_position = 0; ///< in it
    bool m_inString = false;
    std::size_t m_stringSize = 0; ///< of the string that it is in, so far
    std::uint64_t m_cutStrings = 0;
    char m_last = 0; ///< what the last token was: a bracket, a colon, or 'v' for a value
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
    /// One of the two is the end.
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
