// SPDX-License-Identifier: GPL-3.0-or-later
// takeChannel(): separates the channel of a worker from the standard streams of its task.
#pragma once

#include "worker/owndescriptor.h"

namespace poolscope::worker {

struct Channel {
    OwnDescriptor input;
    OwnDescriptor output;
};

/// Moves descriptors 0 and `output` to other numbers. Standard input of a task is empty then, and
/// standard output is standard error. Ignores SIGINT and SIGPIPE. To be called first. A pool sends
/// and receives on descriptor 0.
Channel takeChannel(int output);

} // namespace poolscope::worker
