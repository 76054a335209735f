// SPDX-License-Identifier: GPL-3.0-or-later
// The help that F1 shows, and the About page.
#pragma once

#include "charts/chart.h"

#include <QAction>
#include <QWidget>
#include <vector>

namespace poolscope {

/// Shows the explanation of each chart, and all keys.
void showHelp(
    const std::vector<const Chart *> &charts, const QList<QAction *> &actions, QWidget *parent);
/// Shows a description of the program, its version, and the licences of its parts.
void showAbout(QWidget *parent);

} // namespace poolscope
