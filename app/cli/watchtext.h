// SPDX-License-Identifier: GPL-3.0-or-later
// The text that `poolscope watch` prints when the command has ended.
#pragma once

#include "cli/commandline.h"
#include "run/watchsession.h"

#include <string>

namespace poolscope {

/// Lines, the first of which begins with "poolscope:". Says why if nothing was seen.
std::string watchText(const WatchSession &session, const WatchOptions &options);

/// JSON, with an entry for each run in order of start.
std::string sessionSummary(const WatchSession &session, const WatchOptions &options);

} // namespace poolscope
