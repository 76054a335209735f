// SPDX-License-Identifier: GPL-3.0-or-later
// Lifeline: a stream socket between the program and the keeper of a forked worker
// (worker/keeper.h). The keeper sends a Kept and, when the worker has ended, its status as an int,
// in the format of waitpid(). Both ends are of one build and on one machine.
#pragma once

#include <sys/types.h>

namespace poolscope::wire {

struct Kept {
    pid_t keeper = 0;
    pid_t worker = 0;
};

} // namespace poolscope::wire
