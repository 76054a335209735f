// SPDX-License-Identifier: GPL-3.0-or-later
// TextInputs: decodes inputs for tasks that take text.
//
// An integer of a range becomes its digits, and a row becomes a JSON object.
#pragma once

#include "task/commandtemplate.h"
#include "wire/codec.h"
#include "wire/row.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::worker {

/// Returns the integer at `index` of the Setup's range.
inline std::int64_t rangeValue(const wire::Setup &setup, std::uint64_t index)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(setup.rangeStart)
        + index * static_cast<std::uint64_t>(setup.rangeStep));
}

class TextInputs {
public:
    explicit TextInputs(const wire::Setup &setup)
        : m_setup(setup)
        , m_rows(setup.columns)
        , m_fields(setup.columns.size())
    {
    }

    /// Returns the input of `index`, which is the next one of `items` unless inputs are a range.
    /// Valid until the next call.
    CommandInput take(std::uint64_t index, wire::FieldReader &items);
    /// Takes the next input as one text. A row with one column is the text of its field.
    std::string_view takeOne(std::uint64_t index, wire::FieldReader &items);

private:
    wire::Setup m_setup;
    wire::RowObjects m_rows;
    std::vector<std::string_view> m_fields;
    std::string m_text;
};

} // namespace poolscope::worker
