// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/workerfigures.h"

namespace poolscope {

WorkerFigures figuresOf(const WorkerRecord &worker)
{
    OpenSpan openSpan = worker.openSpan();
    openSpan.seen = 0;
    return {worker.identity(), openSpan, worker.cost()};
}

} // namespace poolscope
