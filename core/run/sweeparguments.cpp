// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/sweeparguments.h"

#include "spec/optionnumbers.h"
#include "system/usablecores.h"

#include <algorithm>

namespace poolscope {

namespace {

/// 1, 2, 4, ... and the number of usable cores.
std::vector<std::uint32_t> workersToCores()
{
    const std::uint32_t cores = std::min(usableCores(), maxWorkers);
    std::vector<std::uint32_t> workers;
    for (std::uint32_t count = 1; count < cores; count *= 2)
        workers.push_back(count);
    workers.push_back(cores);
    return workers;
}

std::string_view nameOf(const Option &option, OptionNaming naming)
{
    return naming == OptionNaming::ByName ? option.name : option.label;
}

Result<std::vector<std::uint32_t>> parseWorkers(const std::string &text, OptionNaming naming)
{
    const Option &option = sweepOption("--workers");
    if (text == option.alternative)
        return workersToCores();
    const std::string_view name = nameOf(option, naming);
    const auto counts = parseCounts(option, text, name);
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

Result<std::uint64_t> parseOne(const OptionValues &values, const char *name, OptionNaming naming)
{
    const Option &option = sweepOption(name);
    return parseCount(option, values.text(name), nameOf(option, naming));
}

} // namespace

Result<SweepPlan> parseSweep(const OptionValues &values, OptionNaming naming)
{
    const auto workers = parseWorkers(values.text("--workers"), naming);
    if (!workers)
        return tl::unexpected(workers.error());
    const Option &chunk = sweepOption("--chunk");
    const auto chunks = parseCounts(chunk, values.text("--chunk"), nameOf(chunk, naming));
    if (!chunks)
        return tl::unexpected(chunks.error());
    const auto repeats = parseOne(values, "--repeats", naming);
    if (!repeats)
        return tl::unexpected(repeats.error());
    const auto seed = parseOne(values, "--seed", naming);
    if (!seed)
        return tl::unexpected(seed.error());
    return SweepPlan{*workers, *chunks, static_cast<std::uint32_t>(*repeats), *seed};
}

} // namespace poolscope
