// SPDX-License-Identifier: GPL-3.0-or-later
// The verdict on a call of a watched pool, in the terms of the user's code: plain data from plain
// figures. Its evidence is evidence::OfCall. It advises no option of this program.
#pragma once

#include "analysis/verdict.h"

namespace poolscope {

Verdict verdictOf(const PooledCall &call);

} // namespace poolscope
