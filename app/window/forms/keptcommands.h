// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that were watched last, in the settings.
#pragma once

#include <QString>
#include <vector>

namespace poolscope {

struct KeptCommand {
    QString line; ///< as it was typed
    QString folder;

    bool operator==(const KeptCommand &) const = default;
};

/// The last 20, the latest first, each once. If there are none, one for the example that was
/// installed with the program.
std::vector<KeptCommand> recentCommands();
void rememberCommand(const KeptCommand &command);

} // namespace poolscope
