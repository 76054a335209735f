// SPDX-License-Identifier: GPL-3.0-or-later
// What all tables of the window look like, and how keys move through them.
#pragma once

#include <QTableView>

namespace poolscope {

inline constexpr int tableMargin = 8; ///< pixels around a table, and between it and its controls

/// Whole rows are selected, nothing is edited, Tab leads on to what follows the table.
void makePlain(QTableView *table);

/// Rows are as high as their text, and `margins` pixels.
void fitRowsToText(QTableView *table, int margins);

} // namespace poolscope
