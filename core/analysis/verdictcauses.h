// SPDX-License-Identifier: GPL-3.0-or-later
// Decisions on the causes that can take a run's time. analysis/verdict.cpp chooses between them.
#pragma once

#include "analysis/verdict.h"

#include <optional>
#include <vector>

namespace poolscope {

class VerdictCase;

using Decision = std::optional<Verdict> (*)(const VerdictCase &run);

/// Returns the decisions. Each decides whether one cause took enough of the time. A cause that
/// leads to another one precedes it.
std::vector<Decision> verdictCauses();

} // namespace poolscope
