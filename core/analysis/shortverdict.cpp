// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/shortverdict.h"

#include "text/figures.h"

#include <algorithm>

namespace poolscope {

namespace {

/// From this factor on a gain is worth naming.
constexpr double worthNaming = 1.05;
constexpr std::size_t mostChanges = 2; // variables of one meaning may follow

std::string_view wordsOf(Finding finding)
{
    switch (finding) {
    case Finding::HandingOver:
        return "Handing over costs most";
    case Finding::CoordinatorSaturated:
        return "The coordinator is busy all the time";
    case Finding::Tail:
        return "The last inputs leave workers idle";
    case Finding::ChunksTooLarge:
        return "Chunks are too large";
    case Finding::TooManyWorkers:
        return "More workers than cores";
    case Finding::ThreadsOversubscribe:
        return "Threads compete for cores";
    case Finding::MachineBusy:
        return "Other programs use the cores";
    case Finding::WaitsWithin:
        return "Iterations mostly wait";
    case Finding::MemoryBandwidth:
        return "Workers share memory bandwidth";
    case Finding::StartUp:
        return "Starting takes longest";
    case Finding::SlowWorker:
        return "One worker is slow";
    case Finding::Throttled:
        return "A CPU quota holds workers back";
    case Finding::OrderBlocks:
        return "The order of results holds them up";
    case Finding::ConsumerBlocks:
        return "Results are taken too slowly";
    case Finding::DiskBlocks:
        return "The disk holds results up";
    case Finding::InputsAreSlow:
        return "Inputs come too slowly";
    case Finding::Failures:
        return "Workers die and are replaced";
    case Finding::NeverFinished:
        return "One input never finished";
    case Finding::WorkersIdle:
        return "Workers are idle in between";
    case Finding::NothingWrong:
        return "Nothing holds it up";
    case Finding::Unknown:
        break;
    }
    return "It is not known what holds it up";
}

} // namespace

std::string shortText(const Verdict &verdict)
{
    std::string text(wordsOf(verdict.finding));
    for (std::size_t i = 0; i < std::min(verdict.advice.size(), mostChanges); ++i)
        text += (i == 0 ? "; " : " ") + changeText(verdict.advice[i]);
    if (!verdict.advice.empty() && verdict.gain && *verdict.gain >= worthNaming)
        text += ": about " + textOf(Factor{*verdict.gain});
    return text;
}

} // namespace poolscope
