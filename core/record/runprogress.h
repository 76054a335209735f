// SPDX-License-Identifier: GPL-3.0-or-later
// How far a run is, as its timeline tells it.
#pragma once

#include "record/runfileformat.h"
#include "record/timeline.h"

#include <cstdint>

namespace poolscope {

/// All of a progress but how the run ended. `elapsed`: nanoseconds since the run's start. Any
/// thread.
RunProgress progressOf(const Timeline &timeline, std::uint64_t elapsed);

} // namespace poolscope
