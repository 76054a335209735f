// SPDX-License-Identifier: GPL-3.0-or-later
// Inputs of runs of which only the record is known.
#pragma once

#include "events/origin.h"
#include "input/inputsource.h"

#include <memory>
#include <string>
#include <vector>

namespace poolscope {

/// Returns the inputs of a run if they are a range, or those of a watched call whose texts are
/// known. Other inputs fail when they are read, with the message that they were not read again or
/// not recorded. Opens no file.
std::unique_ptr<InputSource> recordedInputs(const Origin &origin, std::uint64_t count);

/// Returns inputs of which only the texts are known, for a record from another program.
std::unique_ptr<InputSource> recordedTexts(std::vector<std::string> texts);

} // namespace poolscope
