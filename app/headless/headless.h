// SPDX-License-Identifier: GPL-3.0-or-later
// The program without a window: from arguments to exit status.
#pragma once

namespace poolscope {

/// Exit statuses, which scripts depend on.
enum ExitStatus : int {
    exitAllSucceeded = 0,
    exitSomeFailed = 1,
    exitWrongUse = 2,
    exitPoolFailed = 3,
    exitInterrupted = 130,
};

/// Runs the command that the arguments name and returns the program's exit status.
int runHeadless(int argc, char **argv);

} // namespace poolscope
