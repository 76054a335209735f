// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/commandtemplate.h"

#include "task/words.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

namespace poolscope {

namespace {

std::optional<int> columnCalled(std::string_view name, const std::vector<std::string> &columns)
{
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end())
        return std::nullopt;
    return static_cast<int>(found - columns.begin());
}

bool isNumber(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether a text in braces may be meant as a name, unlike {2,3} or {print $1}. A number such as
/// {2} may be, if a column is called by a number.
bool couldBeName(std::string_view text, const std::vector<std::string> &columns)
{
    const auto isNameCharacter = [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return std::isalnum(byte) != 0 || byte >= 0x80 || byte == '_' || byte == '-';
    };
    if (isNumber(text))
        return std::ranges::any_of(columns, isNumber);
    return !text.empty() && std::all_of(text.begin(), text.end(), isNameCharacter);
}

} // namespace

CommandTemplate::CommandTemplate(
    const std::vector<std::string> &words, const std::vector<std::string> &columns)
{
    for (const std::string &word : words)
        m_words.push_back(parse(word, columns));
    const bool usesInput =
        std::ranges::any_of(m_words, [](const Word &word) { return !word.placeholders.empty(); });
    if (!usesInput)
        m_words.push_back({{Placeholder()}, {}});
}

CommandTemplate CommandTemplate::shell(const std::string &script)
{
    CommandTemplate command;
    for (const std::string &word :
        {std::string("sh"), std::string("-c"), script, std::string("sh")})
        command.m_words.push_back({{}, word});
    command.m_words.push_back({{Placeholder()}, {}});
    return command;
}

CommandTemplate::Word CommandTemplate::parse(
    std::string_view word, const std::vector<std::string> &columns)
{
    Word parsed;
    std::size_t open = 0;
    while ((open = word.find('{', open)) != std::string_view::npos) {
        const auto close = word.find('}', open);
        if (close == std::string_view::npos)
            break;
        const std::string_view name = word.substr(open + 1, close - open - 1);
        const auto column = name.empty() ? wholeInput : columnCalled(name, columns);
        if (!column) {
            ++open;
            continue;
        }
        parsed.placeholders.push_back({std::string(word.substr(0, open)), *column});
        word.remove_prefix(close + 1);
        open = 0;
    }
    parsed.rest = word;
    return parsed;
}

bool CommandTemplate::hasFixedProgram() const
{
    return !m_words.empty() && m_words.front().placeholders.empty();
}

Result<std::vector<std::string>> CommandTemplate::fill(const CommandInput &input) const
{
    std::vector<std::string> filled;
    filled.reserve(m_words.size());
    for (const Word &word : m_words) {
        std::string &text = filled.emplace_back();
        for (const Placeholder &placeholder : word.placeholders) {
            text += placeholder.before;
            text += placeholder.column == wholeInput
                ? input.whole
                : input.fields[static_cast<std::size_t>(placeholder.column)];
        }
        text += word.rest;
        if (text.find('\0') != std::string::npos)
            return failure(
                "the input contains a NUL byte, which an argument of a program cannot contain");
    }
    return filled;
}

std::vector<std::string> namesWithoutColumn(
    std::string_view text, const std::vector<std::string> &columns)
{
    std::vector<std::string> names;
    while (true) {
        text.remove_prefix(std::min(text.find('{'), text.size()));
        const auto end = text.find_first_of("{}", 1);
        if (end == std::string_view::npos)
            return names;
        const std::string_view name = text.substr(1, end - 1);
        if (text[end] == '}' && couldBeName(name, columns) && !columnCalled(name, columns))
            names.emplace_back(name);
        text.remove_prefix(end);
    }
}

std::vector<std::string> namesTakenApart(
    std::string_view text, const std::vector<std::string> &columns)
{
    const auto words = splitWords(text);
    std::vector<std::string> names;
    std::ranges::copy_if(columns, std::back_inserter(names), [&](const std::string &column) {
        const std::string placeholder = '{' + column + '}';
        return words && text.find(placeholder) != std::string_view::npos
            && std::ranges::none_of(*words, [&](const std::string &word) {
                   return word.find(placeholder) != std::string::npos;
               });
    });
    return names;
}

} // namespace poolscope
