// SPDX-License-Identifier: GPL-3.0-or-later
// The help that F1 shows, and the About page.
#pragma once

#include "charts/chart.h"

#include <QAction>
#include <QWidget>
#include <vector>

namespace poolscope {

/// What each chart shows, and every key.
void showHelp(
    const std::vector<const Chart *> &charts, const QList<QAction *> &actions, QWidget *parent);
/// What the program is, its version, and the licences of what it is made of.
void showAbout(QWidget *parent);

} // namespace poolscope
