// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/runfigures.h"

#include "spec/tasktraits.h"

#include <algorithm>

namespace poolscope {

namespace {

void addWorker(RunFigures &figures, const WorkerAccounting &worker)
{
    const Duration longest(worker.longestIteration);
    figures.iterations += worker.iterations;
    figures.chunks += worker.chunks;
    figures.busy += Duration(worker.busy);
    figures.workersCpu += Duration(worker.cpu);
    figures.longestIteration = std::max(figures.longestIteration, longest);
    figures.longestChunk = std::max(figures.longestChunk, Duration(worker.longestChunk));
    figures.restarts += worker.restarts;
    figures.threads = std::max(figures.threads, worker.threads);
    figures.threadRunQueue += Duration(worker.threadRunQueue);
    // One long input does not make a slow worker.
    const bool several = worker.iterations > 1;
    figures.byWorker.push_back({worker.id, worker.iterations - (several ? 1 : 0),
        Duration(worker.busy) - (several ? longest : Duration())});
}

RunFigures::Unfinished unfinishedOf(const Timeline &timeline)
{
    RunFigures::Unfinished unfinished;
    for (std::size_t i = 0; timeline.stopped() > 0 && i < timeline.workerCount(); ++i) {
        const OpenSpan open = timeline.worker(i).openSpan();
        const Duration duration(open.duration());
        if (duration > unfinished.duration)
            unfinished = {open.first, open.count, timeline.worker(i).id(), duration};
    }
    return unfinished;
}

} // namespace

RunFigures figuresOf(const Accounting &accounting, const Origin &origin, const Timeline &timeline,
    const RunConditions &conditions)
{
    RunFigures figures;
    figures.workers = static_cast<std::uint32_t>(accounting.workers.size());
    figures.cores = conditions.cores;
    const PoolSpec pool = poolOf(origin);
    figures.chunk = pool.chunk;
    figures.window = pool.window;
    figures.startsPrograms = conditions.startsPrograms;
    figures.hasSpansOnly = conditions.hasSpansOnly;
    figures.makespan = Duration(accounting.makespan());
    figures.startUp = Duration(accounting.startUp);
    figures.times = accounting.times;
    figures.settled = timeline.settled();
    figures.failed = timeline.failed();
    figures.coordinatorBusy = Duration(accounting.coordinator.busy);
    figures.throttled = Duration(accounting.coordinator.throttled);
    for (const WorkerAccounting &worker : accounting.workers)
        addWorker(figures, worker);
    figures.unfinished = unfinishedOf(timeline);
    figures.starts = startCostsOf(timeline, conditions.cores);
    const RunSpec *spec = specOf(origin);
    figures.couldBeCopies = spec && traitsOf(spec->task).runsPython
        && pool.start == WorkerStart::Spawn && figures.starts.areKnown();
    for (const auto &[workers, size] : accounting.sizes)
        figures.bySize.push_back({workers, size.iterations, Duration(size.busy)});
    return figures;
}

} // namespace poolscope
