// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/textinputs.h"

#include <algorithm>

namespace poolscope::worker {

CommandInput TextInputs::take(std::uint64_t index, wire::FieldReader &items)
{
    switch (m_setup.input) {
    case wire::InputKind::Items:
        return {items.string()};
    case wire::InputKind::Range:
        m_text = std::to_string(rangeValue(m_setup, index));
        return {m_text};
    case wire::InputKind::Rows:
        break;
    }
    if (!wire::readRow(items.string(), m_fields))
        std::fill(m_fields.begin(), m_fields.end(), std::string_view());
    m_text.clear();
    m_rows.append(m_text, m_fields);
    return {m_text, m_fields};
}

std::string_view TextInputs::takeOne(std::uint64_t index, wire::FieldReader &items)
{
    const CommandInput input = take(index, items);
    return input.fields.size() == 1 ? input.fields.front() : input.whole;
}

} // namespace poolscope::worker
