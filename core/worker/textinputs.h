// SPDX-License-Identifier: GPL-3.0-or-later
// TextInputs: inputs as a task that takes text sees them, whatever they are.
//
// An integer of a range is its digits, a row a JSON object.
#pragma once

#include "task/commandtemplate.h"
#include "wire/codec.h"
#include "wire/row.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::worker {

/// The integer that `index` has in the Setup's range.
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

    /// The input of `index`, which is the next one of `items`. It is valid until the next call.
    CommandInput take(std::uint64_t index, wire::FieldReader &items);
    /// Takes the input of a task that takes one text: the field of a row with one column.
    std::string_view takeOne(std::uint64_t index, wire::FieldReader &items);

private:
    wire::Setup m_setup;
    wire::RowObjects m_rows;
    std::vector<std::string_view> m_fields;
    std::string m_text;
};

} // namespace poolscope::worker
