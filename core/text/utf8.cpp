// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/utf8.h"

#include <boost/locale/utf.hpp>
#include <cstdint>
#include <cstring>

namespace poolscope {

namespace {

/// Returns whether the next 8 bytes are ASCII.
bool areAscii(const char *at)
{
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    return (word & 0x8080808080808080) == 0;
}

} // namespace

const char *utf8SequenceEnd(const char *at, const char *end)
{
    namespace utf = boost::locale::utf;
    const char *next = at;
    const utf::code_point point = utf::utf_traits<char>::decode(next, end);
    return utf::is_valid_codepoint(point) ? next : at;
}

bool isUtf8(std::string_view text)
{
    const char *at = text.data();
    const char *const end = at + text.size();
    while (at != end) {
        if (end - at >= 8 && areAscii(at)) {
            at += 8;
            continue;
        }
        const char *const next = utf8SequenceEnd(at, end);
        if (next == at)
            return false;
        at = next;
    }
    return true;
}

std::string_view utf8Beginning(std::string_view text, std::size_t most)
{
    constexpr std::size_t mostContinuations = 3;
    if (text.size() <= most)
        return text;
    const auto continues = [&](std::size_t at) {
        return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    std::size_t size = most;
    while (size > 0 && most - size < mostContinuations && continues(size))
        --size;
    return text.substr(0, continues(size) ? most : size);
}

} // namespace poolscope
