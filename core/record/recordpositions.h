// SPDX-License-Identifier: GPL-3.0-or-later
// RecordPositions: how far the logs of a run's record reach at one moment.
#pragma once

#include "record/workerfigures.h"

#include <cstdint>
#include <vector>

namespace poolscope {

struct RecordPositions {
    struct Worker {
        std::size_t spans = 0;
        std::size_t chunkTimeBytes = 0;
        WorkerFigures figures;

        friend bool operator==(const Worker &, const Worker &) = default;
    };
    std::vector<Worker> workers;
    std::size_t marks = 0;
    std::uint64_t logLines = 0;

    friend bool operator==(const RecordPositions &, const RecordPositions &) = default;
};

} // namespace poolscope
