// SPDX-License-Identifier: GPL-3.0-or-later
// Keeper: the process between the program and one worker. The keeper outlives the worker.
//
// Keeper and worker are in sessions of their own, so that no signal to the worker's group reaches
// the keeper. The worker leads neither session nor group, like a worker of multiprocessing.Pool: a
// terminal that a task opens does not become its controlling terminal, and setpgrp() and setsid()
// succeed.
//
// The keeper is the subreaper of all processes that the worker and its tasks start, in any group or
// session: a process whose parent has ended becomes the keeper's child. None of them outlives the
// keeper. If the worker ended with status 0, they receive SIGTERM after 5 s, and are killed 1 s
// later. If the worker failed, or the program has died, they are killed at once.
#pragma once

#include <sys/types.h>

namespace poolscope::worker {

/// Waits for the end of the worker, which is the first child of this process, and of all processes
/// that it started. Ends this process with the worker's status, or by its signal. `program` is the
/// parent of this process. The caller has blocked all signals, and SIGCONT is the parent-death
/// signal of this process.
[[noreturn]] void runKeeper(pid_t program);

/// Does for a worker that was forked by another process what runKeeper() does, and reports the
/// worker's status to the program. `lifeline` is a socket to the program (wire/lifeline.h), which
/// has died when the other end is closed.
[[noreturn]] void runKeeperOfCopy(int lifeline);

/// Does for the process that forks workers what runKeeper() does. If that process fails or dies,
/// the workers that it has forked continue until this keeper receives SIGTERM.
[[noreturn]] void runKeeperOfLoader(pid_t program);

} // namespace poolscope::worker
