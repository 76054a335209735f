// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/optionvalues.h"

#include <algorithm>

namespace poolscope {

std::string OptionValues::text(std::string_view name) const
{
    if (const auto value = given(name))
        return *value;
    const auto option = std::find_if(m_options.begin(), m_options.end(),
        [name](const Option &candidate) { return candidate.name == name; });
    return option == m_options.end() ? std::string() : std::string(option->fallback);
}

std::optional<std::string> OptionValues::given(std::string_view name) const
{
    const auto found = m_given.find(name);
    return found == m_given.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> OptionValues::all(std::string_view name) const
{
    const auto found = m_given.find(name);
    return found == m_given.end() ? std::vector<std::string>() : found->second;
}

} // namespace poolscope
