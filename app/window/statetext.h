// SPDX-License-Identifier: GPL-3.0-or-later
// Texts on the state of the window's run: status bar and title.
#pragma once

#include "window/menus/runactions.h"

#include <QString>

namespace poolscope {

/// "Running", "Waiting: the disk is full", "Opened: one.poolscope". The situation is that of the
/// controller's run.
QString stateText(const RunController &controller, const RunSituation &situation);

/// Returns the sentence of the status bar while nothing runs: the outcome of the last run if
/// there was one, else `problem`, which is why nothing can be started, else that `next` can be
/// started.
QString sentenceText(const RunController &controller, const QString &next, const QString &problem);

/// Returns the title of the window: "43% · sqrt over range(1, 5000)".
QString titleText(const RunController &controller);

} // namespace poolscope
