// SPDX-License-Identifier: GPL-3.0-or-later
// The results of a sweep as text, CSV and JSON Lines.
#pragma once

#include "analysis/sweep.h"
#include "result.h"

#include <string>

namespace poolscope {

/// Returns a table of all settings, the fits at the best chunk size, and the two best settings.
std::string sweepText(const SweepPlan &plan, const SweepResult &result);

/// Returns a line for each law, with the fit at this chunk size or the reason why there is none.
std::string fitsText(
    const SweepPlan &plan, const SweepResult &result, const std::optional<std::uint64_t> &chunk);

/// Returns a line for each setting: workers, chunk, runs, rate, rate_low, rate_high, speedup,
/// speedup_low, speedup_high, efficiency, failed. A field is empty if it is not known.
std::string sweepCsv(const SweepResult &result);

/// Returns the table of sweepCsv() as an object on each line, with all measurements as "rates". A
/// figure that is not known is null.
std::string sweepJsonLines(const SweepResult &result);

} // namespace poolscope
