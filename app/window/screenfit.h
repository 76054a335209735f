// SPDX-License-Identifier: GPL-3.0-or-later
// ScreenFit: keeps a window, with the frame that it will have, within its screen.
#pragma once

#include <QWidget>

namespace poolscope {

void fitScreen(QWidget &window);

} // namespace poolscope
