// SPDX-License-Identifier: GPL-3.0-or-later
// What a replay assumes where handing over costs nothing.
#pragma once

#include "analysis/recordedwork.h"

namespace poolscope {

inline DispatchCosts freeHandover()
{
    DispatchCosts costs;
    for (Cost *cost : {&costs.outward, &costs.inward, &costs.turn, &costs.wake, &costs.answer,
             &costs.chunk, &costs.value, &costs.gap, &costs.start})
        *cost = {0};
    costs.crowding = 0;
    return costs;
}

} // namespace poolscope
