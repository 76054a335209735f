// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/jsonfeed.h"

#include "text/wholenumber.h"

#include "input/byteordermark.h"

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <charconv>
#include <cmath>

namespace poolscope {

namespace {

constexpr std::size_t longestPiece = 4096; // of a string, in one token
constexpr std::size_t longestWord = 400;
constexpr std::size_t mostDigits = 300; // within the range of a double
constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
constexpr std::string_view escapedReplacement = "\\ufffd";
constexpr std::string_view delimiters = " \t\r\n,:{}[]\"";

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool isPlain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

std::size_t digitsFrom(std::string_view word, std::size_t begin)
{
    const auto notDigit = std::find_if(word.begin() + static_cast<std::ptrdiff_t>(begin),
        word.end(), [](char c) { return c < '0' || c > '9'; });
    return static_cast<std::size_t>(notDigit - word.begin()) - begin;
}

/// Whether the word is a JSON number in the range of a double.
bool isNumber(std::string_view word)
{
    const auto has = [&](std::size_t at, std::string_view characters) {
        return at < word.size() && characters.find(word[at]) != std::string_view::npos;
    };
    std::size_t at = has(0, "-") ? 1 : 0;
    const std::size_t digits = digitsFrom(word, at);
    if (digits == 0 || (digits > 1 && word[at] == '0'))
        return false;
    at += digits;
    if (has(at, ".")) {
        const std::size_t places = digitsFrom(word, at + 1);
        if (places == 0)
            return false;
        at += 1 + places;
    }
    if (!has(at, "eE"))
        return at == word.size() && digits < mostDigits;
    const auto value = wholeNumber<double>(word);
    return value && std::isfinite(*value);
}

bool isValue(std::string_view word)
{
    return word == "true" || word == "false" || word == "null" || isNumber(word);
}

/// Returns the size of the UTF-8 sequence at the beginning. 0 if there is none.
std::size_t utf8Size(std::string_view bytes)
{
    namespace utf = boost::locale::utf;
    const char *next = bytes.data();
    const utf::code_point point = utf::utf_traits<char>::decode(next, bytes.data() + bytes.size());
    return utf::is_valid_codepoint(point) ? static_cast<std::size_t>(next - bytes.data()) : 0;
}

} // namespace

JsonFeed::JsonFeed(UnpackedFile &file)
    : m_file(file)
{
    if (fill(utf8ByteOrderMark.size()) && m_bytes.starts_with(utf8ByteOrderMark))
        m_used = utf8ByteOrderMark.size();
    makeToken();
}

/// Makes `count` bytes available. Returns false if the file has fewer.
bool JsonFeed::fill(std::size_t count)
{
    while (m_bytes.size() - m_used < count && !m_isAtEnd) {
        m_before += m_used;
        m_bytes.erase(0, m_used);
        m_used = 0;
        const std::string_view more = m_file.next();
        m_isAtEnd = more.empty();
        m_bytes += more;
    }
    return m_bytes.size() - m_used >= count;
}

/// Makes the next token, which is empty at the end of the file.
void JsonFeed::makeToken()
{
    m_token.clear();
    m_position = 0;
    if (m_inString) {
        continueString();
        return;
    }
    while (fill(1) && (isSpace(at(0)) || at(0) == ','))
        ++m_used;
    if (!fill(1))
        return;
    const char c = at(0);
    if (delimiters.find(c) == std::string_view::npos)
        makeBareWord();
    else
        makeStructure(c);
}

void JsonFeed::makeStructure(char c)
{
    ++m_used;
    switch (c) {
    case '"':
        beginValue();
        m_token += c;
        m_inString = true;
        m_stringSize = 0;
        continueString();
        return;
    case '{':
    case '[':
        beginValue();
        break;
    default:
        break;
    }
    m_token += c;
    m_last = c == '}' || c == ']' ? 'v' : c;
}

/// Adds a comma if a value or a member comes before.
void JsonFeed::beginValue()
{
    if (m_last == 'v')
        m_token += ',';
}

void JsonFeed::makeBareWord()
{
    beginValue();
    std::string word;
    while (fill(1) && delimiters.find(at(0)) == std::string_view::npos) {
        if (word.size() < longestWord)
            word += at(0);
        ++m_used;
    }
    m_token += isValue(word) ? word : "null";
    m_last = 'v';
}

void JsonFeed::continueString()
{
    appendPiece();
    m_stringSize += m_token.size();
    if (m_inString && m_stringSize >= longestString)
        dropRestOfString();
}

void JsonFeed::dropRestOfString()
{
    const std::size_t kept = m_token.size();
    bool isCut = false;
    while (m_inString && fill(1)) {
        m_token.resize(kept);
        appendPiece();
        const std::size_t quote = m_inString ? 0 : 1;
        isCut = isCut || m_token.size() > kept + quote;
    }
    m_token.resize(kept);
    if (!m_inString)
        m_token += '"';
    m_cutStrings += isCut ? 1 : 0;
}

/// Appends at most longestPiece bytes of the string, or its rest, to the token.
void JsonFeed::appendPiece()
{
    const std::size_t most = m_token.size() + longestPiece;
    while (m_token.size() < most && fill(1)) {
        std::size_t plain = m_used;
        while (plain < m_bytes.size() && isPlain(m_bytes[plain]))
            ++plain;
        m_token.append(m_bytes, m_used, plain - m_used);
        m_used = plain;
        if (!fill(1))
            return;
        const char c = at(0);
        if (c == '"') {
            ++m_used;
            m_token += c;
            m_inString = false;
            m_last = 'v';
            return;
        }
        if (c == '\\')
            makeEscape();
        else if (!isPlain(c))
            makeUtf8();
    }
}

void JsonFeed::makeEscape()
{
    constexpr std::string_view escapable = "\"\\/bfnrt";
    const bool hasNext = fill(2);
    if (hasNext && at(1) == 'u' && hexAt(2)) {
        makeUnicodeEscape();
    } else if (hasNext && escapable.find(at(1)) != std::string_view::npos) {
        m_token.append(m_bytes, m_used, 2);
        m_used += 2;
    } else {
        m_token += "\\\\";
        ++m_used;
    }
}

/// Appends a \u escape. Replaces half a surrogate pair, which is not a character.
void JsonFeed::makeUnicodeEscape()
{
    constexpr std::size_t size = 6;
    const auto isHigh = [](unsigned unit) {
        return unit >= 0xd800 && unit <= 0xdbff;
    };
    const auto isLow = [](unsigned unit) {
        return unit >= 0xdc00 && unit <= 0xdfff;
    };
    const unsigned unit = *hexAt(2);
    if (!isHigh(unit) && !isLow(unit)) {
        m_token.append(m_bytes, m_used, size);
        m_used += size;
        return;
    }
    const auto next =
        fill(2 * size) && at(size) == '\\' && at(size + 1) == 'u' ? hexAt(size + 2) : std::nullopt;
    if (isHigh(unit) && next && isLow(*next)) {
        m_token.append(m_bytes, m_used, 2 * size);
        m_used += 2 * size;
        return;
    }
    m_token += escapedReplacement;
    m_used += size;
}

/// Appends a character beyond ASCII, or a control character.
void JsonFeed::makeUtf8()
{
    constexpr std::size_t longest = 4;
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(at(0));
    if (byte < 0x20 || byte == 0x7f) {
        m_token += "\\u00";
        m_token += digits[byte >> 4U];
        m_token += digits[byte & 15U];
        ++m_used;
        return;
    }
    fill(longest);
    const std::size_t size = utf8Size(std::string_view(m_bytes).substr(m_used, longest));
    if (size == 0)
        m_token += replacement;
    else
        m_token.append(m_bytes, m_used, size);
    m_used += std::max<std::size_t>(size, 1);
}

/// Returns the value of four hexadecimal digits, or nothing.
std::optional<unsigned> JsonFeed::hexAt(std::size_t position)
{
    constexpr std::size_t digits = 4;
    constexpr int base = 16;
    if (!fill(position + digits))
        return std::nullopt;
    unsigned value = 0;
    const char *begin = m_bytes.data() + m_used + position;
    const auto [end, error] = std::from_chars(begin, begin + digits, value, base);
    return error == std::errc() && end == begin + digits ? std::optional(value) : std::nullopt;
}

} // namespace poolscope
