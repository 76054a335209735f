// SPDX-License-Identifier: GPL-3.0-or-later
// The verdict on a call of a watched pool, in terms of the user's code.
//
// The evidence is evidence::OfCall. The advice is a change of the user's code.
#pragma once

#include "analysis/verdict.h"

namespace poolscope {

Verdict verdictOf(const PooledCall &call);

} // namespace poolscope
