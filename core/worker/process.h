// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a process a worker, whatever it then runs.
#pragma once

#include "worker/owndescriptor.h"

namespace poolscope::worker {

struct Channel {
    OwnDescriptor input;
    OwnDescriptor output;
};

/// Moves the protocol off descriptors 0 and 1, so that what a task reads is empty and what it
/// prints goes to standard error, and puts the process into a session and group of its own, which a
/// Ctrl+C in the terminal does not reach and which can be killed whole. To be called first.
Channel takeChannel();

} // namespace poolscope::worker
