// SPDX-License-Identifier: GPL-3.0-or-later
// The accounting and the verdict of a run as JSON, for summaries and `poolscope info`.
#pragma once

#include "analysis/verdict.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace poolscope {

/// Seconds by cause, for the pool and for each worker: those of the pool add up to worker_seconds,
/// which is workers x makespan_s, and those of a worker to makespan_s. `held_back` is null where
/// it is not known.
nlohmann::ordered_json accountingJson(
    const Accounting &accounting, const std::optional<HeldBack> &heldBack);

/// The count of each note, by its name, and `left_out`, what all of them left out come to.
nlohmann::ordered_json importJson(const ImportNotes &notes);

/// Finding, text, loss, gain and rate (null: none is predicted), and advice as a list of settings,
/// of which the value null means automatic; for a watched call, what to expect of a change in the
/// user's code, as a range.
nlohmann::ordered_json verdictJson(const Verdict &verdict);

} // namespace poolscope
