// SPDX-License-Identifier: GPL-3.0-or-later
// The program with widgets: the window, and headless runs that leave charts.
#pragma once

#include "cli/commandline.h"

namespace poolscope {

/// Opens the window, or does a run that leaves charts, and returns the exit status. Where a window
/// is wanted and there is no display, says so and does the default run, whose charts it leaves in
/// a folder that it names.
int runWithWidgets(int argc, char **argv, const CommandLine &line);

/// The loop that Poolscope begins with: square roots of 1 to 4999 in two processes.
RunSpec defaultSpec();

} // namespace poolscope
