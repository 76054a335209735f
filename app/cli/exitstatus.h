// SPDX-License-Identifier: GPL-3.0-or-later
// Exit statuses of the program, which scripts depend on.
#pragma once

namespace poolscope {

enum ExitStatus : int {
    exitAllSucceeded = 0,
    exitSomeFailed = 1, ///< inputs failed
    exitWrongUse = 2, ///< options, task, inputs or files cannot be used
    exitPoolFailed = 3, ///< the pool failed, or an output could not be written
    exitInterrupted = 130, ///< by a signal, or because the reader of standard output is gone
};

} // namespace poolscope
