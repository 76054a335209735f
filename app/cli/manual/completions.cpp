// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/manual/completions.h"

#include <algorithm>
#include <vector>

namespace poolscope {

namespace {

constexpr const char *heading = "# SPDX-License-Identifier: GPL-3.0-or-later\n"
                                "# Generated from the table of options.\n";
constexpr const char *builtinNames = "poolscope tasks 2>/dev/null | sed 's/[^a-z0-9_].*//'";

/// The kind of words that complete the value of an option.
enum class Completion { Nothing, Words, Builtins, Files, Folders };

Completion completionOf(const Option &option)
{
    if (option.name == "--builtin")
        return Completion::Builtins;
    if (option.type == OptionType::Folder)
        return Completion::Folders;
    if (option.type == OptionType::File || option.argument.starts_with("FILE"))
        return Completion::Files;
    return option.choices.empty() && option.alternative.empty() ? Completion::Nothing
                                                                : Completion::Words;
}

std::string wordsOf(const Option &option)
{
    std::string words(option.alternative);
    for (const Choice &choice : option.choices)
        words += (words.empty() ? "" : " ") + std::string(choice.word);
    return words;
}

std::string joined(const std::vector<std::string> &texts, const char *between)
{
    std::string all;
    for (const std::string &text : texts)
        all += (all.empty() ? "" : between) + text;
    return all;
}

std::vector<std::string> namesOf(const Option &option)
{
    std::vector<std::string> names;
    if (!option.shortName.empty())
        names.emplace_back(option.shortName);
    names.emplace_back(option.name);
    return names;
}

/// Returns the names of all commands and "help".
std::vector<std::string> commandNames()
{
    std::vector<std::string> names;
    for (const CommandInfo &info : commands().subspan(1))
        names.emplace_back(info.name);
    names.emplace_back("help");
    return names;
}

bool takesFiles(const std::vector<Option> &options)
{
    return std::any_of(options.begin(), options.end(), std::mem_fn(&Option::isPositional));
}

std::vector<std::string> optionNames(const std::vector<Option> &options)
{
    std::vector<std::string> all;
    for (const Option &option : options) {
        if (!option.isPositional())
            for (std::string &name : namesOf(option))
                all.push_back(std::move(name));
    }
    return all;
}

/// Returns the text in single quotes, with `quote` for each single quote in it.
std::string quoted(std::string_view text, const char *quote)
{
    std::string all = "'";
    for (const char c : text)
        all += c == '\'' ? std::string(quote) : std::string(1, c);
    return all + "'";
}

std::string bashReply(const Option &option)
{
    switch (completionOf(option)) {
    case Completion::Files:
        return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
    case Completion::Folders:
        return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")";
    case Completion::Words:
        return "mapfile -t COMPREPLY < <(compgen -W '" + wordsOf(option) + "' -- \"$cur\")";
    case Completion::Builtins:
        return "mapfile -t COMPREPLY < <(compgen -W \"$(" + std::string(builtinNames)
            + ")\" -- \"$cur\")";
    case Completion::Nothing:
        break;
    }
    return ":";
}

std::string bashCommand(const CommandInfo &info, OptionTable table)
{
    const std::vector<Option> options = optionsOf(info.command, table);
    std::string text = "    " + std::string(info.name) + ")\n        case $prev in\n";
    for (const Option &option : options) {
        if (option.takesValue() && !option.isPositional())
            text += "        " + joined(namesOf(option), "|") + ") " + bashReply(option)
                + "; return ;;\n";
    }
    return text + "        esac\n        options='" + joined(optionNames(options), " ") + "'\n"
        + (takesFiles(options) ? "        files=yes\n" : "") + "        ;;\n";
}

/// Escapes text between the brackets of a specification of _arguments.
std::string zshText(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\')
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string zshAction(const Option &option)
{
    switch (completionOf(option)) {
    case Completion::Files:
        return "_files";
    case Completion::Folders:
        return "_files -/";
    case Completion::Words:
        return "(" + wordsOf(option) + ")";
    case Completion::Builtins:
        return "{compadd -S '' -- $(" + std::string(builtinNames) + ")}";
    case Completion::Nothing:
        break;
    }
    return " ";
}

/// Returns a specification of _arguments for each name of an option.
std::string zshOption(const Option &option)
{
    const std::string value = option.takesValue()
        ? ":" + zshText(option.argument) + ":" + zshAction(option)
        : std::string();
    if (option.isPositional())
        return "            " + quoted((option.isRepeatable ? "*" : "1") + value, "'\\''")
            + " \\\n";
    const std::vector<std::string> names = namesOf(option);
    std::string text;
    for (const std::string &name : names) {
        const std::string before = option.isRepeatable ? "*" : "(" + joined(names, " ") + ")";
        text += "            "
            + quoted(before + name + "[" + zshText(option.help) + "]" + value, "'\\''") + " \\\n";
    }
    return text;
}

std::string zshCommand(const CommandInfo &info, OptionTable table)
{
    std::string text = "    " + std::string(info.name) + ")\n        _arguments -S \\\n";
    for (const Option &option : optionsOf(info.command, table))
        text += zshOption(option);
    return text + "            && return\n        ;;\n";
}

std::string fishValue(const Option &option)
{
    switch (completionOf(option)) {
    case Completion::Files:
        return " -r -F";
    case Completion::Folders:
        return " -x -a '(__fish_complete_directories)'";
    case Completion::Words:
        return " -x -a '" + wordsOf(option) + "'";
    case Completion::Builtins:
        return " -x -a " + quoted("(" + std::string(builtinNames) + ")", "\\'");
    case Completion::Nothing:
        break;
    }
    return " -x";
}

std::string fishOption(const std::string &condition, const Option &option)
{
    std::string line = "complete -c poolscope -n " + condition;
    if (option.isPositional())
        return line + " -F\n";
    for (const std::string &name : namesOf(option))
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.takesValue())
        line += fishValue(option);
    return line + " -d " + quoted(option.help, "\\'") + "\n";
}

std::string fishCommand(const CommandInfo &info, OptionTable table)
{
    const std::string condition = info.name.empty()
        ? "__fish_use_subcommand"
        : "'__fish_seen_subcommand_from " + std::string(info.name) + "'";
    std::string text;
    for (const Option &option : optionsOf(info.command, table))
        text += fishOption(condition, option);
    return text;
}

} // namespace

std::string bashCompletion(OptionTable table)
{
    const std::string names = joined(commandNames(), " ");
    std::string text = std::string(heading) + R"(_poolscope() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options= files=
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -W ')"
        + names + " " + joined(optionNames(optionsOf(noCommand, table)), " ") + R"(' -- "$cur"
            compgen -f -- "$cur")
        return
    fi
    case ${COMP_WORDS[1]} in
    help) mapfile -t COMPREPLY < <(compgen -W ')"
        + names + "' -- \"$cur\") ; return ;;\n";
    for (const CommandInfo &info : commands().subspan(1))
        text += bashCommand(info, table);
    return text + R"(    esac
    if [[ $cur == -* || ! $files ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _poolscope poolscope
)";
}

std::string zshCompletion(OptionTable table)
{
    std::string text = "#compdef poolscope\n" + std::string(heading) + R"(_poolscope() {
    local -a commands
    commands=(
)";
    for (const CommandInfo &info : commands().subspan(1))
        text += "        " + quoted(std::string(info.name) + ":" + zshText(info.summary), "'\\''")
            + "\n";
    text += R"(        'help:show the help of a command'
    )
    if ((CURRENT == 2)); then
        _describe -t commands command commands
        _arguments \
)";
    for (const Option &option : optionsOf(noCommand, table))
        text += zshOption(option);
    text += R"(            && return
        return
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
    help) _describe -t commands command commands ;;
)";
    for (const CommandInfo &info : commands().subspan(1))
        text += zshCommand(info, table);
    return text + "    esac\n}\n_poolscope \"$@\"\n";
}

std::string fishCompletion(OptionTable table)
{
    std::string text = std::string(heading) + "complete -c poolscope -f\n";
    for (const CommandInfo &info : commands().subspan(1))
        text += "complete -c poolscope -n __fish_use_subcommand -a " + std::string(info.name)
            + " -d " + quoted(info.summary, "\\'") + "\n";
    text += "complete -c poolscope -n __fish_use_subcommand -a help -d 'show the help of a "
            "command'\ncomplete -c poolscope -n '__fish_seen_subcommand_from help' -a '"
        + joined(commandNames(), " ") + "'\n";
    for (const CommandInfo &info : commands())
        text += fishCommand(info, table);
    return text;
}

} // namespace poolscope
