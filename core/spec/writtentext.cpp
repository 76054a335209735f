// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/writtentext.h"

#include "text/utf8.h"

#include <string_view>

namespace poolscope {

namespace {

constexpr std::string_view hexPrefix = "hex:";
constexpr std::string_view hexDigits = "0123456789abcdef";

} // namespace

std::string writtenText(const std::string &bytes)
{
    if (isUtf8(bytes) && !bytes.starts_with(hexPrefix))
        return bytes;
    std::string text(hexPrefix);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += hexDigits[byte >> 4];
        text += hexDigits[byte & 15];
    }
    return text;
}

std::string bytesOfWritten(const std::string &text)
{
    if (!text.starts_with(hexPrefix))
        return text;
    std::string bytes;
    for (std::size_t i = hexPrefix.size(); i + 1 < text.size(); i += 2) {
        const auto high = hexDigits.find(text[i]);
        const auto low = hexDigits.find(text[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos)
            return text;
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

} // namespace poolscope
