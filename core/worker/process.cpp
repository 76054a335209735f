// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/process.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace poolscope::worker {

Channel takeChannel(int output)
{
    // Programs that are started inherit SIG_IGN, but not a handler.
    if (std::signal(SIGINT, [](int) {}) == SIG_IGN)
        std::signal(SIGINT, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    Channel channel{OwnDescriptor(STDIN_FILENO), OwnDescriptor(output)};
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    close(null);
    return channel;
}

} // namespace poolscope::worker
