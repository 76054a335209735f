// SPDX-License-Identifier: GPL-3.0-or-later
// Exit statuses of the program, which scripts depend on.
#pragma once

namespace poolscope {

enum ExitStatus : int {
    exitAllSucceeded = 0,
    exitSomeFailed = 1,
    exitWrongUse = 2,
    exitPoolFailed = 3,
    exitInterrupted = 130,
};

} // namespace poolscope
