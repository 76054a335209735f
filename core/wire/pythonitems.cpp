// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/pythonitems.h"

#include "text/utf8.h"
#include "wire/codec.h"

#include <algorithm>
#include <cstring>

namespace poolscope::wire {

namespace {

constexpr std::uint32_t mostInputs = 256; // of a group
constexpr std::size_t enoughBytes = 32 * 1024;
constexpr std::size_t longBytes = 64 * 1024;

// Type codes of CPython's Python/marshal.c, since Python 3.4. A flagged object has the next number,
// from 0, by which it can be referred to.
constexpr char listCode = '[';
constexpr char dictCode = '{';
constexpr char dictEnd = '0';
constexpr char stringCode = 'u';
constexpr char flaggedStringCode = static_cast<char>('t' | 0x80);
constexpr char referenceCode = 'r';

void appendCoded(std::string &out, char code, std::string_view text)
{
    out += code;
    FieldWriter(out).string(text);
}

/// Appends the text. Returns false if it is not UTF-8.
bool appendString(std::string &out, std::string_view text)
{
    appendCoded(out, stringCode, text);
    return isUtf8(text);
}

} // namespace

PythonItems::PythonItems(std::span<const std::string> columns)
    : m_areNamesUtf8(std::ranges::all_of(columns, isUtf8))
{
    for (const std::string &name : columns)
        appendCoded(m_names.emplace_back(), flaggedStringCode, name);
}

void PythonItems::append(std::string &out, std::string_view items) const
{
    FieldReader reader(items);
    while (!items.empty()) {
        std::uint32_t count = 0;
        std::size_t size = 0;
        for (; count < mostInputs && size < enoughBytes && size < items.size(); ++count)
            size += sizeof(std::uint32_t) + reader.string().size();
        appendGroup(out, items.substr(0, size), count);
        items.remove_prefix(size);
    }
}

void PythonItems::appendGroup(std::string &out, std::string_view items, std::uint32_t count) const
{
    FieldWriter writer(out);
    writer.number(count);
    const std::size_t head = out.size();
    writer.number(std::uint32_t{0});
    writer.number(static_cast<std::uint8_t>(GroupForm::Marshalled));
    const std::size_t begin = out.size();
    if (items.size() > longBytes || !appendMarshalled(out, items, count)) {
        out.resize(begin);
        out[begin - 1] = static_cast<char>(GroupForm::Plain);
        out += items;
    }
    const auto size = static_cast<std::uint32_t>(out.size() - begin);
    std::memcpy(out.data() + head, &size, sizeof(size));
}

/// Appends the items. Returns false if a text is not UTF-8.
bool PythonItems::appendMarshalled(
    std::string &out, std::string_view items, std::uint32_t count) const
{
    out += listCode;
    FieldWriter(out).number(count);
    FieldReader reader(items);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::string_view item = reader.string();
        if (m_names.empty() ? !appendString(out, item) : !appendRow(out, item, i == 0))
            return false;
    }
    return m_areNamesUtf8;
}

/// Appends a row. The first row of a group has the names of columns, and others refer to them.
bool PythonItems::appendRow(std::string &out, std::string_view item, bool isFirst) const
{
    FieldReader fields(item);
    out += dictCode;
    for (std::uint32_t column = 0; column < m_names.size(); ++column) {
        if (isFirst) {
            out += m_names[column];
        } else {
            out += referenceCode;
            FieldWriter(out).number(column);
        }
        if (!appendString(out, fields.string()))
            return false;
    }
    out += dictEnd;
    return true;
}

} // namespace poolscope::wire
