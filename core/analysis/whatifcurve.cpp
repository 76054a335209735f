// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/whatifcurve.h"

#include "analysis/callprediction.h"
#include "analysis/verdict.h"
#include "spec/runspec.h"

#include <algorithm>

namespace poolscope {

namespace {

/// A curve becomes no finer after this number of chunks, which takes about two seconds.
constexpr std::uint64_t enoughChunks = 3'000'000;

using Numbers = std::vector<std::uint32_t>;

/// Returns `first` times the powers of `factor`, up to maxWorkers.
Numbers powers(std::uint32_t first, std::uint32_t factor)
{
    Numbers numbers;
    for (std::uint32_t number = first; number <= maxWorkers; number *= factor)
        numbers.push_back(number);
    return numbers;
}

bool isBefore(const CurvePoint &point, std::uint32_t workers)
{
    return point.workers < workers;
}

bool has(const std::vector<CurvePoint> &curve, std::uint32_t workers)
{
    const auto at = std::lower_bound(curve.begin(), curve.end(), workers, isBefore);
    return at != curve.end() && at->workers == workers;
}

} // namespace

bool ReplayableRun::hasWork() const
{
    return call ? canReplay(*call) : work.inputs > 0;
}

ReplayableRun replayableRun(const RunRecord &record)
{
    const std::uint32_t cores = record.machine.cores;
    ReplayableRun run{recordedWork(record.timeline, cores)};
    if (isWatched(record.origin))
        run.call =
            pooledCallOf(record, accountingOf(record.timeline, conditionsOf(record, cores)), cores);
    return run;
}

std::optional<ReplayedRun> replay(const ReplayableRun &run, const ReplaySetting &setting,
    ReplayDetail detail, const std::stop_token &stop)
{
    if (!run.call)
        return replay(run.work, setting, detail, stop);
    const std::uint64_t chunk =
        run.call->takesChunks() ? setting.chunks.chunk.value_or(run.call->chunk) : run.call->chunk;
    return replayCall(*run.call, run.work, {chunk, setting.workers}, detail, stop);
}

bool replayCurve(const ReplayableRun &run, ReplaySetting setting,
    const std::vector<CurvePoint> &known, const std::function<void(const CurvePoint &)> &visit,
    const std::stop_token &stop)
{
    std::vector<CurvePoint> curve = known;
    std::uint64_t replayed = 0;
    for (const CurvePoint &point : known)
        replayed += point.chunks;
    for (const Numbers &level : {powers(1, 4), powers(2, 4), workersOfCurve(maxWorkers)}) {
        if (replayed > enoughChunks)
            break;
        for (const std::uint32_t workers : level) {
            if (has(curve, workers))
                continue;
            setting.workers = workers;
            const auto result = replay(run, setting, ReplayDetail::Totals, stop);
            if (!result)
                return false;
            const CurvePoint point = pointOf(*result, workers);
            insertPoint(curve, point);
            replayed += run.call ? std::max<std::uint64_t>(result->chunks, run.work.groups.size())
                                 : result->chunks;
            visit(point);
        }
    }
    return true;
}

CurvePoint pointOf(const ReplayedRun &run, std::uint32_t workers)
{
    return {workers, run.makespan, run.lowerBound, run.chunks, run.startUp, run.range};
}

void insertPoint(std::vector<CurvePoint> &curve, const CurvePoint &point)
{
    const auto place = std::lower_bound(curve.begin(), curve.end(), point.workers, isBefore);
    if (place != curve.end() && place->workers == point.workers)
        *place = point;
    else
        curve.insert(place, point);
}

} // namespace poolscope
