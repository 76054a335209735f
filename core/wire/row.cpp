// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/row.h"

#include "wire/codec.h"
#include "wire/jsontext.h"

namespace poolscope::wire {

bool readRow(std::string_view item, std::span<std::string_view> fields)
{
    FieldReader reader(item);
    for (std::string_view &field : fields)
        field = reader.string();
    return reader.atEnd();
}

RowObjects::RowObjects(std::span<const std::string> columns)
{
    for (const std::string &name : columns) {
        std::string &before = m_before.emplace_back(m_before.empty() ? "{" : ", ");
        appendJsonString(before, name);
        before += ": ";
    }
}

void RowObjects::append(std::string &out, std::span<const std::string_view> fields) const
{
    for (std::size_t i = 0; i < fields.size(); ++i) {
        out += m_before[i];
        appendJsonString(out, fields[i]);
    }
    out += '}';
}

} // namespace poolscope::wire
