// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/csvtext.h"

#include <algorithm>
#include <csv.h>
#include <string_view>

namespace poolscope {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

bool needsQuotes(std::string_view field)
{
    if (field.empty())
        return false;
    return isBlank(field.front()) || isBlank(field.back())
        || std::any_of(field.begin(), field.end(),
            [](char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; });
}

} // namespace

void quoteCsvField(std::string &out, std::size_t start)
{
    if (!needsQuotes(std::string_view(out).substr(start)))
        return;
    const std::string field = out.substr(start);
    out.resize(start + csv_write(nullptr, 0, field.data(), field.size()));
    csv_write(out.data() + start, out.size() - start, field.data(), field.size());
}

} // namespace poolscope
