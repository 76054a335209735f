// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/keptcommands.h"

#include "spec/runarguments.h"
#include "window/topath.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QSettings>
#include <QStringList>
#include <algorithm>

namespace poolscope {

namespace {

constexpr std::size_t mostCommands = 20;
const QString commandsKey = QStringLiteral("watch/commands");

std::vector<KeptCommand> keptCommands()
{
    std::vector<KeptCommand> commands;
    for (const QVariant &entry : QSettings().value(commandsKey).toList()) {
        const QStringList texts = entry.toStringList();
        if (texts.size() == 2)
            commands.push_back({texts[0], texts[1]});
    }
    return commands;
}

/// Returns the command of the example, in which two processes are not faster than one.
std::vector<KeptCommand> exampleCommand()
{
    const QDir programs(QCoreApplication::applicationDirPath());
    const QString example =
        QDir::cleanPath(programs.filePath(QStringLiteral("../share/poolscope/examples/post.py")));
    if (!QFile::exists(example))
        return {};
    const std::vector<std::string> words{"python3", toPath(example).string()};
    return {{commandLine(words), QDir::homePath()}};
}

} // namespace

QString commandLine(const std::vector<std::string> &words)
{
    return QFile::decodeName(shellText(words).c_str());
}

std::vector<KeptCommand> recentCommands()
{
    auto commands = keptCommands();
    return commands.empty() ? exampleCommand() : commands;
}

void rememberCommand(const KeptCommand &command)
{
    auto commands = keptCommands();
    std::erase(commands, command);
    commands.insert(commands.begin(), command);
    QVariantList entries;
    for (std::size_t i = 0; i < std::min(commands.size(), mostCommands); ++i)
        entries << QVariant(QStringList{commands[i].line, commands[i].folder});
    QSettings().setValue(commandsKey, entries);
}

} // namespace poolscope
