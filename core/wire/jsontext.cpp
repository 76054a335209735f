// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/jsontext.h"

#include "text/utf8.h"

namespace poolscope {

namespace {

void appendHex(std::string &out, unsigned char byte)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

void appendJsonEscape(std::string &out, unsigned char byte)
{
    out += '\\';
    switch (byte) {
    case '"':
    case '\\':
        out += static_cast<char>(byte);
        break;
    case '\b':
        out += 'b';
        break;
    case '\f':
        out += 'f';
        break;
    case '\n':
        out += 'n';
        break;
    case '\r':
        out += 'r';
        break;
    case '\t':
        out += 't';
        break;
    default:
        out += byte < 0x80 ? "u00" : "udc";
        appendHex(out, byte);
    }
}

} // namespace

void appendJsonString(std::string &out, std::string_view text)
{
    const char *at = text.data();
    const char *const end = at + text.size();
    const char *plain = at;
    out += '"';
    while (at != end) {
        const auto byte = static_cast<unsigned char>(*at);
        const bool needsEscape = byte < 0x20 || byte == '"' || byte == '\\';
        const char *const next = byte < 0x80 ? at + !needsEscape : utf8SequenceEnd(at, end);
        if (next != at) {
            at = next;
            continue;
        }
        out.append(plain, at);
        appendJsonEscape(out, byte);
        plain = ++at;
    }
    out.append(plain, end);
    out += '"';
}

} // namespace poolscope
