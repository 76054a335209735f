// SPDX-License-Identifier: GPL-3.0-or-later
// StateText: the state of the window's run, in a word or two.
#pragma once

#include "window/menus/runactions.h"

#include <QString>

namespace poolscope {

/// "Running", "Waiting: the disk is full", "Opened: one.poolscope". The situation is that of the
/// controller's run.
QString stateText(const RunController &controller, const RunSituation &situation);

} // namespace poolscope
