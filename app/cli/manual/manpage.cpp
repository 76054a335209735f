// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/manual/manpage.h"

#include "cli/helptext.h"

namespace poolscope {

namespace {

/// Escapes text so that roff prints it unchanged.
std::string roff(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        if (c == '\\')
            escaped += "\\e";
        else if (c == '-')
            escaped += "\\-";
        else if (c == '\'')
            escaped += "\\(aq";
        else
            escaped += c;
    }
    return escaped.starts_with('.') ? "\\&" + escaped : escaped;
}

/// Returns a line for each clause, as is usual in roff.
std::string roffText(const std::string &text)
{
    std::string lines = roff(text);
    for (auto end = lines.find("; "); end != std::string::npos; end = lines.find("; ", end))
        lines.replace(end, 2, ";\n");
    return lines + "\n";
}

std::string capitalisedSentence(std::string text)
{
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text.ends_with('.') ? text : text + ".";
}

std::string synopsisPart()
{
    std::string part;
    for (const CommandInfo &info : commands()) {
        part += part.empty() ? ".B poolscope" : ".br\n.B poolscope";
        if (!info.name.empty())
            part += " " + std::string(info.name);
        part += "\n";
        if (!info.usage.empty())
            part += ".I " + roff(info.usage) + "\n";
    }
    return part + ".br\n.B poolscope help\n.I [COMMAND]\n";
}

std::string commandsPart()
{
    std::string part;
    for (const CommandInfo &info : commands().subspan(1))
        part += ".TP\n.B " + std::string(info.name) + "\n"
            + roffText(capitalisedSentence(std::string(info.summary)));
    return part + ".TP\n.B help\nShow the help of a command.\n";
}

/// "run, resume" for an option of these commands.
std::string commandsOf(const Option &option)
{
    std::string names;
    for (const CommandInfo &info : commands()) {
        if (!info.name.empty() && option.belongsTo(info.command))
            names += (names.empty() ? "" : ", ") + std::string(info.name);
    }
    return names;
}

std::string namesLine(const Option &option)
{
    if (option.isPositional())
        return ".I " + roff(synopsisOf(option)) + "\n";
    std::string names = ".BR ";
    if (!option.shortName.empty())
        names += roff(option.shortName) + " \", \" ";
    names += roff(option.name);
    if (option.takesValue())
        names += " \" \\fI" + roff(option.argument) + "\\fP\"";
    return names + "\n";
}

std::string limitsOf(const Option &option)
{
    std::string text;
    const std::string range = rangeText(option);
    if (!range.empty())
        text += "Range: " + range + ".\n";
    if (!option.fallback.empty())
        text += "Default: " + defaultText(option) + ".\n";
    return roff(text);
}

std::string entryOf(const Option &option)
{
    std::string entry =
        ".TP\n" + namesLine(option) + roffText(capitalisedSentence(std::string(option.help)));
    entry += limitsOf(option);
    const std::string names = commandsOf(option);
    const bool isOfAll = option.type == OptionType::Help;
    return isOfAll || names.empty() ? entry : entry + "Commands: " + names + ".\n";
}

std::string optionsPart(OptionTable table)
{
    std::string part;
    for (const OptionGroup group : {OptionGroup::Task, OptionGroup::Input, OptionGroup::Pool,
             OptionGroup::Sweep, OptionGroup::Output, OptionGroup::General}) {
        part += ".SS " + std::string(groupTitle(group)) + "\n";
        for (const Option &option : table) {
            if (option.group == group)
                part += entryOf(option);
        }
    }
    return part;
}

void replace(std::string &text, const std::string &mark, const std::string &by)
{
    if (const auto found = text.find(mark); found != std::string::npos)
        text.replace(found, mark.size(), by);
}

} // namespace

std::string manPage(const std::string &prose, const std::string &version, OptionTable table)
{
    std::string page = prose;
    replace(page, "@VERSION@", version);
    replace(page, "@SYNOPSIS@\n", synopsisPart());
    replace(page, "@COMMANDS@\n", commandsPart());
    replace(page, "@OPTIONS@\n", optionsPart(table));
    return page;
}

} // namespace poolscope
