// SPDX-License-Identifier: GPL-3.0-or-later
// OptionValues: the options on a command line, with their values as text.
//
// The caller adds options that it has parsed. Values are not checked.
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
    /// Returns the last value that was added. If there is none, the default value.
    std::string text(std::string_view name) const;
    /// Returns the last value that was added, or nothing.
    std::optional<std::string> given(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;

private:
    std::vector<Option> m_options; ///< of the command
    std::map<std::string, std::vector<std::string>, std::less<>> m_given;
};

} // namespace poolscope
