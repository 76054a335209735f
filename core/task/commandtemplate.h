// SPDX-License-Identifier: GPL-3.0-or-later
// CommandTemplate: the words of a command, with placeholders for the input.
//
// {} is the input and {NAME} is the field of the column with that name. Other braces are ordinary
// characters. Without a placeholder the input is appended as the last word, as xargs does. An input
// is data: it is not parsed and remains within its word, whatever it contains. A mistyped name in
// braces is not replaced. namesWithoutColumn() finds such names.
#pragma once

#include "result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// An input of a command.
struct CommandInput {
    std::string_view whole;
    std::span<const std::string_view> fields = {}; ///< by column
};

class CommandTemplate {
public:
    CommandTemplate() = default;
    CommandTemplate(const std::vector<std::string> &words, const std::vector<std::string> &columns);
    /// sh -c SCRIPT sh INPUT
    static CommandTemplate shell(const std::string &script);

    /// Whether the program is the same for all inputs.
    bool hasFixedProgram() const;

    /// Returns the words for an input. Fails if the input contains a NUL byte, which an argument
    /// cannot contain.
    Result<std::vector<std::string>> fill(const CommandInput &input) const;

private:
    static constexpr int wholeInput = -1;
    /// A text, and the placeholder that follows it.
    struct Placeholder {
        std::string before;
        int column = wholeInput;
    };
    struct Word {
        std::vector<Placeholder> placeholders;
        std::string rest;
    };
    static Word parse(std::string_view word, const std::vector<std::string> &columns);

    std::vector<Word> m_words;
};

/// Returns the texts in braces that look like the name of a column but are not one.
std::vector<std::string> namesWithoutColumn(
    std::string_view text, const std::vector<std::string> &columns);
/// Returns the columns that a command's text names in braces but none of its words does: their
/// names contain blanks, which split words that are not quoted.
std::vector<std::string> namesTakenApart(
    std::string_view text, const std::vector<std::string> &columns);

} // namespace poolscope
