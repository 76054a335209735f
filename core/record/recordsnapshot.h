// SPDX-License-Identifier: GPL-3.0-or-later
// RecordSnapshot: the extent of a record at a moment when every span has its outcomes.
#pragma once

#include "record/recordpositions.h"
#include "record/runprogress.h"
#include "spec/indexrange.h"

#include <cstdint>
#include <vector>

namespace poolscope {

struct RecordSnapshot {
    std::vector<IndexRange> settled; ///< since the last snapshot
    std::uint64_t settledBelow = 0; ///< all indices below are settled
    RecordPositions reached;
    RunProgress progress;
};

} // namespace poolscope
