// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the verdict on a call of a watched pool, in the terms of the user's code.
#pragma once

#include "analysis/verdict.h"

#include <string>

namespace poolscope {

/// Says what is wrong, what to write, what to expect, and how long the loop takes without a pool.
std::string callVerdictText(Finding finding, const evidence::OfCall &found);

/// "chunksize=256: 35 to 55 x". Empty if nothing is advised.
std::string callAdviceText(const evidence::OfCall &found);

} // namespace poolscope
