// SPDX-License-Identifier: GPL-3.0-or-later
// The look of all tables of the window, and their keys.
#pragma once

#include <QTableView>

namespace poolscope {

inline constexpr int tableMargin = 8; ///< pixels around a table, and between it and its controls

/// Makes a table select whole rows and edit nothing. Tab moves to the next control.
void makePlain(QTableView *table);

/// Sets the height of rows to that of their text and `margins` pixels.
void fitRowsToText(QTableView *table, int margins);

} // namespace poolscope
