// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/helptext.h"

#include <algorithm>
#include <sstream>

namespace poolscope {

namespace {

constexpr std::size_t lineWidth = 80;
constexpr std::size_t textColumn = 28;

/// Returns the words of a text in lines that begin at `column` and end before lineWidth.
std::string wrapped(const std::string &text, std::size_t column)
{
    std::istringstream words(text);
    std::string lines;
    std::size_t at = column;
    for (std::string word; words >> word;) {
        const bool isFirst = lines.empty();
        if (!isFirst && at + 1 + word.size() > lineWidth) {
            lines += "\n" + std::string(column, ' ');
            at = column;
        } else if (!isFirst) {
            lines += ' ';
            ++at;
        }
        lines += word;
        at += word.size();
    }
    return lines;
}

/// Returns a name, and its text in the next column. The text begins a line if the name is too long.
std::string entry(const std::string &name, const std::string &text)
{
    std::string lines = "  " + name;
    if (lines.size() + 2 > textColumn)
        lines += "\n" + std::string(textColumn, ' ');
    else
        lines += std::string(textColumn - lines.size(), ' ');
    return lines + wrapped(text, textColumn) + "\n";
}

std::string groupText(OptionGroup group, const std::vector<Option> &options)
{
    std::string text;
    for (const Option &option : options) {
        if (option.group == group)
            text += entry(synopsisOf(option), helpWithDefault(option));
    }
    return text.empty() ? text : "\n" + std::string(groupTitle(group)) + ":\n" + text;
}

std::string commandsText()
{
    std::string text = "\nCommands:\n";
    for (const CommandInfo &info : commands().subspan(1))
        text += entry(std::string(info.name), std::string(info.summary));
    return text + entry("help [COMMAND]", "show the help of a command");
}

std::string capitalised(std::string text)
{
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

const CommandInfo &infoOf(Command command)
{
    const auto all = commands();
    return *std::find_if(all.begin(), all.end(),
        [command](const CommandInfo &info) { return info.command == command; });
}

std::string usageOf(const CommandInfo &info)
{
    std::string text = "Usage: poolscope";
    for (const std::string_view part : {info.name, info.usage}) {
        if (!part.empty())
            text += " " + std::string(part);
    }
    return text + (info.command == noCommand ? "\n       poolscope COMMAND [ARGUMENTS]\n" : "\n");
}

} // namespace

std::string helpText(Command command, OptionTable table)
{
    const CommandInfo &info = infoOf(command);
    const std::vector<Option> options = optionsOf(command, table);
    std::string summary = capitalised(std::string(info.summary));
    if (!summary.ends_with('.'))
        summary += '.';
    std::string text = usageOf(info) + "\n" + wrapped(summary, 0) + "\n";
    if (command == noCommand)
        text += commandsText();
    for (const OptionGroup group : {OptionGroup::Task, OptionGroup::Input, OptionGroup::Pool,
             OptionGroup::Sweep, OptionGroup::Output, OptionGroup::General})
        text += groupText(group, options);
    return text;
}

std::string synopsisOf(const Option &option)
{
    if (option.isPositional())
        return std::string(option.argument) + (option.isRepeatable ? "..." : "");
    std::string text(option.shortName);
    text += (text.empty() ? "" : ", ") + std::string(option.name);
    return option.takesValue() ? text + " " + std::string(option.argument) : text;
}

std::string helpWithDefault(const Option &option)
{
    std::string text(option.help);
    if (!option.fallback.empty())
        text += " (default " + defaultText(option) + ")";
    return text;
}

std::string defaultText(const Option &option)
{
    return option.fallback == "," ? "a comma" : std::string(option.fallback);
}

} // namespace poolscope
