// SPDX-License-Identifier: GPL-3.0-or-later
// The specs that the window offers: the first one, and those that the settings keep as arguments of
// the command line, which later versions read.
#pragma once

#include "result.h"
#include "spec/runspec.h"

#include <QStringList>
#include <vector>

namespace poolscope {

/// The loop that Poolscope begins with: square roots of 1 to 4999 in two processes.
RunSpec defaultSpec();

QStringList keptArguments(const RunSpec &spec);
Result<RunSpec> specOf(const QStringList &keptArguments);
/// The command that runs a spec, for a shell.
QString commandText(const RunSpec &spec);

/// What was run last, the latest first, each once.
std::vector<RunSpec> recentSpecs();
void rememberSpec(const RunSpec &spec);

} // namespace poolscope
