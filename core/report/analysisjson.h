// SPDX-License-Identifier: GPL-3.0-or-later
// The accounting and the verdict of a run as JSON, for summaries and `poolscope info`.
#pragma once

#include "analysis/verdict.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace poolscope {

/// Returns the seconds by cause, for the pool and for each worker. Those of the pool add up to
/// worker_seconds, workers x makespan_s, and those of a worker to makespan_s. `held_back` may be
/// null.
nlohmann::ordered_json accountingJson(
    const Accounting &accounting, const std::optional<HeldBack> &heldBack);

/// Returns the count of each note by its name, and `left_out`, the number of all items left out.
nlohmann::ordered_json importJson(const ImportNotes &notes);

/// Returns finding, text, loss, gain, rate and advice. Gain and rate are null if they are not
/// predicted. Advice is a list of settings, whose value is null if it is automatic. For a watched
/// call, `expected` is the range of rates after the advised change of the user's code.
nlohmann::ordered_json verdictJson(const Verdict &verdict);

} // namespace poolscope
