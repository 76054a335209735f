// SPDX-License-Identifier: GPL-3.0-or-later
// The program without a window: from arguments to exit status.
#pragma once

#include "cli/commandline.h"

#include <functional>

namespace poolscope {

/// Carries out a command that takes widgets: the window, or a run that leaves charts.
using WithWidgets = std::function<int(int argc, char **argv, const CommandLine &line)>;

/// Carries out the command that the arguments name and returns the program's exit status.
int runProgram(int argc, char **argv, const WithWidgets &withWidgets);

/// Formats all numbers with a decimal point, as English has it. To be called after the Qt
/// application is made, which sets the user's locale.
void writeFiguresInEnglish();

/// Replaces this process by poolscope-window, the program with widgets, which is installed beside
/// it. It is a program of its own so that a headless run neither loads nor needs a window's
/// libraries.
int becomeWindowProgram(int argc, char **argv, const CommandLine &line);

} // namespace poolscope
