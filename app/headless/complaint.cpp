// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/complaint.h"

#include <cstdio>

namespace poolscope {

namespace {

std::string printable(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown;
    unsigned char before = 0;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool isControl =
            (byte < 0x20 && character != '\n' && character != '\t') || byte == 0x7f;
        const bool endsControl = before == 0xc2 && byte >= 0x80 && byte < 0xa0; // U+0080 to U+009F
        before = byte;
        if (endsControl)
            shown.replace(shown.size() - 1, 1, "\\xc2");
        if (isControl || endsControl)
            shown.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        else
            shown += character;
    }
    return shown;
}

} // namespace

void complain(std::string_view what)
{
    tell("poolscope: " + std::string(what));
}

int complain(const Error &error, int status)
{
    complain(error.message);
    return status;
}

void tell(std::string_view line)
{
    const std::string text = printable(line) + '\n';
    std::fwrite(text.data(), 1, text.size(), stderr);
}

} // namespace poolscope
