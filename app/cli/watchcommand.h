// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope watch`: runs a command of the user, and reports the Python pools in it (see
// core/watch/). Only the environment of the command differs: it has variables that load the hooks.
//
// The command reads and writes the terminal itself. While it runs, this program prints a line only
// if a pool will wait for ever or a call cannot be recorded. Then this program prints the summary
// to standard error, and ends as the command ended.
#pragma once

#include "cli/commandline.h"
#include "cli/outputs.h"

namespace poolscope {

/// Returns the exit status of the user's command, or ends this process by the signal that ended it.
/// An output that cannot be written afterwards is reported, and does not change that. Returns
/// exitWrongUse, exitPoolFailed or the status of watch::LaunchFailure if the command was not
/// started. `charts` may be empty if the options request neither charts nor a report.
int watchCommandLine(const WatchOptions &options, const ChartWriter &charts);

} // namespace poolscope
