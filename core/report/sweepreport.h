// SPDX-License-Identifier: GPL-3.0-or-later
// The results of a sweep as text, CSV and JSON Lines.
#pragma once

#include "analysis/sweep.h"
#include "result.h"

#include <string>

namespace poolscope {

/// A table of all settings, the fits at the chunk size of the best one, and which setting is the
/// fastest and which is the cheapest.
std::string sweepText(const SweepPlan &plan, const SweepResult &result);

/// The results of the fits at this chunk size, or why there is none, one line for each law.
std::string fitsText(
    const SweepPlan &plan, const SweepResult &result, const std::optional<std::uint64_t> &chunk);

/// A line for each setting: workers, chunk, runs, rate, rate_low, rate_high, speedup, speedup_low,
/// speedup_high, efficiency, failed. A field is empty if it is not known.
std::string sweepCsv(const SweepResult &result);

/// The table of sweepCsv() as an object on each line, with all measurements as "rates". null stands
/// for what is not known.
std::string sweepJsonLines(const SweepResult &result);

} // namespace poolscope
