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
    // Should the program be killed now, the run lasted as long as what is under way.
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
