// SPDX-License-Identifier: GPL-3.0-or-later
// OptionValues: the options that a command was given, as text.
//
// The caller adds what it has parsed. Values are not checked here.
#pragma once

#include "spec/options.h"

#include <map>
#include <string>
#include <vector>

namespace poolscope {

class OptionValues {
public:
    explicit OptionValues(Command command, OptionTable table = poolscope::options())
        : m_options(optionsOf(command, table))
    {
    }

    const std::vector<Option> &options() const { return m_options; }

    void add(const Option &option, std::string value)
    {
        m_given[std::string(option.name)].push_back(std::move(value));
    }
    bool has(std::string_view name) const { return m_given.contains(name); }
    /// The last value that was given. If there is none, the one of the table.
    std::string text(std::string_view name) const;
    /// Nothing if no value was given.
    std::optional<std::string> given(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;

private:
    std::vector<Option> m_options; ///< of the command
    std::map<std::string, std::vector<std::string>, std::less<>> m_given;
};

} // namespace poolscope
