// SPDX-License-Identifier: GPL-3.0-or-later
// The guard: a process that outlives the program by a moment, and ends what its tasks have started.
//
// A worker dies with the program, but the processes that its task has started would not. The guard
// knows the process groups of all workers, which are sessions, too, and waits for the end of its
// input, which the program's death brings about whatever it died of; then it kills what is left of
// them. Of a worker that has ended it kills what is left at once: a program that takes a group of
// its own, as timeout(1) does, stays in the session.
#pragma once

namespace poolscope::worker {

/// Reads lines "+GROUP" (a worker began) and "-GROUP" (it ended) from `input` until it ends.
/// Returns the exit status.
int runGuard(int input);

} // namespace poolscope::worker
