// SPDX-License-Identifier: GPL-3.0-or-later
// VerdictCase: the figures of a run that several decisions of a verdict need, derived once. Used
// only by analysis/verdict.cpp and analysis/verdictcauses.cpp. The RunFigures outlive it.
#pragma once

#include "analysis/statistics.h"
#include "analysis/verdict.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace poolscope {

/// Returns total / count, or 0 if the count is 0.
inline Duration meanOf(Duration total, std::uint64_t count)
{
    return count > 0 ? total / static_cast<double>(count) : Duration();
}

class VerdictCase {
public:
    explicit VerdictCase(const RunFigures &figures)
        : f(figures)
        , present(f.times.sum() - f.times[Cause::Absent] - f.times[Cause::Paused])
        , workers(std::max(ratio(present, f.makespan), 1e-9))
        , all(present + f.startUp * std::max<double>(f.workers, 1))
        , iteration(meanOf(f.busy, f.iterations))
        , rate(ratio(static_cast<double>(f.settled),
              inSeconds(f.makespan - time(Cause::Paused) / std::max(f.workers, 1U))))
    {
    }

    Duration time(Cause cause) const { return Duration(f.times[cause]); }
    double share(Cause cause) const { return ratio(time(cause), all); }
    Share ofPresent(Duration time) const { return {ratio(time, present)}; }
    /// Returns the factor of throughput if this time had not been lost.
    double gainWithout(Duration lost) const
    {
        constexpr double most = 0.9;
        return 1 / (1 - std::min(ratio(lost, present), most));
    }
    Duration dispatch() const
    {
        return time(Cause::Coordinator) + time(Cause::UnderWay) + time(Cause::TransferIn)
            + time(Cause::TransferOut);
    }
    /// Returns the part of dispatch for which the CPU quota stopped the processes.
    Duration throttledDispatch() const
    {
        return std::clamp(f.throttled - time(Cause::Throttled), Duration(), dispatch());
    }
    double usableWorkers() const
    {
        return f.cores > 0 ? std::min<double>(workers, f.cores) : workers;
    }
    bool moreWorkersThanCores() const { return f.cores > 0 && f.workers > f.cores; }

    const RunFigures &f;
    Duration present; ///< worker time in the pool, without pauses
    double workers; ///< in the pool, on average
    Duration all; ///< worker time, including that before the first dispatch
    Duration iteration; ///< the mean
    double rate; ///< iterations per second
};

inline Verdict found(Finding finding, double loss, Evidence evidence)
{
    Verdict verdict;
    verdict.finding = finding;
    verdict.loss = loss;
    verdict.evidence = std::move(evidence);
    return verdict;
}

inline void predict(Verdict &verdict, const VerdictCase &run, double gain)
{
    verdict.remedy = Prediction{gain, run.rate * gain};
    verdict.gain = verdict.remedy->gain;
    verdict.rate = verdict.remedy->rate;
}

inline void advise(
    Verdict &verdict, const VerdictCase &run, std::vector<Change> changes, double gain)
{
    verdict.advice = std::move(changes);
    predict(verdict, run, gain);
}

} // namespace poolscope
