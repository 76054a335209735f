// SPDX-License-Identifier: GPL-3.0-or-later
// The names of signals.
#pragma once

#include <string>

namespace poolscope {

/// "SIGKILL", or "signal 99" if the signal has no name.
std::string signalName(int signal);

/// "signal 9 (SIGKILL)", or "signal 99".
std::string signalText(int signal);

} // namespace poolscope
