// SPDX-License-Identifier: GPL-3.0-or-later
// Rows: the encoding of an item of InputKind::Rows, and of a row as a JSON object.
//
// An item is one string of Work::items. It has the fields of the row, a string (u32 length and
// bytes) for each of Setup::columns, in their order. A field may have any bytes, or none.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::wire {

/// Reads the fields of an item into `fields`, which point into the item. Returns false unless the
/// item has exactly as many fields as `fields`.
[[nodiscard]] bool readRow(std::string_view item, std::span<std::string_view> fields);

/// Rows as JSON objects: {"NAME": "FIELD", ...}, on one line, every field a string.
class RowObjects {
public:
    explicit RowObjects(std::span<const std::string> columns);

    /// Appends the object of a row that has a field for each column.
    void append(std::string &out, std::span<const std::string_view> fields) const;

private:
    std::vector<std::string> m_before; ///< text before the field of each column
};

} // namespace poolscope::wire
