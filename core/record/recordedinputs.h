// SPDX-License-Identifier: GPL-3.0-or-later
// The inputs of a run of which only the record is at hand.
#pragma once

#include "events/origin.h"
#include "input/inputsource.h"

#include <memory>
#include <string>
#include <vector>

namespace poolscope {

/// The inputs of a range. Those of any other origin answer that they were not read again, or were
/// not recorded. Opens no file.
std::unique_ptr<InputSource> recordedInputs(const Origin &origin, std::uint64_t count);

/// Inputs of which nothing but their texts is known, for a record that came from elsewhere.
std::unique_ptr<InputSource> recordedTexts(std::vector<std::string> texts);

} // namespace poolscope
