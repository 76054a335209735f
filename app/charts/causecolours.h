// SPDX-License-Identifier: GPL-3.0-or-later
// The colours of the causes by which the accounting divides the time of workers. Computing is
// green, an iteration that waits blue, a lack of cores orange, dispatch purple, blocking yellow and
// idling grey. Other causes have colours of the theme.
#pragma once

#include "analysis/accounting.h"
#include "charts/theme.h"

namespace poolscope {

QColor causeColour(const Theme &theme, Cause cause);
/// The colour of what the process that made a watched call did for the call.
QColor activityColour(const Theme &theme, ParentActivity activity);

} // namespace poolscope
