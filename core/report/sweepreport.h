// SPDX-License-Identifier: GPL-3.0-or-later
// What a sweep came to, for a person and for programs.
#pragma once

#include "analysis/sweep.h"
#include "result.h"

#include <string>

namespace poolscope {

/// A table of all settings, the fits at the chunk size of the best one, and which setting is the
/// fastest and which is the cheapest.
std::string sweepText(const SweepPlan &plan, const SweepResult &result);

/// What the fits at this chunk size say, or why there is none, a line for each law.
std::string fitsText(
    const SweepPlan &plan, const SweepResult &result, const std::optional<std::uint64_t> &chunk);

/// A line for each setting: workers, chunk, runs, rate, rate_low, rate_high, speedup, speedup_low,
/// speedup_high, efficiency, failed; empty where it is not known.
std::string sweepCsv(const SweepResult &result);

/// The same as an object on each line, with "rates", all that were measured; null where it is not
/// known.
std::string sweepJsonLines(const SweepResult &result);

} // namespace poolscope
