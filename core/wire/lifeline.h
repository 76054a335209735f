// SPDX-License-Identifier: GPL-3.0-or-later
// What the keeper of a forked worker (worker/keeper.h) tells the program over its lifeline, a
// stream socket between them: Kept, and at the end the worker's status as waitpid() gives it, an
// int. Both are on one machine and of one build.
#pragma once

#include <sys/types.h>

namespace poolscope::wire {

struct Kept {
    pid_t keeper = 0;
    pid_t worker = 0;
};

} // namespace poolscope::wire
