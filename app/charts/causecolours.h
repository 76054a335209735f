// SPDX-License-Identifier: GPL-3.0-or-later
// The colour of each cause of the accounting. Related causes share a hue: green and blue for work,
// orange for a core that was taken away, purple for dispatch, yellow for blocking, grey for idling.
#pragma once

#include "analysis/accounting.h"
#include "charts/theme.h"

namespace poolscope {

QColor causeColour(const Theme &theme, Cause cause);
/// The colour of what the process that made a watched call did for it.
QColor activityColour(const Theme &theme, ParentActivity activity);

} // namespace poolscope
