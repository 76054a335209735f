// SPDX-License-Identifier: GPL-3.0-or-later
// WatchVerification: whether a change of a watched call brought what was expected of it, by runs of
// the command without and with the change.
//
// Plain data and arithmetic; the window makes the runs.
#pragma once

#include "analysis/callprediction.h"
#include "spec/callchange.h"

#include <vector>

namespace poolscope {

struct WatchVerification {
    std::vector<CallChange> changes;
    std::optional<ExpectedRate> expected;
    double recorded = 0; ///< inputs per second of the run that the advice is on
    // Inputs per second, at least one of each:
    std::vector<double> unchanged;
    std::vector<double> changed;

    /// The factor between the medians.
    double gain() const;
    /// Whether the medians differ by more than two runs of one setting do. The run that was
    /// recorded counts as unchanged.
    bool isDistinct() const;
};

} // namespace poolscope
