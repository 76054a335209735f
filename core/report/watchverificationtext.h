// SPDX-License-Identifier: GPL-3.0-or-later
// The words for what a change of a watched call brought.
#pragma once

#include "analysis/watchverification.h"

#include <string>

namespace poolscope {

/// "chunksize=128 at post.py:17".
std::string changeText(const std::string &change);

/// "Expected 290,000 to 400,000 it/s; measured 312,000 it/s with chunksize=128 at post.py:17, and
/// 6,620 it/s unchanged: 47 times as fast."
std::string verificationText(const WatchVerification &verification);

} // namespace poolscope
