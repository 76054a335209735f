// SPDX-License-Identifier: GPL-3.0-or-later
// The text on the iteration under way that has run longest.
#pragma once

#include "analysis/underway.h"

#include <string>

namespace poolscope {

/// "longest: input 17, 12 s", with a comparison if the iteration is slow.
std::string underWayText(const UnderWay &underWay);

} // namespace poolscope
