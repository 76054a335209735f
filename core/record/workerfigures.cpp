// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/workerfigures.h"

namespace poolscope {

WorkerFigures figuresOf(const WorkerRecord &worker)
{
    OpenSpan openSpan = worker.openSpan();
    openSpan.seen = 0;
    return {worker.identity(), worker.state(), worker.cpu(), worker.runQueue(), worker.maxRss(),
        worker.starts(), worker.setUpCpu(), worker.setUpRunQueue(), worker.threads(),
        worker.threadRunQueue(), worker.decoding(), openSpan, worker.loading()};
}

} // namespace poolscope
