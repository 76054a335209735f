// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/programversion.h"

namespace poolscope {

std::string programVersion()
{
    return "poolscope " POOLSCOPE_VERSION;
}

} // namespace poolscope
