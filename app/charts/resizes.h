// SPDX-License-Identifier: GPL-3.0-or-later
// When the number of workers was changed, and how a line that says so is drawn.
#pragma once

#include "analysis/runhistory.h"

#include <QPen>
#include <vector>

namespace poolscope {

/// The size with which the pool began is no change, and a size that it had already is none either:
/// a run that goes on is told its size once more.
std::vector<Since<std::uint32_t>> resizesOf(const RunHistory &history);

/// Unlike that of any other line in a chart.
QPen resizePen(const QColor &colour);

} // namespace poolscope
