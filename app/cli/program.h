// SPDX-License-Identifier: GPL-3.0-or-later
// The program without a window: from arguments to exit status.
#pragma once

#include "cli/commandline.h"

#include <functional>

namespace poolscope {

/// Executes a command that needs widgets: the window, or a command that draws charts.
using WithWidgets = std::function<int(int argc, char **argv, const CommandLine &line)>;

/// Executes the command that the arguments name. Returns the exit status.
int runProgram(int argc, char **argv, const WithWidgets &withWidgets);

/// Makes the process format all numbers as in English, with a decimal point. To be called after the
/// Qt application has been made, because making it sets the user's locale.
void useEnglishNumbers();

/// Replaces this process by poolscope-window, the program with widgets in the same folder. If that
/// cannot be started, prints why and returns the exit status. The programs are separate so that a
/// headless run needs no libraries of a window.
int becomeWindowProgram(int argc, char **argv, const CommandLine &line);

} // namespace poolscope
