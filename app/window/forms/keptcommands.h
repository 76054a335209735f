// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that were watched last, in the settings.
#pragma once

#include <QString>
#include <string>
#include <vector>

namespace poolscope {

struct KeptCommand {
    QString line; ///< as it was typed
    QString folder;

    bool operator==(const KeptCommand &) const = default;
};

/// Returns a command as a shell would read it.
QString commandLine(const std::vector<std::string> &words);

/// Returns the last 20 commands, the latest first, without repetitions. If there are none, returns
/// the command of the installed example.
std::vector<KeptCommand> recentCommands();
void rememberCommand(const KeptCommand &command);

} // namespace poolscope
