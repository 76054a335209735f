// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a process a worker, whatever it then runs.
#pragma once

#include "worker/owndescriptor.h"

namespace poolscope::worker {

struct Channel {
    OwnDescriptor input;
    OwnDescriptor output;
};

/// Moves what descriptors 0 and `output` lead to away, so that what a task reads is empty and what
/// it prints goes to standard error. To be called first. A pool speaks with its workers on
/// descriptor 0, both ways.
Channel takeChannel(int output);

} // namespace poolscope::worker
