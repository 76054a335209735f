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
    // If the program is killed now, the run lasted until unfinished spans were last seen.
    for (std::size_t i = 0; progress.stopped == 0 && i < timeline.workerCount(); ++i)
        progress.stopped = timeline.worker(i).openSpan().seen;
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
