// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/comparison.h"

#include "analysis/iterationcolumns.h"
#include "analysis/statistics.h"
#include "text/figures.h"

#include <algorithm>
#include <limits>

namespace poolscope {

namespace {

constexpr std::size_t mostSlices = 64;
constexpr std::uint64_t leastIterationsOfSlice = 4;
constexpr std::size_t leastSlices = 8;
constexpr std::size_t blockSize = 8; // the square root of mostSlices. See Resampler::drawBlocks()

std::uint64_t activeBefore(const Timeline &timeline, std::uint64_t time)
{
    const std::uint64_t begin = timeline.firstDispatch();
    return time - begin - timeline.pausedBetween(begin, time);
}

/// Returns the time at which the run had been active for `active` nanoseconds.
std::uint64_t timeOfActive(const Timeline &timeline, std::uint64_t active)
{
    std::uint64_t low = timeline.firstDispatch();
    std::uint64_t high = timeline.end();
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (activeBefore(timeline, middle) < active)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

std::vector<std::uint64_t> edgesOf(const Timeline &timeline, const ComparedRun &figures)
{
    const std::size_t slices =
        std::min<std::uint64_t>(mostSlices, figures.iterations / leastIterationsOfSlice);
    std::vector<std::uint64_t> edges;
    if (slices < leastSlices || figures.active < slices)
        return edges;
    for (std::size_t i = 0; i <= slices; ++i)
        edges.push_back(timeOfActive(timeline, figures.active / slices * i));
    return edges;
}

void addSlices(ComparedRun &figures, const Lane &lane, const std::vector<std::uint64_t> &edges)
{
    IterationColumns columns(lane);
    columns.advance(std::numeric_limits<std::size_t>::max());
    for (std::size_t i = 0; i < figures.slices.size(); ++i) {
        RunSlice &slice = figures.slices[i];
        slice.iterations += columns.countBefore(edges[i + 1]) - columns.countBefore(edges[i]);
        slice.busy += static_cast<double>(lane.busyBetween(edges[i], edges[i + 1]));
    }
}

/// The throughput and the mean duration of resampled slices.
struct Drawn {
    double throughput = 0; ///< iterations per nanosecond
    double duration = 0; ///< nanoseconds
};

Drawn draw(const ComparedRun &figures, Resampler &resampler)
{
    double iterations = 0;
    double busy = 0;
    resampler.drawBlocks(figures.slices.size(), blockSize, [&](std::size_t position) {
        iterations += figures.slices[position].iterations;
        busy += figures.slices[position].busy;
    });
    return {iterations / static_cast<double>(figures.active), ratio(busy, iterations)};
}

} // namespace

ComparedRun comparedRun(const Timeline &timeline)
{
    ComparedRun figures;
    figures.makespan = timeline.makespan();
    figures.active = figures.makespan - std::min(figures.makespan, timeline.pausedOfMakespan());
    Latency latency(timeline, 0);
    latency.advance(std::numeric_limits<std::size_t>::max());
    figures.durations = latency.all();
    figures.iterations = figures.durations.count();
    for (std::size_t i = 0; i < latency.workerCount(); ++i)
        figures.workers += latency.worker(i).count() > 0 ? 1 : 0;
    if (figures.active > 0)
        figures.throughput =
            static_cast<double>(figures.iterations) / static_cast<double>(figures.active) * 1e9;
    const std::vector<std::uint64_t> edges = edgesOf(timeline, figures);
    if (edges.empty())
        return figures;
    figures.slices.resize(edges.size() - 1);
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        addSlices(figures, timeline.worker(i).lane(), edges);
    return figures;
}

RunDifference::Kind RunDifference::kind() const
{
    if (!throughput.interval)
        return Kind::Unknown;
    if (throughput.interval->contains(1))
        return Kind::Alike;
    return throughput.interval->low > 1 ? Kind::Faster : Kind::Slower;
}

RunDifference runDifference(
    const ComparedRun &first, const ComparedRun &second, const Bootstrap &bootstrap)
{
    RunDifference difference;
    difference.throughput.value = ratio(second.throughput, first.throughput);
    difference.duration.value = ratio(second.durations.mean(), first.durations.mean());
    if (first.slices.empty() || second.slices.empty())
        return difference;
    Resampler resampler(bootstrap.seed);
    std::vector<double> throughputs;
    std::vector<double> durations;
    for (int i = 0; i < bootstrap.resamples; ++i) {
        const Drawn a = draw(first, resampler);
        const Drawn b = draw(second, resampler);
        throughputs.push_back(ratio(b.throughput, a.throughput));
        durations.push_back(ratio(b.duration, a.duration));
    }
    difference.throughput.interval = middleOf(std::move(throughputs), bootstrap.confidence);
    difference.duration.interval = middleOf(std::move(durations), bootstrap.confidence);
    return difference;
}

std::string differenceText(
    const RunDifference &difference, const std::string &first, const std::string &second)
{
    const Estimate &throughput = difference.throughput;
    const std::string what = " times the iterations per second of " + first;
    if (!throughput.interval)
        return "whether " + second + " is faster than " + first
            + " cannot be measured: a run is too short";
    const std::string interval =
        threeDigits(throughput.interval->low) + " to " + threeDigits(throughput.interval->high);
    if (difference.kind() == RunDifference::Kind::Alike)
        return first + " and " + second + " are not distinguishable: " + second + " does "
            + interval + what + ", with 95% confidence";
    return second + " does " + threeDigits(throughput.value) + what + " (" + interval
        + ", with 95% confidence)";
}

} // namespace poolscope
