// SPDX-License-Identifier: GPL-3.0-or-later
// RecordPositions: the sizes of the logs of a record at one moment.
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
