// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/guard.h"
#include "worker/process.h"
#include "worker/session.h"

#include <string_view>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == "--guard")
        return poolscope::worker::runGuard(STDIN_FILENO);
    const auto channel = poolscope::worker::takeChannel();
    return poolscope::worker::Session(channel.input, channel.output).run();
}
