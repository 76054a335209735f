// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to programs: a program is started, and its standard output is the answer.
#pragma once

#include "result.h"

#include <functional>
#include <string>
#include <vector>

namespace poolscope {

struct ProgramAnswer {
    std::string output;
    std::string error; ///< the end of its standard error
    int status = 0; ///< its exit status
    int signal = 0; ///< the signal that killed it. 0 if it ended by itself
};

/// Called at intervals, on the waiting thread, while the program runs. Returns false to cancel the
/// question. An empty function waits for the answer.
using StillWanted = std::function<bool()>;

/// Starts the program in `folder`, or in the current folder if it is empty. Waits until the program
/// ends, at most 30 s, and kills all processes that it has started. Fails if the program cannot be
/// started, takes longer or writes too much, or if the answer is no longer wanted. `what` is its
/// name in messages. Any thread.
Result<ProgramAnswer> askProgram(const std::string &what, const std::string &program,
    const std::vector<std::string> &arguments, const StillWanted &wanted,
    const std::string &folder = {});

} // namespace poolscope
