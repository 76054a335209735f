// SPDX-License-Identifier: GPL-3.0-or-later
// The causes that can take a run's time, each with the verdict on it. Used by analysis/verdict.cpp,
// which decides between them.
#pragma once

#include "analysis/verdict.h"

#include <optional>
#include <vector>

namespace poolscope {

class VerdictCase;

using Decision = std::optional<Verdict> (*)(const VerdictCase &run);

/// Each decides whether one cause took enough of the time. A cause that leads to another one comes
/// before it.
std::vector<Decision> verdictCauses();

} // namespace poolscope
