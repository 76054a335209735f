// SPDX-License-Identifier: GPL-3.0-or-later
// Rows: what an item of InputKind::Rows holds, and a row as a JSON object.
//
// Such an item is one string of Work::items. It holds the row's fields, a string (u32 length and
// bytes) for each of Setup::columns, in their order. A field may have any bytes, none included.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::wire {

/// Reads the fields of an item, as many as `fields` has room for; they point into the item. False
/// where the item does not hold exactly so many.
[[nodiscard]] bool readRow(std::string_view item, std::span<std::string_view> fields);

/// Rows as JSON objects: {"NAME": "FIELD", ...}, on one line, every field a string.
class RowObjects {
public:
    explicit RowObjects(std::span<const std::string> columns);

    /// Appends the object of a row that has a field for each column.
    void append(std::string &out, std::span<const std::string_view> fields) const;

private:
    std::vector<std::string> m_before; ///< what stands in front of each column's field
};

} // namespace poolscope::wire
