// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope watch`: runs a command unchanged, and reports the Python pools in it.
//
// The command has the terminal; this program prints nothing before the command has ended, but for a
// line when a pool will wait for ever. Then it prints the summary on standard error, and ends as
// the command ended.
#pragma once

#include "cli/commandline.h"
#include "cli/outputs.h"

namespace poolscope {

/// Returns the exit status of the command, or ends this process by the signal that ended it.
/// `charts` may be empty if the options want none.
int watchCommandLine(const WatchOptions &options, const ChartWriter &charts);

} // namespace poolscope
