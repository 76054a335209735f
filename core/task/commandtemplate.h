// SPDX-License-Identifier: GPL-3.0-or-later
// CommandTemplate: the words of a command, with places for the input.
//
// {} is the input, {NAME} the field of a column with that name; other braces are themselves. Where
// there is neither, the input is the last word, as xargs has it. What is put in is data: it is
// looked at no more, and stays within its word, whatever it holds. The braces of a mistyped name
// are passed on as they are, which namesWithoutColumn() is for.
#pragma once

#include "result.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// An input as a command sees it.
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

    /// The words for an input. Fails where it holds a NUL byte, which no argument can.
    Result<std::vector<std::string>> fill(const CommandInput &input) const;

private:
    static constexpr int wholeInput = -1;
    /// A text, and what follows it.
    struct Place {
        std::string before;
        int column = wholeInput;
    };
    struct Word {
        std::vector<Place> places;
        std::string rest;
    };
    static Word parse(std::string_view word, const std::vector<std::string> &columns);

    std::vector<Word> m_words;
};

/// What stands in braces in the text and could be a column's name, but is none.
std::vector<std::string> namesWithoutColumn(
    std::string_view text, const std::vector<std::string> &columns);
/// Columns in the braces of a command's text that are in no word of it: their names have blanks,
/// which take them apart where there are no quotes.
std::vector<std::string> namesTakenApart(
    std::string_view text, const std::vector<std::string> &columns);

} // namespace poolscope
