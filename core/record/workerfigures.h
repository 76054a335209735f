// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerFigures: what is known of a worker at one moment, beside its spans and marks.
#pragma once

#include "record/timeline.h"

namespace poolscope {

struct WorkerFigures {
    WorkerIdentity identity;
    OpenSpan openSpan; ///< without the time at which it was seen, which is that of the progress
    WorkerCost cost;

    friend bool operator==(const WorkerFigures &, const WorkerFigures &) = default;
};

WorkerFigures figuresOf(const WorkerRecord &worker);

} // namespace poolscope
