// SPDX-License-Identifier: GPL-3.0-or-later
// FirstInputs: the first inputs of a source, as a source of its own.
#pragma once

#include "input/inputsource.h"

namespace poolscope {

/// Returns a source of the first `most` inputs, or of all if there are fewer. `source` is complete:
/// it is not a GrowingInput.
std::unique_ptr<InputSource> firstInputs(std::unique_ptr<InputSource> source, std::uint64_t most);

} // namespace poolscope
