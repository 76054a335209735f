// SPDX-License-Identifier: GPL-3.0-or-later
// The text of the verdict on a call of a watched pool, in terms of the user's code.
#pragma once

#include "analysis/verdict.h"

#include <string>

namespace poolscope {

/// Returns what is wrong, what to write and expect, and the time of the loop without a pool.
std::string callVerdictText(Finding finding, const evidence::OfCall &found);

/// "0.2 to 0.3 M it/s", or "more than 0.2 M it/s" if the range is wide.
std::string expectedRateText(const ExpectedRate &expected);

/// "chunksize=256: 35 to 55 x". Empty if nothing is advised.
std::string callAdviceText(const evidence::OfCall &found);

} // namespace poolscope
