// SPDX-License-Identifier: GPL-3.0-or-later
// Asking a program a question: it is started, and answers on its standard output.
#pragma once

#include "result.h"

#include <functional>
#include <string>
#include <vector>

namespace poolscope {

struct ProgramAnswer {
    std::string output;
    std::string error; ///< the end of what it wrote to standard error
    int status = 0; ///< its exit status
    int signal = 0; ///< the signal that killed it; 0 if it ended by itself
};

/// Called now and then while an answer is waited for, on the thread that waits. False drops the
/// question. An empty function always wants the answer.
using StillWanted = std::function<bool()>;

/// Starts the program in `folder`, or in the current one if that is empty. Waits until the program
/// ends, 30 s at the most, and leaves none of the processes that it has started. Fails where it
/// cannot be started, takes longer, writes too much or is no longer wanted; `what` is the program's
/// name in the message. Any thread.
Result<ProgramAnswer> askProgram(const std::string &what, const std::string &program,
    const std::vector<std::string> &arguments, const StillWanted &wanted,
    const std::string &folder = {});

} // namespace poolscope
