// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/alignedtable.h"

#include <algorithm>

namespace poolscope {

namespace {

/// Returns the width of a UTF-8 text, with one column for each character.
std::size_t widthOf(const std::string &text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(),
        [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

std::string alignedTable(const std::vector<std::vector<std::string>> &rows)
{
    std::vector<std::size_t> widths;
    for (const auto &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], widthOf(row[i]));
    }
    std::string text;
    for (const auto &row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            text += std::string(widths[i] - widthOf(row[i]) + (i > 0 ? 2 : 0), ' ') + row[i];
        text += '\n';
    }
    return text;
}

} // namespace poolscope
