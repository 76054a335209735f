// SPDX-License-Identifier: GPL-3.0-or-later
// PythonItems: encodes inputs so that a Python worker decodes many of them by one call.
//
// Inputs become groups, one after the other: u32 number of inputs, u32 number of bytes, u8 form of
// the bytes, and the bytes. A group has some hundred short inputs or one long one, so that few are
// decoded before they are run. Its form is
// - Marshalled: a list of strings or, for rows, of dicts, in the format of marshal.loads();
// - Plain: the unchanged inputs, if one is long or is not UTF-8.
// All groups together take less than three times the size of the inputs. A group of one long input
// takes 9 bytes more than the input.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::wire {

enum class GroupForm : std::uint8_t { Plain = 0, Marshalled = 1 };

class PythonItems {
public:
    /// `columns` are the names of the columns if inputs are rows, and empty if they are strings.
    explicit PythonItems(std::span<const std::string> columns);

    /// Appends inputs, each of which is u32 length and bytes (for a row, see row.h).
    void append(std::string &out, std::string_view items) const;

private:
    void appendGroup(std::string &out, std::string_view items, std::uint32_t count) const;
    bool appendMarshalled(std::string &out, std::string_view items, std::uint32_t count) const;
    bool appendRow(std::string &out, std::string_view item, bool isFirst) const;

    std::vector<std::string> m_names; ///< of columns, marshalled so that they can be referred to
    bool m_areNamesUtf8;
};

} // namespace poolscope::wire
