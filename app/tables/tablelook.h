// SPDX-License-Identifier: GPL-3.0-or-later
// The look of all tables of the window, and how keys move through them.
#pragma once

#include <QTableView>

namespace poolscope {

inline constexpr int tableMargin = 8; ///< pixels around a table, and between it and its controls

/// Has a table select whole rows, edit nothing, and leave Tab to move to the next control.
void makePlain(QTableView *table);

/// Rows are as high as their text, and `margins` pixels.
void fitRowsToText(QTableView *table, int margins);

} // namespace poolscope
