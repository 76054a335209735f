// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/process.h"
#include "worker/session.h"

int main()
{
    const auto channel = poolscope::worker::takeChannel();
    return poolscope::worker::Session(channel.input, channel.output).run();
}
