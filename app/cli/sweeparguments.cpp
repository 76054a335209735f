// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/sweeparguments.h"

#include "cli/runarguments.h"
#include "system/usablecores.h"

#include <algorithm>

namespace poolscope {

namespace {

/// 1, 2, 4, ... and the usable cores themselves.
std::vector<std::uint32_t> workersToCores()
{
    const std::uint32_t cores = std::min(usableCores(), maxWorkers);
    std::vector<std::uint32_t> workers;
    for (std::uint32_t count = 1; count < cores; count *= 2)
        workers.push_back(count);
    workers.push_back(cores);
    return workers;
}

Result<std::vector<std::uint32_t>> parseWorkers(const char *name, const std::string &text)
{
    if (text == "auto")
        return workersToCores();
    const auto counts = parseCounts(name, text, maxWorkers);
    if (!counts)
        return tl::unexpected(counts.error());
    std::vector<std::uint32_t> workers;
    for (const auto &count : *counts) {
        if (!count)
            return failure(
                std::string(name) + " takes numbers or 'auto', not both: '" + text + "'");
        workers.push_back(static_cast<std::uint32_t>(*count));
    }
    std::sort(workers.begin(), workers.end());
    return workers;
}

} // namespace

Result<SweepPlan> parseSweep(const TypedSweep &typed, const SweepNames &names)
{
    const auto workers = parseWorkers(names.workers, typed.workers);
    if (!workers)
        return tl::unexpected(workers.error());
    const auto chunks = parseCounts(names.chunks, typed.chunks, maxChunk);
    if (!chunks)
        return tl::unexpected(chunks.error());
    const auto repeats = parseCount(names.repeats, typed.repeats, 1, mostRepeats);
    if (!repeats)
        return tl::unexpected(repeats.error());
    const auto seed = parseCount(names.seed, typed.seed, 0, UINT64_MAX);
    if (!seed)
        return tl::unexpected(seed.error());
    return SweepPlan{*workers, *chunks, static_cast<std::uint32_t>(*repeats), *seed};
}

} // namespace poolscope
