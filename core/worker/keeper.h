// SPDX-License-Identifier: GPL-3.0-or-later
// Keeper: the process between the program and one worker. The keeper is the parent of the worker
// and outlives it.
//
// Keeper and worker are in two process groups, so that no signal to the worker's group reaches the
// keeper, and in POSIX sessions that are not the program's: each in its own, but copies and their
// keepers in that of their loader (pool/taskloader.h). The worker leads neither session nor group,
// like a worker of multiprocessing.Pool, and the leader of its session has ended: a terminal that a
// task opens does not become its controlling terminal, and setpgrp() and setsid() succeed.
//
// The keeper is the subreaper of all processes that the worker and its tasks start, in any group or
// session: a process whose parent has ended becomes the keeper's child. None of them outlives the
// keeper. If the worker ended with status 0, they receive SIGTERM after 5 s, and are killed 1 s
// later. If the worker failed, or the program has died, they are killed at once, as is the worker.
//
// The code that starts a keeper first blocks all signals, makes its process a session leader and a
// subreaper, and forks the worker, and then executes the keeper (pool/executedprocess.cpp,
// resources/python/poolscope_worker.py).
#pragma once

#include <sys/types.h>

namespace poolscope::worker {

/// Waits for the end of the worker, which is the first child of this process, and of all processes
/// that the worker started. Then ends this process with the worker's exit status, or by the signal
/// that killed the worker. Ignores SIGTERM.
///
/// `program` is the process id of the program, which is the parent of this process. The caller has
/// made SIGCONT the signal that this process receives when its parent dies, since SIGCONT also
/// wakes a keeper that is stopped.
[[noreturn]] void runKeeper(pid_t program);

/// Waits as runKeeper() does for a copy: a worker that a loader forked (pool/taskloader.h). Sends
/// the process ids and then the worker's status to the program, and ends this process with status
/// 0.
///
/// `lifeline` is the descriptor of a socket to the program (wire/lifeline.h), and stays open until
/// this process ends. If the other end is closed, the program has died.
[[noreturn]] void runKeeperOfCopy(int lifeline);

/// Waits as runKeeper() does for a loader: a process that loads a task and forks workers. If the
/// loader fails or is killed, the workers that it has forked continue until this process receives
/// SIGTERM or the program dies.
[[noreturn]] void runKeeperOfLoader(pid_t program);

} // namespace poolscope::worker
