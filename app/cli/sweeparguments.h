// SPDX-License-Identifier: GPL-3.0-or-later
// Sweep arguments: a SweepPlan as it is typed, on the command line or in the window.
#pragma once

#include "analysis/sweep.h"
#include "result.h"

#include <string>

namespace poolscope {

struct TypedSweep {
    std::string workers = "auto"; ///< "1,2,4"; auto: 1, 2, 4, ... to the usable cores
    std::string chunks = "1,16,auto";
    std::string repeats = "5";
    std::string seed = "1";
};

/// What an error calls each of them.
struct SweepNames {
    const char *workers = "--workers";
    const char *chunks = "--chunk";
    const char *repeats = "--repeats";
    const char *seed = "--seed";
};

inline constexpr std::uint64_t mostRepeats = 10'000;

Result<SweepPlan> parseSweep(const TypedSweep &typed, const SweepNames &names = {});

} // namespace poolscope
