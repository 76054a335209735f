// SPDX-License-Identifier: GPL-3.0-or-later
// Moves and resizes a window, so that the window and its frame are within the screen.
#pragma once

#include <QWidget>

namespace poolscope {

void fitScreen(QWidget &window);

} // namespace poolscope
