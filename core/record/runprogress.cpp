// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/runprogress.h"

namespace poolscope {

RunProgress progressOf(const Timeline &timeline, std::uint64_t elapsed)
{
    RunProgress progress;
    progress.elapsed = elapsed;
    progress.firstDispatch = timeline.firstDispatch();
    progress.lastOutcome = timeline.lastOutcome();
    progress.stopped = timeline.stopped();
    progress.paused = timeline.pausedOfMakespan();
    progress.succeeded = timeline.succeeded();
    progress.failed = timeline.failed();
    progress.quarantined = timeline.quarantined();
    progress.attempts = timeline.attempts();
    progress.workers = timeline.workerCount();
    progress.coordinator = timeline.coordinator();
    return progress;
}

} // namespace poolscope
