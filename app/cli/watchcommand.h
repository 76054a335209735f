// SPDX-License-Identifier: GPL-3.0-or-later
// `poolscope watch`: runs a command unchanged, and reports the Python pools in it.
//
// The command has the terminal. While it runs, this program prints a line only if a pool will wait
// for ever. Then this program prints the summary to standard error, and ends as the command ended.
#pragma once

#include "cli/commandline.h"
#include "cli/outputs.h"

namespace poolscope {

/// Returns the exit status of the command, or ends this process by the signal that ended it.
/// `charts` may be empty if the options request no drawing.
int watchCommandLine(const WatchOptions &options, const ChartWriter &charts);

} // namespace poolscope
