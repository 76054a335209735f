// SPDX-License-Identifier: GPL-3.0-or-later
// Asking a program a question: it is started, and answers on its standard output.
#pragma once

#include "result.h"

#include <string>
#include <vector>

namespace poolscope {

struct ProgramAnswer {
    std::string output;
    std::string error; ///< what it said on standard error
    int status = 0; ///< its exit status
    int signal = 0; ///< what killed it; 0: it ended by itself
};

/// Waits for its end, 30 s at the most. Fails where it cannot be started or takes longer; `what` is
/// how the message calls it.
Result<ProgramAnswer> askProgram(
    const std::string &what, const std::string &program, const std::vector<std::string> &arguments);

} // namespace poolscope
