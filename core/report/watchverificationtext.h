// SPDX-License-Identifier: GPL-3.0-or-later
// The text of a WatchVerification.
#pragma once

#include "analysis/watchverification.h"

#include <string>

namespace poolscope {

/// "chunksize=128 at post.py:17 and processes=4".
std::string changesText(const std::vector<CallChange> &changes);

/// "Expected 290,000 to 400,000 it/s; measured 312,000 it/s with chunksize=128 at post.py:17, and
/// 6,620 it/s unchanged: 47 times as fast."
std::string verificationText(const WatchVerification &verification);

} // namespace poolscope
