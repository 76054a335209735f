// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerFigures: identity, unfinished span and cost of a worker at one moment.
#pragma once

#include "record/timeline.h"

namespace poolscope {

struct WorkerFigures {
    WorkerIdentity identity;
    OpenSpan openSpan; ///< `seen` is 0, since the progress has that time
    WorkerCost cost;

    friend bool operator==(const WorkerFigures &, const WorkerFigures &) = default;
};

WorkerFigures figuresOf(const WorkerRecord &worker);

} // namespace poolscope
