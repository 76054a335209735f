// SPDX-License-Identifier: GPL-3.0-or-later
// RecordSnapshot: how far a record reaches at one moment.
#pragma once

#include "record/recordpositions.h"
#include "record/runprogress.h"
#include "spec/indexrange.h"

#include <cstdint>
#include <vector>

namespace poolscope {

/// How far a record reaches at a moment at which every span has the outcomes that came of it.
struct RecordSnapshot {
    std::vector<IndexRange> settled; ///< since the snapshot before
    std::uint64_t settledBelow = 0; ///< below this index all are settled
    RecordPositions reached;
    RunProgress progress;
};

} // namespace poolscope
