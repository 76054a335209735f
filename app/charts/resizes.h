// SPDX-License-Identifier: GPL-3.0-or-later
// Resizes: the changes of the number of workers during a run, and the line that marks one.
#pragma once

#include "analysis/runhistory.h"

#include <QPen>
#include <vector>

namespace poolscope {

/// Returns the new number of workers of each change, and its time in nanoseconds since the run's
/// start. The initial number is not a change. A resumed run records its number again, which is not
/// a change if it is equal to the number before.
std::vector<Since<std::uint32_t>> resizesOf(const RunHistory &history);

/// Returns the pen of the line. Its dashes differ from those of all other lines in charts.
QPen resizePen(const QColor &colour);

} // namespace poolscope
