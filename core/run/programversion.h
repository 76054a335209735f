// SPDX-License-Identifier: GPL-3.0-or-later
// The name and the version of this program, as files record them and --version prints them.
#pragma once

#include <string>

namespace poolscope {

/// "poolscope 0.1.0".
std::string programVersion();

} // namespace poolscope
