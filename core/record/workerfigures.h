// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerFigures: what is known of a worker at one moment, beside its spans.
#pragma once

#include "record/timeline.h"

#include <cstdint>

namespace poolscope {

struct WorkerFigures {
    WorkerIdentity identity;
    WorkerState state = WorkerState::Starting;
    std::uint64_t cpu = 0;
    std::uint64_t runQueue = 0;
    std::uint64_t maxRss = 0;
    std::uint32_t starts = 0;
    std::uint64_t setUpCpu = 0;
    std::uint64_t setUpRunQueue = 0;
    std::uint32_t threads = 0;
    std::uint64_t threadRunQueue = 0;
    std::uint64_t decoding = 0;
    OpenSpan openSpan; ///< but for when it was seen, which is when the record was written last
    TaskLoading loading = {};

    friend bool operator==(const WorkerFigures &, const WorkerFigures &) = default;
};

WorkerFigures figuresOf(const WorkerRecord &worker);

} // namespace poolscope
