// SPDX-License-Identifier: GPL-3.0-or-later
// Texts on the runs of a watched command.
#pragma once

#include "cli/outputs.h"

#include <string>
#include <vector>

namespace poolscope {

class WatchSession;

/// Why no pool was seen, as a line that begins with "poolscope:".
std::string nothingSeenText(const WatchSession &session);

/// Text on the calls from each line of the user's code, with a verdict on the longest call. At most
/// `most` lines of code are shown, and the others are counted.
std::string watchedRunsText(const std::vector<EndedRecord> &runs, std::size_t most);

/// JSON, with an entry for each run in order of start. `leftOut` calls were not recorded.
std::string sessionSummary(const std::vector<EndedRecord> &runs, std::uint64_t leftOut);

} // namespace poolscope
