// SPDX-License-Identifier: GPL-3.0-or-later
// The colours of the causes by which the accounting divides the time of workers. Work is green, and
// blue while it waits. A core that was taken away is orange, dispatch purple, blocking yellow and
// idling grey. Other causes have colours of the theme.
#pragma once

#include "analysis/accounting.h"
#include "charts/theme.h"

namespace poolscope {

QColor causeColour(const Theme &theme, Cause cause);
/// The colour of what the process that made a watched call did for it.
QColor activityColour(const Theme &theme, ParentActivity activity);

} // namespace poolscope
