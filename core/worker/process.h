// SPDX-License-Identifier: GPL-3.0-or-later
// takeChannel(): separates the channel of a worker from the standard streams of its task.
#pragma once

#include "worker/owndescriptor.h"

namespace poolscope::worker {

struct Channel {
    OwnDescriptor input;
    OwnDescriptor output;
};

/// Moves the descriptors on which the worker receives and sends to other numbers, out of the reach
/// of its task. They are 0 and `output`, which is 0 too if a pool has started the worker, since its
/// channel is a socket. The task then reads nothing from standard input, and what it prints goes to
/// standard error. Ignores SIGINT and SIGPIPE. To be called before anything else in the process.
Channel takeChannel(int output);

} // namespace poolscope::worker
