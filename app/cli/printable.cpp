// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/printable.h"

#include <array>
#include <cstddef>

namespace poolscope {

namespace {

struct Character {
    char32_t code = 0;
    std::size_t size = 0; ///< in bytes. 0 if the bytes are not UTF-8
};

/// Returns the first character of a text that is not empty.
Character firstOf(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return {lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
        return {};
    char32_t code = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xc0) != 0x80)
            return {};
        code = code << 6 | (byte & 0x3fU);
    }
    const bool isSurrogate = code >= 0xd800 && code < 0xe000;
    return code < least[size] || code > 0x10ffff || isSurrogate ? Character()
                                                                : Character{code, size};
}

bool isBetween(char32_t code, char32_t first, char32_t last)
{
    return code >= first && code <= last;
}

bool isPlain(char32_t code)
{
    if (code == '\n' || code == '\t')
        return true;
    const bool isControl = code < 0x20 || isBetween(code, 0x7f, 0x9f);
    const bool endsLine = code == 0x2028 || code == 0x2029;
    const bool turnsDirection = code == 0x61c || isBetween(code, 0x200e, 0x200f)
        || isBetween(code, 0x202a, 0x202e) || isBetween(code, 0x2066, 0x2069);
    return !isControl && !endsLine && !turnsDirection;
}

void appendEscaped(std::string &shown, std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        shown.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
}

} // namespace

std::string printable(std::string_view text)
{
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const Character character = firstOf(text);
        const std::string_view bytes = text.substr(0, character.size == 0 ? 1 : character.size);
        if (character.size > 0 && isPlain(character.code))
            shown += bytes;
        else
            appendEscaped(shown, bytes);
        text.remove_prefix(bytes.size());
    }
    return shown;
}

} // namespace poolscope
