// SPDX-License-Identifier: GPL-3.0-or-later
// The guard: a process that outlives the program by a moment, and ends what its tasks have started.
//
// A worker dies with the program, but the processes that its task has started would not. The guard
// knows the process groups of all workers and waits for the end of its input, which the program's
// death brings about whatever it died of; then it kills the groups that are left.
#pragma once

namespace poolscope::worker {

/// Reads lines "+GROUP" and "-GROUP" from `input` until it ends. Returns the exit status.
int runGuard(int input);

} // namespace poolscope::worker
