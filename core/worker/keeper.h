// SPDX-License-Identifier: GPL-3.0-or-later
// The keeper: the process between the program and one worker, which outlives it.
//
// Keeper and worker are in sessions of their own, so that no signal to the worker's group reaches
// the keeper. The worker leads neither session nor group, as a worker of multiprocessing.Pool: a
// terminal that a task opens does not become its controlling terminal, and setpgrp() and setsid()
// succeed.
//
// The keeper is the subreaper of all processes that the worker and its tasks start, in whatever
// group or session they are: one whose parent has ended becomes the keeper's child. So none of them
// outlives the keeper. Where the worker ended with status 0, they have some seconds for what they
// do; where it failed, or the program has died, they are killed at once.
#pragma once

#include <sys/types.h>

namespace poolscope::worker {

/// Waits for the end of the worker, which is the first child of this process, and for that of all
/// that it started. Ends as the worker did: with its status, or by its signal. `program` is the
/// parent of this process. To be called with all signals blocked.
[[noreturn]] void runKeeper(pid_t program);

/// Keeps a worker, as runKeeper() does, that a process other than the program has forked.
/// `lifeline` is a socket to the program (wire/lifeline.h), which has died when its end is closed.
[[noreturn]] void runKeeperOfCopy(int lifeline);

/// Keeps the process that forks workers, as runKeeper() does. If that process fails or dies, the
/// workers that it has forked run on until this keeper receives SIGTERM.
[[noreturn]] void runKeeperOfLoader(pid_t program);

} // namespace poolscope::worker
