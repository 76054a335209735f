// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/signalname.h"

#include <cstring>

namespace poolscope {

std::string signalName(int signal)
{
    const char *name = ::sigabbrev_np(signal);
    return name ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

std::string signalText(int signal)
{
    const char *name = ::sigabbrev_np(signal);
    return "signal " + std::to_string(signal) + (name ? " (SIG" + std::string(name) + ")" : "");
}

} // namespace poolscope
