// SPDX-License-Identifier: GPL-3.0-or-later
// The times at which the number of workers was changed, and the line that marks them.
#pragma once

#include "analysis/runhistory.h"

#include <QPen>
#include <vector>

namespace poolscope {

/// Returns the changes. The initial size is not a change, nor is a size that the pool already had,
/// which a resumed run reports again.
std::vector<Since<std::uint32_t>> resizesOf(const RunHistory &history);

/// Returns a pen that no other line of a chart has.
QPen resizePen(const QColor &colour);

} // namespace poolscope
